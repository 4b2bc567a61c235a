import { assert, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePassportNumber } from './document.rules';

describe('the number of a passport booklet', () => {
  it.each([
    ['КВ123456', 'КВ', '123456'],
    ['ҐЇ000000', 'ҐЇ', '000000'],
    ['ІЄ999999', 'ІЄ', '999999'],
  ])('%s is taken apart into series and number', (text, series, number) => {
    expect(parsePassportNumber(text)).toEqual({ series, number });
  });

  it.each([
    ['small letters', 'кв123456'],
    ['one small letter', 'Кв123456'],
    ['Latin look-alikes', 'KB123456'],
    ['one Latin look-alike', 'КB123456'],
    ['the Russian Ы', 'КЫ123456'],
    ['the Russian Ъ', 'ЪК123456'],
    ['the Russian Э', 'ЭК123456'],
    ['the Russian Ё', 'ЁК123456'],
    ['a blank before it', ' КВ123456'],
    ['a blank after it', 'КВ123456 '],
    ['a blank inside', 'КВ 123456'],
    ['a line break after it', 'КВ123456\n'],
    ['five digits', 'КВ12345'],
    ['seven digits', 'КВ1234567'],
    ['one letter', 'К123456'],
    ['three letters', 'КВА123456'],
    ['digits of another script', 'КВ١٢٣٤٥٦'],
    ['a decomposed letter', 'ІІ\u0308123456'],
    ['an ID card', '123456789'],
    ['nothing', ''],
  ])('S5: %s is malformed and is not corrected', (_, text) => {
    expect(parsePassportNumber(text)).toBe('malformed');
  });

  it('S5: whatever is not malformed is made of the two parts and of nothing else', () => {
    assert(
      property(string({ unit: 'grapheme', maxLength: 10 }), (text) => {
        const parsed = parsePassportNumber(text);
        if (parsed !== 'malformed') expect(parsed.series + parsed.number).toBe(text);
      }),
    );
  });
});
