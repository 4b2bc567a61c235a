import { inLatin, UKRAINIAN_LETTERS } from './signer-number';

/** The series of two letters in Cyrillic, by their transliteration. `YY` is four of them: ИИ, ИЙ, ЙИ, ЙЙ. */
const SERIES_BY_LATIN = new Map<string, readonly string[]>();

for (const first of UKRAINIAN_LETTERS)
  for (const second of UKRAINIAN_LETTERS) {
    const series = first + second;
    const latin = inLatin(series);
    SERIES_BY_LATIN.set(latin, [...(SERIES_BY_LATIN.get(latin) ?? []), series]);
  }

/** A series in Latin letters, which may be transliterated, and digits. */
const LATIN_SERIES = /^([A-Z]+)([0-9]+)$/;

const SEPARATORS = /[\s\u00ad\u200b\u2010-\u2015\u2212№-]/g;

/**
 * The number of a document as it was written and, when its series is in Latin letters, the numbers that it is the
 * transliteration of: foreign and electronic documents spell `КВ123456` as `KV123456`. Latin letters that only look like
 * Cyrillic ones are no concern of this function: the search compares without them.
 */
export function documentSpellings(number: string): readonly string[] {
  const [, series = '', digits = ''] = LATIN_SERIES.exec(number.replace(SEPARATORS, '').toUpperCase()) ?? [];
  return [number, ...(SERIES_BY_LATIN.get(series) ?? []).map((cyrillic) => cyrillic + digits)];
}
