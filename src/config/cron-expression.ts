/** The five fields in their order, with the numbers and names each may hold. */
const FIELDS = [
  { name: 'minute', min: 0, max: 59, names: [] },
  { name: 'hour', min: 0, max: 23, names: [] },
  { name: 'day of month', min: 1, max: 31, names: [] },
  {
    name: 'month',
    min: 1,
    max: 12,
    names: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
  },
  // Sunday is 0 and 7, as in every cron.
  { name: 'day of week', min: 0, max: 7, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
] as const;

type Field = (typeof FIELDS)[number];

/** 29 for February: a schedule may mean leap years only. */
const LONGEST_MONTHS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/** `5`, or `*` and `1-5`, both with or without a step. Crons disagree on a step after a single number. */
const ONE = '[a-z]{3}|\\d{1,2}';
const PART = new RegExp(
  `^(?:(?<single>${ONE})|(?:\\*|(?<from>${ONE})-(?<to>${ONE}))(?:/(?<step>\\d{1,2}))?)$`,
);

function numberIn(field: Field, word: string): number | undefined {
  const position = field.names.findIndex((name) => name === word);
  const value = position >= 0 ? position + field.min : /^\d+$/.test(word) ? Number(word) : NaN;
  return value >= field.min && value <= field.max ? value : undefined;
}

interface Span {
  from: number;
  to: number;
  step: number;
}

function boundsOf(field: Field, first: string | undefined, last: string | undefined): number[] | undefined {
  if (first === undefined) return [field.min, field.max];
  const from = numberIn(field, first);
  const to = last === undefined ? from : numberIn(field, last);
  return from === undefined || to === undefined || from > to ? undefined : [from, to];
}

function spanOf(field: Field, part: string): Span | undefined {
  const groups = PART.exec(part)?.groups;
  if (!groups) return undefined;
  const { from: first, to: last, step = '1', single } = groups;
  const [from, to] = boundsOf(field, first ?? single, last) ?? [];
  const every = Number(step);
  if (from === undefined || to === undefined || every < 1 || every > field.max) return undefined;
  return { from, to, step: every };
}

/** The numbers of a field, or undefined when it cannot be read. */
function numbersOf(field: Field, written: string): number[] | undefined {
  const numbers = new Set<number>();
  for (const part of written.toLowerCase().split(',')) {
    const span = spanOf(field, part);
    if (!span) return undefined;
    for (let value = span.from; value <= span.to; value += span.step) numbers.add(value);
  }
  return [...numbers];
}

/**
 * `0 0 31 2 *` is readable and never due. With a day of week as well, some crons let that day decide and some refuse the
 * line, so it is refused too.
 */
function isNeverDue({ days, months }: { days: number[]; months: number[] }): boolean {
  const earliest = Math.min(...days);
  return months.every((month) => earliest > (LONGEST_MONTHS[month - 1] ?? 0));
}

/**
 * What is wrong with a cron expression, or undefined. The parser belongs to `jobs`, which `config` may not import, so
 * this accepts the grammar that all crons share: five fields of numbers, names, ranges, lists and steps. The sentence
 * names the field and does not repeat its content.
 */
export function faultInCronExpression(expression: string): string | undefined {
  const written = expression.split(/\s+/);
  if (written.length !== FIELDS.length) return 'must be a cron expression of five fields';
  const fields: number[][] = [];
  for (const [position, field] of FIELDS.entries()) {
    const numbers = numbersOf(field, written[position] ?? '');
    if (!numbers) return `must be a cron expression of five fields; its ${field.name} cannot be read`;
    fields.push(numbers);
  }
  const [, , days = [], months = []] = fields;
  if (isNeverDue({ days, months })) {
    return 'must be a cron expression whose day exists in one of its months';
  }
  return undefined;
}
