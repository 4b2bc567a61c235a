import { assert, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskedName, maskedNameOf, maskedNumber, maskedPhone } from './masking';

describe('what third persons and logs see', () => {
  it('of a name: the last name and the initials', () => {
    const name = { lastName: 'Шевченко', firstName: 'Тарас', secondName: 'Григорович' };
    expect(maskedName(name)).toBe('Шевченко Т. Г.');
  });

  it.each([null, '', undefined])('of a name without a second name (%j): one initial', (secondName) => {
    const name = { lastName: 'Нечуй-Левицький', firstName: 'Іван' };
    expect(maskedName(secondName === undefined ? name : { ...name, secondName })).toBe('Нечуй-Левицький І.');
  });

  it.each([
    ['Шевченко', 'Тарас', 'Григорович', 'Шевченко Т. Г.'],
    ['Шевченко', 'Тарас', null, 'Шевченко Т.'],
    ['Шевченко', null, null, 'Шевченко'],
    [null, 'Тарас', 'Григорович', 'Т. Г.'],
    ['Шевченко', ' Тарас', ' Григорович', 'Шевченко Т. Г.'],
    [null, null, null, ''],
  ])('of a row with the name %j, %j, %j: %j', (last_name, first_name, second_name, seen) => {
    expect(maskedNameOf({ last_name, first_name, second_name })).toBe(seen);
  });

  it('of a decomposed first letter: the letter with its mark', () => {
    expect(maskedName({ lastName: 'Бойко', firstName: 'И\u0306осип' })).toBe('Бойко Й.');
  });

  it('of a phone: the code of the operator and the last two digits', () => {
    expect(maskedPhone('+380931234585')).toBe('+38093*****85');
  });

  it('of a short phone: less, and never more than the last two digits', () => {
    expect(maskedPhone('+380938585')).toBe('+38093**85');
    expect(maskedPhone('123456785')).toBe('*******85');
    expect(maskedPhone('12')).toBe('**');
  });

  it.each([
    ['3287400000', '********00'],
    ['19900101-12345', '************45'],
    ['КВ123456', '******56'],
    ['1234', '**34'],
    ['123', '***'],
    ['12', '**'],
    ['', ''],
  ])('of the number %j: %j', (number, seen) => {
    expect(maskedNumber(number)).toBe(seen);
  });

  it('of any number: as many symbols, of which at most two are its own', () => {
    assert(
      property(string({ unit: 'grapheme', maxLength: 20 }), (number) => {
        const symbols = [...number];
        const seen = [...maskedNumber(number)];
        expect(seen).toHaveLength(symbols.length);
        expect(seen.slice(0, -2).every((symbol) => symbol === '*')).toBe(true);
      }),
    );
  });
});
