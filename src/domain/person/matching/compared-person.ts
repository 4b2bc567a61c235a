import type { IsoDay } from '../../calendar-day';
import type { DocumentType, Gender } from '../dictionaries';

/** A document as far as it tells whose it is. */
export interface MatchingDocument {
  readonly type: DocumentType;
  readonly number: string;
}

/** What two persons are compared by, as it was written down. An empty text counts as missing. */
export interface MatchingPerson {
  readonly firstName: string;
  readonly lastName: string;
  readonly secondName: string | null;
  readonly birthDate: IsoDay;
  readonly birthSettlement: string;
  readonly gender: Gender;
  readonly taxId: string | null;
  readonly documents: readonly MatchingDocument[];
  /** Phones for one-time passwords. Other phones are shared by whole families and tell nothing. */
  readonly otpPhones: readonly string[];
  /** Settlement of the RESIDENCE address. */
  readonly residenceSettlement: string | null;
}

/** Blanks, hyphens and apostrophes in all the shapes keyboards and word processors give them. */
const JOINTS = /[\s\-\u2010\u2011\u2013\u2014\u2212'\u2018\u2019\u02BC`]/gu;

/** Signs that stand between the parts of a document's number, and blanks. */
const SEPARATORS = /[\s/%#№_\-\u2010\u2011\u2013\u2014\u2212]/gu;

/** How the Roman one of a certificate's series is written, in Latin or Ukrainian letters. */
const ROMAN_ONES = /[iі!IІ]/gu;

/**
 * Kinds of settlement before a name. A word or an abbreviation is one only when a full stop, a comma or a blank follows:
 * Селоград keeps its name. The letters с and м are also met in their Latin shape.
 */
const SETTLEMENT_KIND =
  /^\s*(?:селище\s+міського\s+типу|селище|с-ще|сел|сщ|село|[сc]|смт|місто|[мm])(?:\s*[.,]\s*|\s+)/u;

/** Names written in two ways become one: є and и are what registrars mix up with е and і. */
export function normalName(name: string): string {
  return name.toLowerCase().replace(JOINTS, '').replaceAll('є', 'е').replaceAll('и', 'і');
}

/** Settlements lose their kind first: afterwards there is no blank left to tell it from the name. */
export function normalSettlement(settlement: string): string {
  return normalName(settlement.toLowerCase().replace(SETTLEMENT_KIND, ''));
}

/** The whole number with its letters, which keep their case: the rules of the model fold none. */
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

/** A person in the form in which he is compared. What is missing is null. */
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

/** Brings what was written down into the form in which it is compared. */
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
