import type { IsoDay } from '../calendar-day';

/** The number of a record in the demographic register: the birth date as eight digits, and the record of that day. */
export interface Unzr {
  readonly birthDigits: string;
  readonly recordNumber: string;
}

const UNZR = /^[0-9]{8}-[0-9]{5}$/;

/** Reads a UNZR. Like every number of a document it is taken as it is written or not at all. */
export function parseUnzr(text: string): Unzr | 'malformed' {
  if (!UNZR.test(text)) return 'malformed';
  return { birthDigits: text.slice(0, 8), recordNumber: text.slice(9) };
}

/** Whether the first eight digits are the birth date. A malformed UNZR agrees with no birth date. */
export function unzrAgreesWithBirthDate(text: string, birthDate: IsoDay): boolean {
  const unzr = parseUnzr(text);
  return unzr !== 'malformed' && unzr.birthDigits === birthDate.replaceAll('-', '');
}
