import type { SignUpParameters } from '../verification/initial-status.rules';
import type { DocumentType } from './dictionaries';
import { type IsoDay, dayOfReachingAge, ageInYears } from '../calendar-day';
import type { FieldFault } from '../refusal';
import type { DocumentRequest, PersonRequest } from './person-request';

/** The parameters of the registration rules, which may change from year to year. Ages are whole years. */
export interface RegistrationParameters extends SignUpParameters {
  readonly personRegistrationDocumentTypes: readonly DocumentType[];
  readonly noSelfAuthAgeDocumentTypes: readonly DocumentType[];
  readonly selfAuthAgeDocumentTypes: readonly DocumentType[];
  /** The maximum number of wards of one confidant. */
  readonly thirdPersonLimit: number;
}

/** Values for parameters that the registry's administrators have not set. */
export const PARAMETER_DEFAULTS = {
  no_self_auth_age: 14,
  no_self_registration_age: 14,
  person_full_legal_capacity_age: 18,
  third_person_limit: 150,
} as const;

export type ParameterName = keyof typeof PARAMETER_DEFAULTS;

const WHOLE = /^\d{1,4}$/;

/** A parameter as it is stored, or its default. A wrong age would refuse or admit the wrong people, so it is an error. */
export function parameterOf(name: ParameterName, stored: string | null | undefined): number {
  const value = stored ?? String(PARAMETER_DEFAULTS[name]);
  if (!WHOLE.test(value)) throw new Error(`The global parameter ${name} is not a whole number.`);
  return Number(value);
}

/** What the rules check. `ageYears` is the age on `today`. */
export interface Registration {
  readonly person: PersonRequest;
  readonly ageYears: number;
  readonly today: IsoDay;
  readonly parameters: RegistrationParameters;
}

/** One of the published rules: returns all its faults, or none. */
export type RuleGroup = (registration: Registration) => readonly FieldFault[];

/** A fault of a rule; `entry` continues `$.person.`. */
export function faultAt(entry: string, description: string, params: readonly string[] = []): FieldFault {
  return { entry: `$.person.${entry}`, rule: 'invalid', description, params };
}

/** One fault if the rule is broken, else none. */
export function faultIf(isBroken: boolean, entry: string, description: string): FieldFault[] {
  return isBroken ? [faultAt(entry, description)] : [];
}

/** A rule about one document. */
export interface DocumentRule {
  readonly field: keyof DocumentRequest;
  readonly isBroken: (document: DocumentRequest) => boolean;
  readonly description: string | ((document: DocumentRequest) => string);
}

/** A fault for every document that breaks the rule. */
export function faultsOfDocuments({ person }: Registration, rule: DocumentRule): FieldFault[] {
  const { field, isBroken, description: says } = rule;
  return person.documents.flatMap((document, index) =>
    faultIf(
      isBroken(document),
      `documents.[${index}].${field}`,
      typeof says === 'string' ? says : says(document),
    ),
  );
}

/** An older birth date is a typing error. */
const OLDEST_YEARS = 150;

export const birthDateIsPossible: RuleGroup = ({ person, today }) => {
  const birthDate = person.birth_date;
  // The future is checked first: a far birth date would exceed the range of the calendar.
  const isBroken = birthDate > today || dayOfReachingAge(birthDate, OLDEST_YEARS) < today;
  return faultIf(isBroken, 'birth_date', 'Invalid birth date');
};

export const taxIdIsGivenOrRefused: RuleGroup = ({ person, ageYears, parameters }) => {
  const isMissing = !person.no_tax_id && person.tax_id === undefined;
  return faultIf(
    isMissing && ageYears >= parameters.noSelfAuthAge,
    'tax_id',
    'Only persons who refused the tax_id could be without tax_id',
  );
};

export const refusedTaxIdIsNotGiven: RuleGroup = ({ person }) =>
  faultIf(
    person.no_tax_id && person.tax_id !== undefined,
    'tax_id',
    'Persons who refused the tax_id should be without tax_id',
  );

/** The card is issued from the demographic register, so its holder has a UNZR. */
export const nationalIdHasUnzr: RuleGroup = ({ person }) =>
  faultIf(
    person.unzr === undefined && person.documents.some(({ type }) => type === 'NATIONAL_ID'),
    'unzr',
    'unzr is mandatory for document type NATIONAL_ID',
  );

