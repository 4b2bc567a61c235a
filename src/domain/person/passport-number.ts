/** The number of a passport booklet, taken apart as the register wants it. */
export interface PassportNumber {
  readonly series: string;
  readonly number: string;
}

/** The published pattern, unchanged: two Ukrainian capitals, none of them a Russian letter, and six digits. */
const PASSPORT_NUMBER = /^((?![ЫЪЭЁ])([А-ЯҐЇІЄ])){2}[0-9]{6}$/;

/**
 * Reads the number of a PASSPORT document. Nothing is corrected first, neither blanks nor small letters nor Latin
 * look-alikes: a corrected number would be another number than the one the person signed.
 */
export function parsePassportNumber(text: string): PassportNumber | 'malformed' {
  if (!PASSPORT_NUMBER.test(text)) return 'malformed';
  return { series: text.slice(0, 2), number: text.slice(2) };
}
