import { ageInYears, type IsoDay } from '../../calendar-day';
import type { DocumentType, Gender } from '../dictionaries';
import type { PersonRequest } from '../person-request';
import { savedName } from '../registration.rules';

/** A document for matching. */
export interface MatchingDocument {
  readonly type: DocumentType;
  readonly number: string;
}

/** The data by which two persons are compared, as stored. An empty text counts as missing. */
export interface MatchingPerson {
  readonly firstName: string;
  readonly lastName: string;
  readonly secondName: string | null;
  readonly birthDate: IsoDay;
  readonly birthSettlement: string;
  readonly gender: Gender;
  readonly taxId: string | null;
  readonly documents: readonly MatchingDocument[];
  /** Phones for one-time passwords. Other phones are shared by whole families. */
  readonly otpPhones: readonly string[];
  /** Settlement of the RESIDENCE address. */
  readonly residenceSettlement: string | null;
}

/** Blanks, hyphens and apostrophes in all their Unicode forms. */
const JOINTS = /[\s\-\u2010\u2011\u2013\u2014\u2212'\u2018\u2019\u02BC`]/gu;

/** Separators within a document number, and blanks. */
const SEPARATORS = /[\s/%#№_\-\u2010\u2011\u2013\u2014\u2212]/gu;

/** The Roman one in the series of a certificate, in Latin or Ukrainian letters. */
const ROMAN_ONES = /[iі!IІ]/gu;

/**
 * Kinds of settlement before a name. A word or an abbreviation is a kind only when a full stop, a comma or a blank
 * follows: Селоград keeps its name. The letters с and м may be Latin.
 */
const SETTLEMENT_KIND =
  /^\s*(?:селище\s+міського\s+типу|селище|с-ще|сел|сщ|село|[сc]|смт|місто|[мm])(?:\s*[.,]\s*|\s+)/u;

/** Unifies spellings: registrars confuse є with е and и with і. */
export function normalName(name: string): string {
  return name.toLowerCase().replace(JOINTS, '').replaceAll('є', 'е').replaceAll('и', 'і');
}

/** Removes the kind of settlement first: afterwards no blank separates it from the name. */
export function normalSettlement(settlement: string): string {
  return normalName(settlement.toLowerCase().replace(SETTLEMENT_KIND, ''));
}

/** The whole number with its letters, which keep their case, as in the published model. */
export function normalDocument({ type, number }: MatchingDocument): string {
  const joined = number.replace(SEPARATORS, '');
  return type === 'BIRTH_CERTIFICATE' ? joined.replace(ROMAN_ONES, '1') : joined;
}

/** The digits 0–9 and nothing else. */
export function digitsOf(text: string): string {
  return text.replace(/[^0-9]/g, '');
}

/** The two values a document is compared by. */
export interface ComparedDocument {
  readonly type: DocumentType;
  /** The normalised number with its letters. */
  readonly whole: string;
  /** Its digits; empty when it has none. */
  readonly digits: string;
}

/** A person in normal form. Missing values are null. */
export interface ComparedPerson {
  readonly firstName: string;
  readonly lastName: string;
  readonly secondName: string | null;
  readonly birthDate: IsoDay;
  readonly birthSettlement: string | null;
  readonly gender: Gender;
  readonly taxId: string | null;
  readonly documents: readonly ComparedDocument[];
  readonly otpPhones: readonly string[];
  readonly residenceSettlement: string | null;
}

/** The normal form of a person. */
export function comparedPerson(person: MatchingPerson): ComparedPerson {
  return {
    firstName: normalName(person.firstName),
    lastName: normalName(person.lastName),
    secondName: orNull(normalName(person.secondName ?? '')),
    birthDate: person.birthDate,
    birthSettlement: orNull(normalSettlement(person.birthSettlement)),
    gender: person.gender,
    taxId: orNull(person.taxId ?? ''),
    documents: person.documents.map((document) => {
      const whole = normalDocument(document);
      return { type: document.type, whole, digits: digitsOf(whole) };
    }),
    otpPhones: person.otpPhones,
    residenceSettlement: orNull(normalSettlement(person.residenceSettlement ?? '')),
  };
}

function orNull(text: string): string | null {
  return text === '' ? null : text;
}

/** The keys by which a registered person is searched for. */
export interface SearchKeys {
  readonly birthDate: IsoDay;
  readonly taxId: string | null;
  readonly lastName: string;
  /** The digits of each BIRTH_CERTIFICATE that has any. */
  readonly certificateDigits: readonly string[];
  /** The documents by which to search: type and number. */
  readonly documents: readonly MatchingDocument[];
}

/** The keys that apply depend on the age. */
export type LookUp = 'tax_id_or_certificate' | 'tax_id' | 'documents';

/** Fixed by the published search algorithm, independent of the registration parameter with the same value. */
const AGE_OF_OWN_DOCUMENTS = 14;

/** The keys of a person. A BIRTH_CERTIFICATE without digits is no key: many say "БЕЗ НОМЕРА". */
export function searchKeysOf(person: PersonRequest, searchTypes: readonly DocumentType[]): SearchKeys {
  const telling = person.documents.filter(
    ({ type, number }) => type !== 'BIRTH_CERTIFICATE' || digitsOf(number) !== '',
  );
  return {
    birthDate: person.birth_date,
    taxId: person.tax_id ?? null,
    lastName: savedName(person.last_name),
    certificateDigits: telling
      .filter(({ type }) => type === 'BIRTH_CERTIFICATE')
      .map(({ number }) => digitsOf(number)),
    documents: telling
      .filter(({ type }) => searchTypes.includes(type))
      .map(({ type, number }) => ({ type, number })),
  };
}

/** The look-up for a person of this age. */
export function lookUpOf({ birthDate, taxId }: SearchKeys, today: IsoDay): LookUp {
  if (ageInYears(birthDate, today) < AGE_OF_OWN_DOCUMENTS) return 'tax_id_or_certificate';
  return taxId === null ? 'documents' : 'tax_id';
}
