import type { SignUpParameters } from '../verification/initial-status.rules';
import type { DocumentType } from './dictionaries';
import { type IsoDay, dayOfReachingAge, ageInYears } from '../calendar-day';
import type { FieldFault } from '../refusal';
import type { DocumentRequest, PersonRequest } from './person-request';

/** Everything about which the rules of registration may differ from one year to the next. Ages are whole years. */
export interface RegistrationParameters extends SignUpParameters {
  readonly personRegistrationDocumentTypes: readonly DocumentType[];
  readonly noSelfAuthAgeDocumentTypes: readonly DocumentType[];
  readonly selfAuthAgeDocumentTypes: readonly DocumentType[];
  /** For so many persons one confidant may be the third person. */
  readonly thirdPersonLimit: number;
}

/** What the rules look at. The day is told to them, and with it the age. */
export interface Registration {
  readonly person: PersonRequest;
  readonly ageYears: number;
  readonly today: IsoDay;
  readonly parameters: RegistrationParameters;
}

/** One row of the published rules: all its faults, or none. */
export type RuleGroup = (registration: Registration) => readonly FieldFault[];

/** A fault of a rule; `entry` continues `$.person.`. */
export function faultAt(entry: string, description: string, params: readonly string[] = []): FieldFault {
  return { entry: `$.person.${entry}`, rule: 'invalid', description, params };
}

/** One fault if the rule is broken. */
export function faultIf(isBroken: boolean, entry: string, description: string): FieldFault[] {
  return isBroken ? [faultAt(entry, description)] : [];
}

/** What can be wrong with one document. */
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

/** Nobody has reached it; an older birth date is a slip of the pen. */
const OLDEST_YEARS = 150;

export const birthDateIsPossible: RuleGroup = ({ person, today }) => {
  const birthDate = person.birth_date;
  // The future is looked at first: a far one has no day of reaching an age that the calendar could write.
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

/** The card is issued from the demographic register, so its holder has a number there. */
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

/** Only somebody under age, and old enough to speak for himself, proves legal capacity. Both limits are outside. */
export const legalCapacityIsProvedUnderAge: RuleGroup = (registration) => {
  const { ageYears, parameters } = registration;
  const { noSelfRegistrationAge, personFullLegalCapacityAge, personLegalCapacityDocumentTypes } = parameters;
  if (ageYears > noSelfRegistrationAge && ageYears < personFullLegalCapacityAge) return [];
  return refuseTypes(registration, (type) => personLegalCapacityDocumentTypes.includes(type));
};

/** Such a proof stands beside a document that says who somebody is, and alone of its kind. */
export const legalCapacityIsProvedOnce: RuleGroup = (registration) => {
  const { personRegistrationDocumentTypes, personLegalCapacityDocumentTypes } = registration.parameters;
  const types = typesOf(registration);
  const proofs = types.filter((type) => personLegalCapacityDocumentTypes.includes(type));
  const isRegistered = types.some((type) => personRegistrationDocumentTypes.includes(type));
  return faultIf(proofs.length > 1 || (proofs.length === 1 && !isRegistered), 'documents', NOT_ALLOWED);
};

/** Below the age of self-authentication the certificate of birth is the document, and no other will do. */
export const childHasCertificateOfBirth: RuleGroup = (registration) => {
  const { ageYears, parameters } = registration;
  if (ageYears >= parameters.noSelfAuthAge) return [];
  const types = typesOf(registration);
  const hasCertificate = types.includes('BIRTH_CERTIFICATE') || types.includes('BIRTH_CERTIFICATE_FOREIGN');
  return [
    ...refuseTypes(registration, (type) => !parameters.noSelfAuthAgeDocumentTypes.includes(type)),
    // The published answer names the one certificate, though the foreign one would do.
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

/** A booklet is handed in for the card: nobody has both. */
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

/** These are issued for a time, and the request says until when. */
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

/** The sentence is the published one, letter by letter. */
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

export const expiringDocumentSaysWhen: RuleGroup = (registration) =>
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

/** Of documents, of phones and of the phones for emergencies. */
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

/** The published rules about the person, row by row in their order. */
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
  expiringDocumentSaysWhen,
  residenceIsOne,
  relationshipEndsLater,
];

/** On what day and by which parameters somebody is registered. */
export interface RegistrationFacts {
  readonly today: IsoDay;
  readonly parameters: RegistrationParameters;
}

/**
 * All faults of the first row that is broken; none when the person may be registered. Later rows are not asked: they
 * rely on the earlier ones, as an age relies on a possible birth date.
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
