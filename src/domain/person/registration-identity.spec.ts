import { describe, expect, it } from 'vitest';
import { aSignUpContent } from '../../../test/support/sign-up-content';
import {
  RULES_DAY,
  aChild,
  anAdolescent,
  dayAfter,
  reported,
} from '../../../test/support/registration-rules';

const TAX_ID_MISSING = [['$.person.tax_id', 'Only persons who refused the tax_id could be without tax_id']];

describe('A birth date', () => {
  const INVALID = [['$.person.birth_date', 'Invalid birth date']];

  it.each([
    [dayAfter(RULES_DAY, 1), INVALID],
    ['9999-12-31', INVALID],
    [RULES_DAY, []],
    ['1876-03-09', INVALID],
    ['0001-01-01', INVALID],
  ])('%s is judged by %j', (birthDate, faults) => {
    expect(reported(aChild().born(birthDate))).toEqual(faults);
  });

  it('of exactly 150 years ago is not more than 150 years ago', () => {
    const old = aChild().born('1876-03-10').withTaxId('0000000017').withOnlyDocument('PASSPORT');
    expect(reported(old)).toEqual([]);
    expect(reported(old, dayAfter(RULES_DAY, 1))).toEqual(INVALID);
  });

  it('of 29 February is 150 years ago on 1 March', () => {
    const old = aSignUpContent('2026-03-01')
      .born('1876-02-29')
      .withTaxId('0000000017')
      .withOnlyDocument('PASSPORT');
    expect(reported(old, '2026-03-01')).toEqual([]);
    expect(reported(old, '2026-03-02')).toEqual(INVALID);
  });
});

describe('A tax_id', () => {
  it.each([
    ['the day before', '2026-03-09', []],
    ['on', '2026-03-10', TAX_ID_MISSING],
    ['the day after', '2026-03-11', TAX_ID_MISSING],
  ])('may not be missing from 14 years on: %s the birthday', (_, today, faults) => {
    expect(reported(aSignUpContent(RULES_DAY).born('2012-03-10'), today)).toEqual(faults);
  });

  it.each([
    ['2026-02-28', []],
    ['2026-03-01', TAX_ID_MISSING],
  ])('may be missing until 1 March to who was born on 29 February: %s', (today, faults) => {
    expect(reported(aSignUpContent(RULES_DAY).born('2012-02-29'), today)).toEqual(faults);
  });

  it('may be missing when refused, at any age', () => {
    expect(reported(anAdolescent().withoutTaxId())).toEqual([]);
  });

  it('must be missing when refused, at any age', () => {
    const both = ['$.person.tax_id', 'Persons who refused the tax_id should be without tax_id'];
    for (const content of [aChild(), anAdolescent()]) {
      expect(reported(content.withTaxId('0000000017').with('person.no_tax_id', true))).toEqual([both]);
    }
  });
});
