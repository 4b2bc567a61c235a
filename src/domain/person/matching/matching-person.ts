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

const BLANKS = '\\s\\u200B';
const HYPHENS = '\\-\\u00AD\\u2010-\\u2015\\u2212';
const APOSTROPHES = "'`\\u00B4\\u02B9\\u02BC\\u2018\\u2019\\u201B\\u2032";

/** Signs within a document number: those of the published service, and those of its description. */
const SIGNS = '():*|",.?‹<=+\\\\/%#№_…';

const IN_NAMES = new RegExp(`[${BLANKS}${HYPHENS}${APOSTROPHES}]`, 'gu');
const IN_NUMBERS = new RegExp(`[${BLANKS}${HYPHENS}${APOSTROPHES}${SIGNS}]`, 'gu');

/** Latin and Cyrillic: only letters that the functions of the search fold too, whatever the locale of the database. */
const CAPITALS = /[A-Z\u0400-\u042FҐ]/g;

/** The Roman one in the series of a certificate, in Latin or Ukrainian letters. */
const ROMAN_ONES = /[iі!]/g;

/** Letters that stand for it at the beginning. */
const FIRST_ROMAN_ONE = /^[qjl]/;

const LATIN_LOOK_ALIKES = 'abcehikmoptx';
const CYRILLIC_LOOK_ALIKES = 'авсенікмортх';

/**
 * Kinds of settlement before a name. A word or an abbreviation is a kind only when a full stop, a comma or a blank
 * follows: Селоград keeps its name. The letters с and м may be Latin.
 */
const SETTLEMENT_KIND =
  /^\s*(?:селище\s+міського\s+типу|селище|с-ще|сел|сщ|село|[сc]|смт|місто|[мm])(?:\s*[.,]\s*|\s+)/u;

/** Unifies spellings: registrars confuse є with е and и with і. */
export function normalName(name: string): string {
  return inSmallLetters(name).replace(IN_NAMES, '').replaceAll('є', 'е').replaceAll('и', 'і');
}

/** Removes the kind of settlement first: afterwards no blank separates it from the name. */
export function normalSettlement(settlement: string): string {
  return normalName(inSmallLetters(settlement).replace(SETTLEMENT_KIND, ''));
}

/** The whole number with its letters. In certificates of birth only the Roman one has several spellings. */
export function normalDocument({ type, number }: MatchingDocument): string {
  const joined = inSmallLetters(number).replace(IN_NUMBERS, '');
  return type === 'BIRTH_CERTIFICATE'
    ? joined.replace(ROMAN_ONES, '1').replace(FIRST_ROMAN_ONE, '1')
    : joined.replace(/[abcehikmoptx]/g, cyrillicLookAlike);
}

function inSmallLetters(text: string): string {
  return text.replace(CAPITALS, (letter) => letter.toLowerCase());
}

function cyrillicLookAlike(letter: string): string {
  return CYRILLIC_LOOK_ALIKES.charAt(LATIN_LOOK_ALIKES.indexOf(letter));
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
  /** The digits of each BIRTH_CERTIFICATE that has any: as written, and with each Roman one as a digit. */
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
      .flatMap(digitsOfCertificate),
    documents: telling
      .filter(({ type }) => searchTypes.includes(type))
      .map(({ type, number }) => ({ type, number })),
  };
}

function digitsOfCertificate(certificate: MatchingDocument): readonly string[] {
  return [...new Set([digitsOf(certificate.number), digitsOf(normalDocument(certificate))])];
}

/** The look-up for a person of this age. */
export function lookUpOf({ birthDate, taxId }: SearchKeys, today: IsoDay): LookUp {
  if (ageInYears(birthDate, today) < AGE_OF_OWN_DOCUMENTS) return 'tax_id_or_certificate';
  return taxId === null ? 'documents' : 'tax_id';
}
