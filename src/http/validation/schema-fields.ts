import { z } from 'zod';
import { isIsoDay } from '../../domain/calendar-day';
import { lengthOf } from './schema-faults';

/** What a text must be beside a text. Lengths are counted in characters. */
export interface TextRule {
  readonly least?: number;
  readonly most?: number;
  /** Asked only about a text of the right length: no pattern meets a megabyte. */
  readonly fits?: (text: string) => boolean;
  /** The constant sentence of a text that does not fit. */
  readonly says?: string;
  /** What `fits` asks, in the words of JSON Schema; for readers, it is not asked. */
  readonly told?: { readonly pattern?: string; readonly format?: 'uuid' | 'date' | 'email' };
}

/** Longer free text than this is not what its field is for. */
const LONGEST_TEXT = 255;

/** PostgreSQL keeps no NUL, and half of a surrogate pair is no character: neither can be saved as it was sent. */
const UNSTORABLE = /[\0\p{Surrogate}]/u;
const SAYS_UNSTORABLE = 'string must not hold NUL or half of a surrogate pair';

/** A text. The first of its faults is told: what it holds, how long it is, what it looks like. */
export function text({
  least = 1,
  most = LONGEST_TEXT,
  fits = () => true,
  says = '',
  told = {},
}: TextRule = {}) {
  const lengths = { minLength: least, ...(most === Infinity ? {} : { maxLength: most }) };
  const checked = z.string().check(({ value: input, issues }) => {
    const length = lengthOf(input);
    if (length < least)
      issues.push({ code: 'too_small', origin: 'string', minimum: least, inclusive: true, input });
    else if (length > most)
      issues.push({ code: 'too_big', origin: 'string', maximum: most, inclusive: true, input });
    else if (UNSTORABLE.test(input)) issues.push({ code: 'custom', message: SAYS_UNSTORABLE, input });
    else if (!fits(input)) issues.push({ code: 'custom', message: says, input });
  });
  return checked.meta({ ...lengths, ...told });
}

/** A text of one pattern; the pattern is published, so it is told. */
export function textLike(pattern: RegExp, lengths: Pick<TextRule, 'least' | 'most'> = {}) {
  return text({
    ...lengths,
    fits: (value) => pattern.test(value),
    says: saysPattern(pattern),
    told: { pattern: pattern.source },
  });
}

/** The sentence of a text that does not match a pattern. */
export function saysPattern(pattern: RegExp): string {
  return `string does not match pattern "${pattern.source}"`;
}

/** Whether this is a text that `text()` lets pass: other rules are then worth asking. */
export function isStorable(value: unknown): value is string {
  if (typeof value !== 'string' || value === '') return false;
  return lengthOf(value) <= LONGEST_TEXT && !UNSTORABLE.test(value);
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** An id. Ids are written in lower case everywhere, so one in capitals becomes the same one. */
export function id() {
  return text({
    fits: (value) => UUID.test(value),
    says: 'expected the value to be a UUID',
    told: { format: 'uuid' },
  }).toLowerCase();
}

/** A day of the calendar. The year 0 has none in the database. */
export function day() {
  return text({
    fits: (value) => isIsoDay(value) && !value.startsWith('0000'),
    says: 'expected the value to be a day of the calendar, YYYY-MM-DD',
    told: { format: 'date' },
  });
}
