import fc from 'fast-check';
import { fault, faultsIn, faultsOf } from '../../../test/support/request-errors';
import { parseDocument } from './signed-document';
import { day, id, text, textLike } from './signed-content.schema';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

const colour = z.enum(['RED', 'BLUE']);

describe('A body', () => {
  it('of the right form is given as the schema reads it', () => {
    const schema = z.strictObject({ id: id(), note: text().optional() });
    const read = parseDocument(schema, { id: '3C2E8E3A-94B1-4D6F-9D3E-0E7B8A3F0C11' });
    expect(read).toEqual({ id: '3c2e8e3a-94b1-4d6f-9d3e-0e7b8a3f0c11' });
  });

  it('is refused with all its faults at once, each at its entry', () => {
    const schema = z.strictObject({
      name: text(),
      people: z.array(z.strictObject({ documents: z.array(z.strictObject({ number: text(), on: day() })) })),
    });
    const body = {
      people: [{ documents: [] }, { documents: [{ number: '' }, { number: 1, on: 'x' }], more: 1 }],
    };
    expect(faultsOf(schema, body).map(({ entry, rule }) => `${entry} ${rule}`)).toEqual([
      '$.name required',
      '$.people.[1].documents.[0].number length',
      '$.people.[1].documents.[0].on required',
      '$.people.[1].documents.[1].number cast',
      '$.people.[1].documents.[1].on format',
      '$.people.[1].more schema',
    ]);
  });

  it('that is not there lacks its properties; one that is no object is of another type', () => {
    const schema = z.strictObject({ name: text() });
    expect(faultsOf(schema, undefined)).toEqual([
      { entry: '$.name', ...fault('required', 'required property name was not present') },
    ]);
    for (const [body, got] of [
      [null, 'null'],
      [[], 'array'],
      [1, 'integer'],
      ['text', 'string'],
    ] as const) {
      expect(faultsOf(schema, body)).toEqual([
        { entry: '$', ...fault('cast', `type mismatch. Expected object but got ${got}`) },
      ]);
    }
  });
});

describe('A property', () => {
  it.each([
    ['a text', text()],
    ['one of a list', colour],
    ['yes or no', z.boolean()],
    ['a list', z.array(text())],
    ['an object', z.strictObject({})],
    ['a day', day()],
  ])('that is missing is required: %s', (_, field) => {
    const required = [fault('required', 'required property it was not present')];
    expect(faultsIn(field, undefined)).toEqual(required);
    expect(faultsOf(z.strictObject({ it: field }), {})).toMatchObject(required);
  });

  const objects = [
    [null, 'null'],
    [{}, 'object'],
    [[], 'array'],
    ['x', 'string'],
    [7, 'integer'],
    [7.5, 'number'],
    [true, 'boolean'],
  ] as const;

  it.each([
    ['string', text()],
    ['string', colour],
    ['string', id()],
    ['boolean', z.boolean()],
    ['array', z.array(text())],
    ['object', z.strictObject({})],
    ['number', z.number()],
  ])('of another type than %s says both types', (expected, field) => {
    for (const [value, got] of objects) {
      const isExpected = expected === got || (expected === 'number' && got === 'integer');
      if (isExpected) continue;
      const mismatch = `type mismatch. Expected ${expected} but got ${got}`;
      expect(faultsIn(field, value)).toEqual([fault('cast', mismatch)]);
    }
  });

  it('that is a fraction is no integer', () => {
    expect(faultsIn(z.int(), 7.5)).toEqual([fault('cast', 'type mismatch. Expected integer but got number')]);
  });

  it('outside its list says the list', () => {
    const reported = [fault('inclusion', 'value is not allowed in enum', ['RED', 'BLUE'])];
    expect(faultsIn(colour, 'red')).toEqual(reported);
    expect(faultsIn(z.literal('ONE'), 'TWO')).toEqual([
      fault('inclusion', 'value is not allowed in enum', ['ONE']),
    ]);
  });

  it('that nobody knows is refused, each one', () => {
    expect(faultsOf(z.strictObject({}), { one: 1, two: 2, constructor: 3 })).toEqual(
      ['one', 'two', 'constructor'].map((name) => ({
        entry: `$.${name}`,
        ...fault('schema', 'schema does not allow additional properties'),
      })),
    );
  });

  it.each([
    '__proto__',
    'Шевченко',
    'tax3030303030',
    '$.person',
    'a b',
    '',
    'x'.repeat(41),
    '<script>',
    '\u0000',
    'ABC',
  ])('that nobody knows is not repeated when its name could be anything: %j', (name) => {
    const body: unknown = JSON.parse(`{${JSON.stringify(name)}: 1, "Інше": 2}`);
    expect(faultsOf(z.strictObject({}), body)).toEqual([
      { entry: '$.*', ...fault('schema', 'schema does not allow additional properties') },
    ]);
  });
});

