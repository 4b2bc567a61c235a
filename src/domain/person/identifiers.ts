import { calendarDay, type IsoDay } from '../calendar-day';
import type { Gender } from './dictionaries';

/** The data that a tax number is checked against. */
export interface TaxIdHolder {
  readonly birthDate: IsoDay;
  readonly gender: Gender;
}

/** The result of the check: valid, or the first fault. */
export type TaxIdCheck = 'valid' | 'malformed' | 'other_birth_date' | 'other_gender' | 'wrong_checksum';

const TAX_ID = /^[0-9]{10}$/;

/** The first five digits count days from here: 00001 is 1 January 1900. */
const DAY_ZERO = '1899-12-31';

/** The published weights of the first nine digits in the checksum. */
const WEIGHTS = [-1, 5, 7, 9, 4, 6, 10, 5, 7] as const;

/** Checks a tax number (РНОКПП) against the birth date, the gender and its own last digit. */
export function checkTaxId(taxId: string, { birthDate, gender }: TaxIdHolder): TaxIdCheck {
  if (!TAX_ID.test(taxId)) return 'malformed';
  const days = calendarDay(DAY_ZERO).until(calendarDay(birthDate), { largestUnit: 'day' }).days;
  if (Number(taxId.slice(0, 5)) !== days) return 'other_birth_date';
  const isOdd = Number(taxId[8]) % 2 === 1;
  if (isOdd !== (gender === 'MALE')) return 'other_gender';
  return Number(taxId[9]) === taxIdChecksum(taxId) ? 'valid' : 'wrong_checksum';
}

/** The last digit for the first nine. */
export function taxIdChecksum(digits: string): number {
  const sum = WEIGHTS.reduce((total, weight, place) => total + weight * Number(digits[place]), 0);
  // The sum may be negative, because the first weight is: the remainder is brought back to 0…10.
  return (((sum % 11) + 11) % 11) % 10;
}

/** The number of a record in the demographic register: the birth date as eight digits, and a number within the day. */
export interface Unzr {
  readonly birthDigits: string;
  readonly recordNumber: string;
}

const UNZR = /^[0-9]{8}-[0-9]{5}$/;

/** Reads a UNZR. Like every document number it is not corrected. */
export function parseUnzr(text: string): Unzr | 'malformed' {
  if (!UNZR.test(text)) return 'malformed';
  return { birthDigits: text.slice(0, 8), recordNumber: text.slice(9) };
}

/** Whether the first eight digits are the birth date. A malformed UNZR agrees with no birth date. */
export function unzrAgreesWithBirthDate(text: string, birthDate: IsoDay): boolean {
  const unzr = parseUnzr(text);
  return unzr !== 'malformed' && unzr.birthDigits === birthDate.replaceAll('-', '');
}
