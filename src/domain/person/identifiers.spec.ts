import { assert, constantFrom, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calendarDay } from '../calendar-day';
import { GENDERS } from './dictionaries';
import { checkTaxId, taxIdChecksum, parseUnzr, unzrAgreesWithBirthDate } from './identifiers';

describe('the tax number', () => {
  const holder = { birthDate: '1990-01-01', gender: 'FEMALE' } as const;

  it('is valid with the days since the end of 1899, an even ninth digit for women, and its checksum', () => {
    // 1990-01-01 is day 32873; the sum −3 + 10 + 56 + 63 + 12 is 138, and 138 mod 11 is 6.
    expect(checkTaxId('3287300006', holder)).toBe('valid');
  });

  it('counts the first of January 1900 as day 1', () => {
    // −0 + 0 + 0 + 0 + 4 is 4 before the ninth digit; with a 1 there it is 11, and nothing remains.
    expect(checkTaxId('0000100010', { birthDate: '1900-01-01', gender: 'MALE' })).toBe('valid');
  });

  it.each([
    ['328730000', 'malformed'],
    ['32873000066', 'malformed'],
    ['32873A0006', 'malformed'],
    [' 3287300006', 'malformed'],
    ['3287300006\n', 'malformed'],
    ['', 'malformed'],
    ['3287400006', 'other_birth_date'],
    ['3287300012', 'other_gender'],
    ['3287300001', 'wrong_checksum'],
  ] as const)('%j is %s', (taxId, check) => {
    expect(checkTaxId(taxId, holder)).toBe(check);
  });

  it('has a checksum of one digit also where the sum is negative', () => {
    // −9 mod 11 is 2; −1 mod 11 is 10, of which 0 remains.
    expect(taxIdChecksum('900000000')).toBe(2);
    expect(taxIdChecksum('100000000')).toBe(0);
  });

  it('is valid for its holder, and not for another gender or the next day', () => {
    const days = integer({ min: 1, max: 47_000 });
    assert(
      property(days, integer({ min: 0, max: 999 }), constantFrom(0, 2, 4, 6, 8), (day, serial, even) => {
        for (const gender of GENDERS) {
          const ninth = gender === 'MALE' ? even + 1 : even;
          const digits = `${day}`.padStart(5, '0') + `${serial}`.padStart(3, '0') + `${ninth}`;
          const taxId = digits + `${taxIdChecksum(digits)}`;
          const born = calendarDay('1899-12-31').add({ days: day });
          const other = gender === 'MALE' ? 'FEMALE' : 'MALE';
          expect(checkTaxId(taxId, { birthDate: born.toString(), gender })).toBe('valid');
          expect(checkTaxId(taxId, { birthDate: born.toString(), gender: other })).toBe('other_gender');
          const nextDay = born.add({ days: 1 }).toString();
          expect(checkTaxId(taxId, { birthDate: nextDay, gender })).toBe('other_birth_date');
        }
      }),
    );
  });
});

describe('the UNZR', () => {
  it('is a birth date and the number of the record', () => {
    expect(parseUnzr('19900101-12345')).toEqual({ birthDigits: '19900101', recordNumber: '12345' });
  });

  it.each([
    '1990010112345',
    '19900101-1234',
    '19900101-123456',
    '1990-01-01-12345',
    ' 19900101-12345',
    '19900101-12345\n',
    '',
  ])('%j is malformed', (text) => {
    expect(parseUnzr(text)).toBe('malformed');
  });

  it('agrees with the birth date in its first digits, and a malformed one with none', () => {
    expect(unzrAgreesWithBirthDate('19900101-12345', '1990-01-01')).toBe(true);
    expect(unzrAgreesWithBirthDate('19900101-12345', '1990-01-02')).toBe(false);
    expect(unzrAgreesWithBirthDate('19900101', '1990-01-01')).toBe(false);
  });
});
