/*
 * The number of a signer: a tax number, or a passport's series and number of somebody without one. Certificates spell a
 * series in Cyrillic, in the published transliteration, or with Latin letters that look like Cyrillic ones.
 */

/** Spaces and hyphens of every kind, which authorities put between the series and the number. */
const SEPARATORS = /[\s\u00ad\u200b\u2010-\u2015\u2212-]/gu;

const LATIN_LOOK_ALIKES = 'ABCEHIKMOPTX';
const CYRILLIC_LOOK_ALIKES = 'АВСЕНІКМОРТХ';

/** Resolution 55 of the Cabinet of Ministers, 2010, in capitals. A soft sign and apostrophes are left out. */
const TRANSLITERATION: Readonly<Record<string, string>> = {
  ...{ А: 'A', Б: 'B', В: 'V', Г: 'H', Ґ: 'G', Д: 'D', Е: 'E', Є: 'YE', Ж: 'ZH', З: 'Z', И: 'Y' },
  ...{ І: 'I', Ї: 'YI', Й: 'Y', К: 'K', Л: 'L', М: 'M', Н: 'N', О: 'O', П: 'P', Р: 'R', С: 'S' },
  ...{ Т: 'T', У: 'U', Ф: 'F', Х: 'KH', Ц: 'TS', Ч: 'CH', Ш: 'SH', Щ: 'SHCH', Ю: 'YU', Я: 'YA' },
  ...{ Ь: '', "'": '', '’': '' },
};

const inCyrillic = (text: string): string =>
  text.replace(/[ABCEHIKMOPTX]/g, (letter) => CYRILLIC_LOOK_ALIKES.charAt(LATIN_LOOK_ALIKES.indexOf(letter)));

const inLatin = (text: string): string =>
  text.replace(/ЗГ/g, 'ZGH').replace(/[^0-9A-Z]/gu, (letter) => TRANSLITERATION[letter] ?? letter);

/** What a spelling may mean, in Latin: its Latin letters are taken for transliterated ones, or for look-alikes. */
function readingsOf(number: string): readonly string[] {
  const text = number.replace(SEPARATORS, '').toUpperCase();
  return [inLatin(text), inLatin(inCyrillic(text))];
}

/**
 * Whether two spellings name one number. Two numbers in Cyrillic are the same only letter by letter (И and Й are one
 * letter in Latin); a Latin B may be В or Б. An empty number is nobody's.
 */
export function isSameNumber(one: string, other: string): boolean {
  const readings = readingsOf(other);
  return readingsOf(one).some((reading) => reading !== '' && readings.includes(reading));
}
