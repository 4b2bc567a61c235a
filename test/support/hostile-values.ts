import fc from 'fast-check';
import { expect } from 'vitest';
import type { SignUpContentBuilder } from './sign-up-content';
import type { Answer } from './sign-up-fixture';

/** Nobody's data: recognisable wherever it leaks. */
export const MARKERS = ['Маркерчук', 'Позначка', 'МР770001', '+380770002233'] as const;

/** Names of properties that mean something to the language, and such as are a person's data. */
const STRANGE_NAMES = [
  ...MARKERS,
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'length',
  'toJSON',
  'then',
  '',
  '0',
  ' ',
  'Маркерчук\u0000',
  '\ud800',
];

/** An object that owns all its properties, also the one that would otherwise set its prototype. */
const objectOf = (entries: readonly (readonly [string, unknown])[]): object => {
  const made = {};
  for (const [key, value] of entries)
    Object.defineProperty(made, key, { value, enumerable: true, writable: true, configurable: true });
  return made;
};

const texts = fc.oneof(
  fc.constantFrom(
    ...MARKERS,
    '',
    '\u0000',
    '\ud800',
    'Маркерчук\u0000Позначка',
    '\udc00МР770001',
    '%s%n',
    "';--",
  ),
  fc.string({ unit: 'binary', maxLength: 300 }),
);

/** Any JSON there is, with markers and strange names wherever they fit. */
export const { value: hostileJson } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'json' },
    fc.constantFrom<unknown>(null, true, false, 0, -0, -1, 1e308, 1e-7, 2 ** 53, 0.1),
    texts,
    fc.array(tie('value'), { maxLength: 4, depthIdentifier: 'json' }),
    fc
      .uniqueArray(fc.tuple(fc.oneof(fc.constantFrom(...STRANGE_NAMES), texts), tie('value')), {
        selector: ([key]) => key,
        maxLength: 4,
        depthIdentifier: 'json',
      })
      .map(objectOf),
  ),
}));

const kindOf = (value: unknown): string =>
  Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;

/** What is of another type than this, and not absent either. */
export const otherThan = (value: unknown): fc.Arbitrary<unknown> =>
  hostileJson.filter((hostile) => kindOf(hostile) !== kindOf(value));

/** All paths through a content, such as `person.documents.0.number`; those of objects and lists, too. */
export function pathsOf(value: unknown, path: readonly string[] = []): string[] {
  const inner = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  const below = inner.flatMap(([key, each]) => pathsOf(each, [...path, key]));
  return path.length === 0 ? below : [path.join('.'), ...below];
}

/** The value at a path. */
export const valueAt = (content: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((inside, key) => Reflect.get(inside as object, key), content);

/** A content with every optional field. */
export const complete = (content: SignUpContentBuilder): SignUpContentBuilder =>
  content
    .alias('мама')
    .with('person.email', 'nobody@example.org')
    .with('person.unzr', '20200101-00017')
    .with('person.preferred_way_communication', 'phone')
    .with('person.confidant_person.active_to', '2099-12-31')
    .with('person.emergency_contact.second_name', 'Маківна')
    .with('person.documents.0.expiration_date', '2099-12-31')
    .with('person.addresses.0.region', 'ЛУГОВИЙ')
    .with('person.addresses.0.street_type', 'STREET')
    .with('person.addresses.0.street', 'Барвінкова')
    .with('person.addresses.0.building', '17')
    .with('person.addresses.0.apartment', '18')
    .with('person.addresses.0.zip', '00017');

/** The answer is a 4xx in its envelope and repeats nothing of what was sent. */
export function expectRefused({ status, body }: Pick<Answer, 'status' | 'body'>): void {
  expect(Math.floor(status / 100)).toBe(4);
  const { meta, error, ...more } = body;
  expect(meta).toEqual({
    code: status,
    // The path of a body that could not be read is not known yet.
    url: expect.stringMatching(/^\/(api\/pis\/confidant\/(sign-up_validation|register))?$/) as unknown,
    type: 'object',
    request_id: expect.stringMatching(/^[\w-]{8,}$/) as unknown,
  });
  expect(error).toMatchObject({ type: expect.stringMatching(/^[a-z_]+$/) as unknown });
  expect(error?.message).toMatch(/\S/);
  expect(more).toEqual({});
  const reported = JSON.stringify(body);
  for (const marker of MARKERS) expect(reported.includes(marker)).toBe(false);
}

const [NAME] = MARKERS;

/** Each means something to some program on the way; most carry what must not leak. */
export const hostileTexts: fc.Arbitrary<string> = fc.oneof(
  // No database keeps them.
  fc.constantFrom('\0', `${NAME}\0`, `\ud800${NAME}`, `${NAME}\udc00`),
  fc.constantFrom(
    ...MARKERS,
    '',
    ' ',
    `'; DROP TABLE mpi.persons; -- ${NAME}`,
    `' OR '${NAME}'='${NAME}`,
    `1) UNION SELECT '${NAME}'::text--`,
    `$1 $2 ${NAME}`,
    `%s %n {0} \${${NAME}} {{7*7}}`,
    `<script>${NAME}</script>`,
    `\r\nX-Injected: ${NAME}`,
    '../../../../etc/passwd',
    '__proto__',
    'constructor',
    'null',
    'undefined',
    'NaN',
    '1e999',
    '-1',
    '0x10',
    '99999999999999999999999',
    '00000000-0000-0000-0000-000000000000',
    '2026-02-30',
    NAME.repeat(1_000),
  ),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.tuple(fc.string({ maxLength: 8 }), fc.constantFrom(...MARKERS)).map((parts) => parts.join('')),
);

const UNRESERVED = /[A-Za-z0-9._~-]/;

/** More than this, and the server itself hangs up before a call is found: it reads no longer head than 16 KiB. */
const LONGEST_BYTES = 1_000;

/** As a browser would write it in an address; half a surrogate pair becomes what browsers make of it. */
export function written(text: string): string {
  return [...Buffer.from(text).subarray(0, LONGEST_BYTES)]
    .map((byte) => {
      const sign = String.fromCharCode(byte);
      return UNRESERVED.test(sign) ? sign : `%${byte.toString(16).padStart(2, '0')}`;
    })
    .join('');
}

/** As a value of a header: the bytes of a text, without those that end a header. */
export function headerOf(text: string): string {
  return Buffer.from(text)
    .toString('latin1')
    .replace(/[^\t\x20-\x7e\x80-\xff]/g, '')
    .slice(0, 4_000);
}
