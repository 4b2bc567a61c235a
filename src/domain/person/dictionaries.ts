/** The published dictionary of genders. */
export const GENDERS = ['MALE', 'FEMALE'] as const;

export type Gender = (typeof GENDERS)[number];

/** How a person confirms actions on their behalf. */
export const AUTHENTICATION_METHOD_TYPES = ['OTP', 'OFFLINE', 'THIRD_PERSON', 'NA'] as const;

export type AuthenticationMethodType = (typeof AUTHENTICATION_METHOD_TYPES)[number];

/** The published dictionary CONFIDANT_PERSON_TYPE. */
export const RELATION_TYPES = ['PRIMARY', 'SECONDARY'] as const;

export type RelationType = (typeof RELATION_TYPES)[number];

/** The documents with which a person is registered. */
export const PERSON_REGISTRATION_DOCUMENT_TYPES = [
  'PASSPORT',
  'NATIONAL_ID',
  'BIRTH_CERTIFICATE',
  'BIRTH_CERTIFICATE_FOREIGN',
  'TEMPORARY_CERTIFICATE',
  'TEMPORARY_PASSPORT',
  'PERMANENT_RESIDENCE_PERMIT',
  'REFUGEE_CERTIFICATE',
  'COMPLEMENTARY_PROTECTION_CERTIFICATE',
] as const;

/** The documents with which a minor proves full legal capacity. */
export const PERSON_LEGAL_CAPACITY_DOCUMENT_TYPES = [
  'DIVORCE_CERTIFICATE',
  'MARRIAGE_CERTIFICATE',
  'STATE_REGISTER_EXTRACT',
  'COURT_DECISION_LEGAL_CAPACITY',
  'COURT_DECISION_DIVORCE',
  'GUARDIANSHIP_DECISION_LEGAL_CAPACITY',
  'LEGAL_CAPACITY_DOCUMENT',
] as const;

/** Every type that `person_documents.type` can hold. */
export const DOCUMENT_TYPES = [
  ...PERSON_REGISTRATION_DOCUMENT_TYPES,
  ...PERSON_LEGAL_CAPACITY_DOCUMENT_TYPES,
] as const;

export type DocumentType = (typeof DOCUMENT_TYPES)[number];

/** The documents that prove a relationship. */
export const RELATIONSHIP_DOCUMENT_TYPES = [
  'BIRTH_CERTIFICATE',
  'BIRTH_CERTIFICATE_FOREIGN',
  'DOCUMENT',
  'COURT_DECISION',
  'CONFIDANT_CERTIFICATE',
] as const;

export type RelationshipDocumentType = (typeof RELATIONSHIP_DOCUMENT_TYPES)[number];

/** The published dictionaries of contacts. */
export const PHONE_TYPES = ['MOBILE', 'LAND_LINE'] as const;
export const ADDRESS_TYPES = ['RESIDENCE', 'REGISTRATION'] as const;
export const SETTLEMENT_TYPES = ['CITY', 'TOWNSHIP', 'VILLAGE', 'SETTLEMENT'] as const;
export const WAYS_OF_COMMUNICATION = ['email', 'phone'] as const;
