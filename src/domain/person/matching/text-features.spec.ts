import { describe, expect, it } from 'vitest';
import { binOfPair, certificate, type Facts } from '../../../../test/support/matching-pairs';

/** A word so many letters away from "а…": that many of its ten letters are others. */
const word = (apart: number): string => 'б'.repeat(apart) + 'а'.repeat(10 - apart);

describe('Names', () => {
  it.each([
    [0, '0', '1', '1'],
    [1, '0', '1', '1'],
    [2, '2', '2', '1'],
    [3, '3', '3', '3'],
    [4, '3', '4', '3'],
    [6, '3', '4', '3'],
    [7, '3', '4', '4'],
    [10, '3', '4', '4'],
  ])(
    '%i letters apart: first name in bin %s, last name in bin %s, second name in bin %s',
    (apart, first, last, second) => {
      const [here, there] = [word(0), word(apart)];
      expect(binOfPair('d_first_name_bin', { firstName: here }, { firstName: there })).toBe(first);
      expect(binOfPair('d_last_name_bin', { lastName: here }, { lastName: there })).toBe(last);
      expect(binOfPair('d_second_name_bin', { secondName: here }, { secondName: there })).toBe(second);
    },
  );

  it.each([
    ['one is missing', 'Ладівна', null],
    ['one is empty', 'Ладівна', ''],
    ['one has signs only', '-', 'Ладівна'],
    ['both are missing', null, null],
    ['both are empty', '', null],
  ])('a second name is missing when %s', (_, one, other) => {
    expect(binOfPair('d_second_name_bin', { secondName: one }, { secondName: other })).toBe('2');
    expect(binOfPair('d_second_name_bin', { secondName: other }, { secondName: one })).toBe('2');
  });

  it.each([
    ['capitals', 'ВЕРБОЛОЗЕНКО', 'верболозенко'],
    ['blanks and hyphens', 'Верба-Лоза Ясен', 'Вербалозаясен'],
    ['the kind of apostrophe', "Дем'янʼян’ь", 'Демянянь'],
    ['є and и', 'Єлисий Синій', 'еліс-ій сін ій'],
    ['dashes', 'Верба–Лоза—Яр', 'ВербаЛозаЯр'],
  ])('do not differ by %s', (_, one, other) => {
    expect(binOfPair('d_last_name_bin', { lastName: one }, { lastName: other })).toBe('1');
    // A distance of one is in that bin too; the flag of twins distinguishes it from none.
    const documents = (number: string): Facts => ({ documents: [certificate(number)] });
    const [here, there] = [
      { firstName: one, ...documents('1') },
      { firstName: other, ...documents('2') },
    ];
    expect(binOfPair('twins_flag_bin', here, there)).toBe('0');
  });

  it('differ by ї, ґ and й, which are other letters', () => {
    expect(binOfPair('d_last_name_bin', { lastName: 'їґй' }, { lastName: 'ігі' })).toBe('3');
  });
});

describe('Tax numbers', () => {
  it.each([
    ['3111111111', '3111111111', '0'],
    ['3111111111', '3111111112', '2'],
    ['3111111111', '3111111122', '2'],
    ['3111111111', '3111111222', '3'],
    ['3111111111', null, '1'],
    ['3111111111', '', '1'],
    [null, null, '1'],
  ])('%s and %s are in bin %s', (one, other, bin) => {
    expect(binOfPair('d_tax_id_bin', { taxId: one }, { taxId: other })).toBe(bin);
    expect(binOfPair('d_tax_id_bin', { taxId: other }, { taxId: one })).toBe(bin);
  });
});

describe('Settlements', () => {
  it.each([
    ['Калинопіль', 'КАЛИНОПІЛЬ', '0'],
    ['Калинопіль', 'Калинопіль Луговий', '0'],
    ['с. Калинопіль', 'смт Калинопіль', '0'],
    ['селище міського типу Калинопіль', 'м.Калинопіль', '0'],
    ['село Нова-Липа', 'нова липа', '0'],
    ['Селоград', 'град', '0'],
    ['село Град', 'Селоград', '0'],
    ['Мальвинськ', 'м. Мальвинськ', '0'],
    ['Мальвинськ', 'Калинопіль', '1'],
    ['', 'Калинопіль', '1'],
    ['с.', 'Калинопіль', '1'],
    ['', '', '1'],
  ])('of birth: %s and %s are in bin %s', (one, other, bin) => {
    expect(
      binOfPair('birth_settlement_substr_bin', { birthSettlement: one }, { birthSettlement: other }),
    ).toBe(bin);
    expect(
      binOfPair('birth_settlement_substr_bin', { birthSettlement: other }, { birthSettlement: one }),
    ).toBe(bin);
  });

  it.each([
    ['Калинопіль', 'Калинопіль', '0'],
    ['с. Калинопіль', 'КАЛИНОПІЛЬ', '0'],
    ['Калинопіль', 'Калинопіль Луговий', '1'],
    ['Селоград', 'град', '1'],
    ['Калинопіль', null, '1'],
    [null, null, '1'],
    ['', '', '1'],
  ])('of residence: %s and %s are in bin %s', (one, other, bin) => {
    const [here, there] = [{ residenceSettlement: one }, { residenceSettlement: other }];
    expect(binOfPair('residence_settlement_flag_bin', here, there)).toBe(bin);
    expect(binOfPair('residence_settlement_flag_bin', there, here)).toBe(bin);
  });
});

describe('Phones and gender', () => {
  it.each([
    [['+380000000001'], ['+380000000001'], '0'],
    [['+380000000001', '+380000000002'], ['+380000000002'], '0'],
    [['+380000000001'], ['+380000000002'], '1'],
    [['+380000000001'], [], '1'],
    [[], [], '1'],
  ])('phones for passwords %j and %j are in bin %s', (one, other, bin) => {
    expect(binOfPair('authentication_methods_flag_bin', { otpPhones: one }, { otpPhones: other })).toBe(bin);
  });

  it('an equal gender is bin 0, another one bin 1', () => {
    expect(binOfPair('gender_flag_bin', { gender: 'MALE' }, { gender: 'MALE' })).toBe('0');
    expect(binOfPair('gender_flag_bin', { gender: 'MALE' }, { gender: 'FEMALE' })).toBe('1');
  });
});
