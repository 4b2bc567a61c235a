import type { MatchingDocument } from './matching-person';

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
