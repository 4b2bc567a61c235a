import fc from 'fast-check';
import { expect } from 'vitest';
import type { SignUpContentBuilder } from './sign-up-content';
import type { Answer } from './sign-up-scene';

/** Nobody's data: to be told from everything else wherever it comes out. */
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

/** What stands there. */
export const valueAt = (content: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((inside, key) => Reflect.get(inside as object, key), content);

/** A content in which everything is said that can be. */
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
  const told = JSON.stringify(body);
  for (const marker of MARKERS) expect(told.includes(marker)).toBe(false);
}
