/** What an array parameter may hold; everything else is left to the driver. */
export type ArrayElement = string | number | boolean | null;

/** Characters that end or begin something in an array literal, and white space, which is cut off unless quoted. */
const NEEDS_QUOTES = /[\s"\\{},]|^$|^null$/i;
const TO_ESCAPE = /["\\]/g;

/**
 * A one-dimensional array as PostgreSQL reads one. The driver quotes and searches every element; in groups of hundreds
 * of persons with a dozen columns that is a tenth of what a write costs this process, and ids and statuses need none.
 */
export function arrayLiteral(elements: readonly ArrayElement[]): string {
  let literal = '{';
  for (let index = 0; index < elements.length; index += 1) {
    if (index > 0) literal += ',';
    const element = elements[index] ?? null;
    literal += typeof element === 'string' ? quoted(element) : (element ?? 'NULL');
  }
  return `${literal}}`;
}

/** Whether `arrayLiteral` can write it. */
export function isPlainArray(value: unknown): value is readonly ArrayElement[] {
  return Array.isArray(value) && value.every((element) => element === null || typeof element !== 'object');
}

function quoted(text: string): string {
  return NEEDS_QUOTES.test(text) ? `"${text.replace(TO_ESCAPE, '\\$&')}"` : text;
}
