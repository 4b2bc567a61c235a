import { inLatin, UKRAINIAN_LETTERS } from './signer-number';

/** A series in Latin letters, which may be transliterated, and digits. */
const LATIN_SERIES = /^([A-Z]+)([0-9]+)$/;

/** What the search drops, and more: here only a series and digits count. */
const SIGNS = /[^\p{L}\p{N}]/gu;

/**
 * The number of a document as it was written and, when its series is in Latin letters, the numbers that it is the
 * transliteration of: foreign and electronic documents spell `КВ123456` as `KV123456`. Latin letters that only look like
 * Cyrillic ones are no concern of this function: the search compares without them.
 */
export function documentSpellings(number: string): readonly string[] {
  const [, latin, digits = ''] = LATIN_SERIES.exec(number.replace(SIGNS, '').toUpperCase()) ?? [];
  return latin === undefined ? [number] : [number, ...seriesOf(latin).map((series) => series + digits)];
}

/** The series of two letters that are transliterated so. `YY` is four of them: ИИ, ИЙ, ЙИ, ЙЙ. */
function seriesOf(latin: string): string[] {
  const all = UKRAINIAN_LETTERS.flatMap((first) => UKRAINIAN_LETTERS.map((second) => first + second));
  return all.filter((series) => inLatin(series) === latin);
}