describe('A list', () => {
  it('has as many entries as it must', () => {
    const list = z.array(text()).min(1).max(2);
    expect(faultsIn(list, [])).toEqual([fault('length', 'expected a minimum of 1 items but got 0')]);
    expect(faultsIn(list, ['a', 'b', 'c'])).toEqual([
      fault('length', 'expected a maximum of 2 items but got 3'),
    ]);
  });

  it('that is too long is not looked through', () => {
    let reads = 0;
    const watched = new Proxy(new Array(1_000_000).fill(0), {
      get(list, key, receiver) {
        if (typeof key === 'string' && /^\d+$/.test(key)) reads += 1;
        return Reflect.get(list, key, receiver) as unknown;
      },
    });
    expect(faultsIn(z.array(text()).max(3), watched)).toHaveLength(1);
    expect(reads).toBe(0);
  });
});

describe('A hostile body', () => {
  it('is answered with a hundred faults at most', () => {
    const letters = (number: number) =>
      [...String(number)].map((digit) => 'abcdefghij'[Number(digit)]).join('');
    const strangers = Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => [letters(at), at]));
    expect(faultsOf(z.strictObject({}), strangers)).toHaveLength(100);
    const list = z.array(z.strictObject({ name: text() }));
    expect(faultsOf(list, new Array(5_000).fill({}))).toHaveLength(100);
  });

  it('as deep as a parser lets it be is a value of another type', () => {
    const deep: unknown = JSON.parse(`{"it":${'['.repeat(100_000)}${']'.repeat(100_000)}}`);
    expect(faultsOf(z.strictObject({ it: text() }), deep)).toHaveLength(1);
  });

  it('of any kind is refused or read, and nothing of its values or of its strange names is repeated', () => {
    const marked = fc.string({ unit: 'binary' }).map((rest) => `Мітка7${rest}`);
    const value = fc
      .jsonValue({ maxDepth: 3 })
      .map((json) => JSON.parse(JSON.stringify(json), markTexts) as unknown);
    const inner = fc.dictionary(
      fc.oneof(fc.constantFrom('name', 'on', 'colour'), marked),
      fc.oneof(value, marked),
    );
    const outer = fc.record({
      id: fc.oneof(value, marked),
      list: fc.oneof(value, fc.array(inner)),
      at: value,
    });
    const schema = z.strictObject({
      id: id(),
      at: z.int().min(7).optional(),
      list: z.array(z.strictObject({ name: textLike(/^x$/), on: day(), colour })).max(9),
    });
    fc.assert(
      fc.property(fc.oneof(outer, value), (body) => {
        expect(JSON.stringify(faultsOf(schema, body))).not.toContain('Мітка');
      }),
    );
  });
});

/** Every text and every name of a generated value begins with the mark, so that a repeated one is seen. */
function markTexts(_: string, value: unknown): unknown {
  if (typeof value === 'string') return `Мітка${value}`;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [`Мітка${name}`, inner as unknown]));
}