const NOT_ALLOWED = 'Submitted document type is not allowed';

const ITEM_REQUIRED = 'Must contain required item.';

export const typeIsForRegistration: RuleGroup = (registration) => {
  const { personRegistrationDocumentTypes, personLegalCapacityDocumentTypes } = registration.parameters;
  const allowed = [...personRegistrationDocumentTypes, ...personLegalCapacityDocumentTypes];
  return refuseTypes(registration, (type) => !allowed.includes(type));
};

/** Only a minor who is old enough to register proves legal capacity. Both limits are exclusive. */
export const legalCapacityIsProvedUnderAge: RuleGroup = (registration) => {
  const { ageYears, parameters } = registration;
  const { noSelfRegistrationAge, personFullLegalCapacityAge, personLegalCapacityDocumentTypes } = parameters;
  if (ageYears > noSelfRegistrationAge && ageYears < personFullLegalCapacityAge) return [];
  return refuseTypes(registration, (type) => personLegalCapacityDocumentTypes.includes(type));
};

/** There is at most one such proof, beside an identity document. */
export const legalCapacityIsProvedOnce: RuleGroup = (registration) => {
  const { personRegistrationDocumentTypes, personLegalCapacityDocumentTypes } = registration.parameters;
  const types = typesOf(registration);
  const proofs = types.filter((type) => personLegalCapacityDocumentTypes.includes(type));
  const isRegistered = types.some((type) => personRegistrationDocumentTypes.includes(type));
  return faultIf(proofs.length > 1 || (proofs.length === 1 && !isRegistered), 'documents', NOT_ALLOWED);
};

/** Below the age of self-authentication only a birth certificate is accepted. */
export const childHasCertificateOfBirth: RuleGroup = (registration) => {
  const { ageYears, parameters } = registration;
  if (ageYears >= parameters.noSelfAuthAge) return [];
  const types = typesOf(registration);
  const hasCertificate = types.includes('BIRTH_CERTIFICATE') || types.includes('BIRTH_CERTIFICATE_FOREIGN');
  return [
    ...refuseTypes(registration, (type) => !parameters.noSelfAuthAgeDocumentTypes.includes(type)),
    // The published answer names this certificate only, although the foreign one is accepted.
    ...(hasCertificate ? [] : [faultAt('documents', ITEM_REQUIRED, ['BIRTH_CERTIFICATE'])]),
  ];
};

export const olderPersonHasOwnDocument: RuleGroup = (registration) => {
  const { ageYears, parameters } = registration;
  if (ageYears < parameters.noSelfAuthAge) return [];
  const sufficient = [...new Set([...parameters.selfAuthAgeDocumentTypes, 'BIRTH_CERTIFICATE' as const])];
  const isEnough = typesOf(registration).some((type) => sufficient.includes(type));
  return isEnough ? [] : [faultAt('documents', ITEM_REQUIRED, sufficient)];
};

/** The booklet is returned when the card is issued: nobody has both. */
export const passportIsOldOrNew: RuleGroup = (registration) => {
  const types = typesOf(registration);
  return faultIf(
    types.includes('PASSPORT') && types.includes('NATIONAL_ID'),
    'documents',
    'Person can have only new passport NATIONAL_ID or old PASSPORT',
  );
};

function typesOf({ person }: Registration): DocumentType[] {
  return person.documents.map(({ type }) => type);
}

function refuseTypes(registration: Registration, isRefused: (type: DocumentType) => boolean) {
  return faultsOfDocuments(registration, {
    field: 'type',
    isBroken: ({ type }) => isRefused(type),
    description: NOT_ALLOWED,
  });
}

/** These documents expire, and the request must have the date. */
const EXPIRING_TYPES: readonly DocumentType[] = [
  'NATIONAL_ID',
  'COMPLEMENTARY_PROTECTION_CERTIFICATE',
  'PERMANENT_RESIDENCE_PERMIT',
  'REFUGEE_CERTIFICATE',
  'TEMPORARY_CERTIFICATE',
  'TEMPORARY_PASSPORT',
];

