/*
 * The number of a signer: a tax number, or a passport's series and number of somebody without one. Certificates spell a
 * series in Cyrillic, in the published transliteration, or with Latin letters that look like Cyrillic ones.
 */

/** What `mithril.folded_tax_id` leaves out as well: spaces and hyphens of every kind that authorities use, and apostrophes. */
const SEPARATORS = /[ \t\r\n\u00a0\u00ad\u2007\u2009\u200b\u202f\u2010-\u2015\u2212\u2019'-]/g;

/** The Latin and the Ukrainian small letters, and no others. */
const SMALL_LETTERS = /[a-zа-щьюяґєії]/g;

const LATIN_LOOK_ALIKES = 'ABCEHIKMOPTX';
const CYRILLIC_LOOK_ALIKES = 'АВСЕНІКМОРТХ';

/** Resolution 55 of the Cabinet of Ministers, 2010, in capitals. A soft sign is left out. */
const TRANSLITERATION: Readonly<Record<string, string>> = {
  ...{ А: 'A', Б: 'B', В: 'V', Г: 'H', Ґ: 'G', Д: 'D', Е: 'E', Є: 'YE', Ж: 'ZH', З: 'Z', И: 'Y' },
  ...{ І: 'I', Ї: 'YI', Й: 'Y', К: 'K', Л: 'L', М: 'M', Н: 'N', О: 'O', П: 'P', Р: 'R', С: 'S' },
  ...{ Т: 'T', У: 'U', Ф: 'F', Х: 'KH', Ц: 'TS', Ч: 'CH', Ш: 'SH', Щ: 'SHCH', Ю: 'YU', Я: 'YA' },
  ...{ Ь: '' },
};

const inCyrillic = (text: string): string =>
  text.replace(/[ABCEHIKMOPTX]/g, (letter) => CYRILLIC_LOOK_ALIKES.charAt(LATIN_LOOK_ALIKES.indexOf(letter)));

/** The letters of which series consist: no series has a soft sign. */
export const UKRAINIAN_LETTERS: readonly string[] = Object.keys(TRANSLITERATION).filter(
  (letter) => letter !== 'Ь',
);

/** Transliterated, letter by letter. The text is in capitals. */
export const inLatin = (text: string): string =>
  text
    .replaceAll('Ь', '')
    .replaceAll('ЗГ', 'ZGH')
    .replace(/[^0-9A-Z]/gu, (letter) => TRANSLITERATION[letter] ?? letter);

/** What a spelling may mean; null where it cannot be meant so. */
interface Meaning {
  /** Its Latin letters only look like Cyrillic ones. */
  readonly cyrillic: string | null;
  /** It is transliterated. */
  readonly latin: string | null;
}

function meaningOf(number: string): Meaning {
  const text = number.replace(SEPARATORS, '').replace(SMALL_LETTERS, (letter) => letter.toUpperCase());
  const cyrillic = inCyrillic(text);
  if (/[A-Z]/.test(cyrillic)) return { cyrillic: null, latin: inLatin(text) };
  return { cyrillic, latin: /\p{Script=Cyrillic}/u.test(text) ? null : text };
}

/**
 * Whether two spellings name one number. Two numbers in Cyrillic are the same only letter by letter, although ЦГ and ТШ, or
 * И and Й, are the same in Latin. A number in Latin is the same as every number that it may mean: a Latin B is В or Б. An
 * empty number is nobody's.
 */
export function isSameNumber(one: string, other: string): boolean {
  const [first, second] = [meaningOf(one), meaningOf(other)];
  return (
    isEqual(first.cyrillic, second.cyrillic) ||
    isEqual(first.latin, second.latin) ||
    isEqual(first.latin, transliterated(second)) ||
    isEqual(transliterated(first), second.latin)
  );
}

const transliterated = ({ cyrillic }: Meaning): string | null =>
  cyrillic === null ? null : inLatin(cyrillic);

const isEqual = (one: string | null, other: string | null): boolean =>
  one !== null && one !== '' && one === other;
