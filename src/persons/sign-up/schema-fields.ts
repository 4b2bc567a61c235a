import { z } from 'zod';
import { isIsoDay } from '../../domain/calendar-day';
import { faultOfText, LONGEST_TEXT, patternSentence, type TextRule, UUID } from '../../http';

/** What `fits` asks, in the words of JSON Schema; for readers of the description only. */
interface Described {
  readonly pattern?: string;
  readonly format?: 'uuid' | 'date' | 'email';
}

/** A text. The first of its faults is reported: its length, its characters, its form. */
export function text(rule: TextRule = {}, described: Described = {}) {
  const { least = 1, most = LONGEST_TEXT } = rule;
  const lengths = { minLength: least, ...(most === Infinity ? {} : { maxLength: most }) };
  const checked = z.string().check(({ value: input, issues }) => {
    const fault = faultOfText(input, rule);
    if (fault === undefined) return;
    if (fault.rule === 'format') issues.push({ code: 'custom', message: fault.description, input });
    else if (fault.description.includes('minimum'))
      issues.push({ code: 'too_small', origin: 'string', minimum: least, inclusive: true, input });
    else issues.push({ code: 'too_big', origin: 'string', maximum: most, inclusive: true, input });
  });
  return checked.meta({ ...lengths, ...described });
}

/** A text of one pattern, which is published. */
export function textLike(pattern: RegExp, lengths: Pick<TextRule, 'least' | 'most'> = {}) {
  const rule = {
    ...lengths,
    fits: (value: string) => pattern.test(value),
    sentence: patternSentence(pattern),
  };
  return text(rule, { pattern: pattern.source });
}

/** Whether `text()` accepts this value: only then other rules apply. */
export function isStorable(value: unknown): value is string {
  return typeof value === 'string' && faultOfText(value, {}) === undefined;
}

/** An id. Ids are written in lower case everywhere, so one in capitals becomes the same one. */
export function id() {
  const rule = { fits: (value: string) => UUID.test(value), sentence: 'expected the value to be a UUID' };
  return text(rule, { format: 'uuid' }).toLowerCase();
}

/** A day of the calendar. The database has no year 0. */
export function day() {
  return text(
    {
      fits: (value) => isIsoDay(value) && !value.startsWith('0000'),
      sentence: 'expected the value to be a day of the calendar, YYYY-MM-DD',
    },
    { format: 'date' },
  );
}