/* Days of the form YYYY-MM-DD compare as text. */

export const documentIsIssued: RuleGroup = (registration) =>
  faultsOfDocuments(registration, {
    field: 'issued_at',
    isBroken: ({ issued_at }) => issued_at > registration.today,
    description: 'Document issued date should be in the past',
  });

/** The sentence is the published one, unchanged. */
export const documentIsIssuedAfterBirth: RuleGroup = (registration) =>
  faultsOfDocuments(registration, {
    field: 'issued_at',
    isBroken: ({ issued_at }) => issued_at < registration.person.birth_date,
    description: 'Document issued date should greater than person.birth_date',
  });

export const documentIsNotExpired: RuleGroup = (registration) =>
  faultsOfDocuments(registration, {
    field: 'expiration_date',
    isBroken: ({ expiration_date }) => expiration_date !== undefined && expiration_date < registration.today,
    description: 'Document expiration_date should be in the future',
  });

export const expiringDocumentHasDate: RuleGroup = (registration) =>
  faultsOfDocuments(registration, {
    field: 'expiration_date',
    isBroken: ({ type, expiration_date }) => expiration_date === undefined && EXPIRING_TYPES.includes(type),
    description: ({ type }) => `expiration_date is mandatory for document_type ${type}`,
  });

interface Typed {
  readonly type: string;
}

const hasTwoOfOneType = (entries: readonly Typed[]): boolean =>
  new Set(entries.map(({ type }) => type)).size < entries.length;

/** Applies to documents, phones and emergency phones. */
export const typesAreDifferent: RuleGroup = ({ person }) => {
  const lists: readonly (readonly [entry: string, entries: readonly Typed[]])[] = [
    ['documents', person.documents],
    ['phones', person.phones ?? []],
    ['emergency_contact.phones', person.emergency_contact.phones],
  ];
  return lists.flatMap(([entry, entries]) =>
    faultIf(hasTwoOfOneType(entries), entry, 'No duplicate values.'),
  );
};

export const residenceIsOne: RuleGroup = ({ person }) => {
  const count = person.addresses.filter(({ type }) => type === 'RESIDENCE').length;
  if (count === 1) return [];
  const description =
    count === 0
      ? 'Addresses with type RESIDENCE should be present'
      : `Single address of type 'RESIDENCE' is required, got: ${count}`;
  return [faultAt('addresses', description)];
};

export const relationshipEndsLater: RuleGroup = ({ person, today }) => {
  const activeTo = person.confidant_person.active_to;
  return faultIf(
    activeTo !== undefined && activeTo <= today,
    'confidant_person.active_to',
    'active_to should be in the future',
  );
};

/** The published rules about the person, in their order. */
const GROUPS: readonly RuleGroup[] = [
  birthDateIsPossible,
  taxIdIsGivenOrRefused,
  refusedTaxIdIsNotGiven,
  nationalIdHasUnzr,
  typeIsForRegistration,
  legalCapacityIsProvedUnderAge,
  legalCapacityIsProvedOnce,
  childHasCertificateOfBirth,
  olderPersonHasOwnDocument,
  typesAreDifferent,
  passportIsOldOrNew,
  documentIsIssued,
  documentIsIssuedAfterBirth,
  documentIsNotExpired,
  expiringDocumentHasDate,
  residenceIsOne,
  relationshipEndsLater,
];

/** The day and the parameters of a registration. */
export interface RegistrationFacts {
  readonly today: IsoDay;
  readonly parameters: RegistrationParameters;
}

/**
 * All faults of the first broken rule; none when the person may be registered. Later rules are not checked: they rely on
 * earlier ones, as an age relies on a possible birth date.
 */
export function faultsOfPerson(
  person: PersonRequest,
  { today, parameters }: RegistrationFacts,
): readonly FieldFault[] {
  const registration = { person, today, parameters, ageYears: ageInYears(person.birth_date, today) };
  for (const group of GROUPS) {
    const faults = group(registration);
    if (faults.length > 0) return faults;
  }
  return [];
}

/** A name as stored: trimmed, with one blank between words. */
export function savedName(name: string): string {
  return name.trim().replace(/\s+/g, ' ');
}
