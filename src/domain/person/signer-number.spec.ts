import { describe, expect, it } from 'vitest';
import { isSameNumber } from './signer-number';

describe('The number of a signer', () => {
  it.each([
    ['the same digits', '1234567890', '1234567890'],
    ['spaces and hyphens', ' 1234 567-890', '1234567890'],
    ['a no-break space and a dash', 'МЮ\u00a0123–456', 'МЮ123456'],
    ['small letters', 'мю123456', 'МЮ123456'],
    ['the published transliteration', 'MYU 123456', 'МЮ123456'],
    ['the transliteration in small letters', 'myu123456', 'мю123456'],
    ['a transliterated В', 'VM123456', 'ВМ123456'],
    ['a look-alike of В', 'BM123456', 'ВМ123456'],
    ['a transliterated Б', 'BM123456', 'БМ123456'],
    ['look-alikes within Cyrillic', 'AВ123456', 'АB123456'],
    ['transliterated Н and С', 'NS123456', 'НС123456'],
    ['look-alikes of Н and С', 'HC123456', 'НС123456'],
    ['a series that becomes longer', 'KHSHCH123456', 'ХЩ123456'],
    ['a look-alike of Х', 'XK123456', 'ХК123456'],
    ['Г behind З', 'ZGH123456', 'ЗГ123456'],
    ['a soft sign that vanishes', 'T123456', 'ТЬ123456'],
    ['a soft sign between З and Г', 'ZGH123456', 'ЗЬГ123456'],
    ['look-alikes on one side and transliteration on the other', 'HC123456', 'NS123456'],
    ['Cyrillic and transliteration in one', 'МYU123456', 'МЮ123456'],
  ])('is the same in spite of %s', (_, one, other) => {
    expect(isSameNumber(one, other)).toBe(true);
    expect(isSameNumber(other, one)).toBe(true);
  });

  it.each([
    ['another digit', '1234567890', '1234567891'],
    ['another letter', 'МЮ123456', 'МЯ123456'],
    ['letters that only look alike in Latin', 'БМ123456', 'ВМ123456'],
    ['Н and Г, which share a Latin H', 'НА123456', 'ГА123456'],
    ['Р and П, which share a Latin P', 'РА123456', 'ПА123456'],
    ['ЦГ and ТШ, which share a Latin TSH', 'ЦГ123456', 'ТШ123456'],
    ['И and Й, which share a Latin Y', 'ИА123456', 'ЙА123456'],
    ['Я and ЙА, which share a Latin YA', 'Я123456', 'ЙА123456'],
    ['a soft sign in Cyrillic', 'ТЬ123456', 'Т123456'],
    ['look-alikes of ТС and a Cyrillic Ц', 'TC123456', 'Ц123456'],
    ['a P that is a look-alike and a Y that is not', 'PY123456', 'РИ123456'],
    ['a letter that is not Ukrainian', 'ы123456', 'Ы123456'],
    ['no number at all', '', ''],
    ['separators alone', ' - ', ''],
  ])('differs by %s', (_, one, other) => {
    expect(isSameNumber(one, other)).toBe(false);
    expect(isSameNumber(other, one)).toBe(false);
  });
});
