import type { IsoDay } from '../calendar-day';
import type { AuthenticationMethodType, Gender, DocumentType } from '../person/dictionaries';
import { checkTaxId, unzrAgreesWithBirthDate } from '../person/identifiers';
import { NHS_STATUS_TABLE, type NhsRowName, type NhsStatusRow } from './nhs-status.rules';
import type { StreamName, StreamPair } from './stream';
import { type StreamRowName, STREAM_STATUS_TABLE } from './stream-status.table';

/** What the rules know of a person who is being registered. */
export interface SignUpFacts {
  readonly ageYears: number;
  readonly birthDate: IsoDay;
  readonly gender: Gender;
  readonly taxId: string | null;
  readonly noTaxId: boolean;
  readonly unzr: string | null;
  readonly documentTypes: readonly DocumentType[];
  readonly authenticationMethodTypes: readonly AuthenticationMethodType[];
  readonly hasConfidantPerson: boolean;
}

/** The parameters of the rules, from the registry. */
export interface SignUpParameters {
  readonly noSelfAuthAge: number;
  readonly noSelfRegistrationAge: number;
  readonly personFullLegalCapacityAge: number;
  readonly personLegalCapacityDocumentTypes: readonly DocumentType[];
}

/** The first status of one stream. `unverifiedAt` is the moment of registration, or stays empty. */
export interface InitialStatus extends StreamPair {
  /** The row that decided; null for streams without a table of transitions. */
  readonly row: StreamRowName | NhsRowName | null;
  readonly unverifiedAt: 'now' | 'clear';
}

export type InitialStatuses = Readonly<Record<StreamName, InitialStatus>>;

/** The first status and reason of all nine streams when a person is created through sign-up. */
export function initialStatusesOf(facts: SignUpFacts, parameters: SignUpParameters): InitialStatuses {
  const { documentTypes, unzr } = facts;
  const passport = registerAskedIf(hasAny(documentTypes, ['PASSPORT', 'NATIONAL_ID']));
  return {
    nhs: initialNhs(facts, parameters),
    drfo: askedIf(isGiven(facts.taxId) || facts.ageYears > parameters.noSelfAuthAge),
    dracs_death: askedIf(true),
    dracs_birth: askedIf(canBeFoundByBirth(facts, parameters)),
    dracs_name_change: NOT_FED_YET,
    legal_capacity: initialLegalCapacity(facts, parameters),
    unzr: registerAskedIf(isGiven(unzr)),
    mvs_passport: passport,
    dms_passport: passport,
  };
}

/** This stream is fed by acts of the civil registry, not by the person. */
const NOT_FED_YET: InitialStatus = {
  row: null,
  verificationStatus: 'VERIFICATION_NOT_NEEDED',
  verificationReason: 'INITIAL',
  unverifiedAt: 'clear',
};

/** An online register knows these two; officials read the other proofs of legal capacity. */
const ONLINE_LEGAL_CAPACITY_TYPES = ['MARRIAGE_CERTIFICATE', 'DIVORCE_CERTIFICATE'] as const;

function registerAskedIf(hasData: boolean): InitialStatus {
  const { row, to, reason } = hasData ? STREAM_STATUS_TABLE.S1 : STREAM_STATUS_TABLE.S2;
  return { row, verificationStatus: to, verificationReason: reason, unverifiedAt: 'clear' };
}

/** The same first status as that of a register stream, without its row. */
function askedIf(hasData: boolean): InitialStatus {
  return { ...registerAskedIf(hasData), row: null };
}

function initialNhs(facts: SignUpFacts, parameters: SignUpParameters): InitialStatus {
  const row = initialNhsRow(facts, parameters);
  return {
    row: row.row,
    verificationStatus: row.verificationStatus,
    verificationReason: row.verificationReason,
    unverifiedAt: row.unverifiedAt === 'now' ? 'now' : 'clear',
  };
}

function initialNhsRow(facts: SignUpFacts, parameters: SignUpParameters): NhsStatusRow {
  if (needsScanCopies(facts)) return NHS_STATUS_TABLE.N3;
  return hitsManualRule(facts, parameters) ? NHS_STATUS_TABLE.N1 : NHS_STATUS_TABLE.N2;
}

function needsScanCopies({ hasConfidantPerson, documentTypes, unzr, birthDate }: SignUpFacts): boolean {
  if (hasConfidantPerson || documentTypes.includes('PERMANENT_RESIDENCE_PERMIT')) return true;
  return isGiven(unzr) && !unzrAgreesWithBirthDate(unzr, birthDate);
}

function hitsManualRule(facts: SignUpFacts, { noSelfAuthAge }: SignUpParameters): boolean {
  if (facts.authenticationMethodTypes.includes('OFFLINE')) return true;
  if (facts.ageYears < noSelfAuthAge) return facts.documentTypes.includes('BIRTH_CERTIFICATE_FOREIGN');
  return facts.noTaxId || hasWrongTaxId(facts);
}

/** A missing number is not wrong: a person without one has `no_tax_id`. */
function hasWrongTaxId({ taxId, birthDate, gender }: SignUpFacts): boolean {
  return isGiven(taxId) && checkTaxId(taxId, { birthDate, gender }) !== 'valid';
}

/** The act of birth is checked for a child, or when an older person has no other document. */
function canBeFoundByBirth(
  { ageYears, documentTypes }: SignUpFacts,
  { noSelfAuthAge }: SignUpParameters,
): boolean {
  if (!documentTypes.includes('BIRTH_CERTIFICATE')) return false;
  return ageYears <= noSelfAuthAge || documentTypes.every((type) => type === 'BIRTH_CERTIFICATE');
}

function initialLegalCapacity(facts: SignUpFacts, parameters: SignUpParameters): InitialStatus {
  const { ageYears, documentTypes } = facts;
  const { noSelfRegistrationAge, personFullLegalCapacityAge } = parameters;
  const inWindow = noSelfRegistrationAge < ageYears && ageYears < personFullLegalCapacityAge;
  if (!inWindow) return askedIf(false);
  if (hasAny(documentTypes, ONLINE_LEGAL_CAPACITY_TYPES)) return askedIf(true);
  if (!hasAny(documentTypes, parameters.personLegalCapacityDocumentTypes)) return askedIf(false);
  return {
    row: null,
    verificationStatus: 'VERIFICATION_NEEDED',
    verificationReason: 'RULES_TRIGGERED',
    unverifiedAt: 'clear',
  };
}

function hasAny(held: readonly DocumentType[], wanted: readonly DocumentType[]): boolean {
  return wanted.some((type) => held.includes(type));
}

function isGiven(text: string | null): text is string {
  return text !== null && text !== '';
}
