import { describe, expect, it } from 'vitest';
import { dtoFaultsOf, fault } from '../../../test/support/request-errors';
import {
  IsDay,
  MayBeAbsent,
  MayBeNull,
  NestedList,
  NestedObject,
  OneOf,
  Text,
  TextLike,
  Uuid,
  validated,
  YesOrNo,
} from '..';
import { RequestValidationPipe } from './request-validation.pipe';

const DAY = 'expected the value to be a day of the calendar, YYYY-MM-DD';
const mismatch = (expected: string, got: string) =>
  fault('cast', `type mismatch. Expected ${expected} but got ${got}`);

class DocumentInput {
  @OneOf(['PASSPORT', 'NATIONAL_ID'])
  type!: string;

  @TextLike(/^[0-9]{3}$/)
  number!: string;

  @MayBeAbsent()
  @IsDay()
  issued_at?: string;
}

class ContactInput {
  @Text({ least: 2, most: 4 })
  name!: string;
}

class PersonInput {
  @MayBeAbsent()
  @Uuid()
  id?: string;

  @NestedObject(() => ContactInput)
  contact!: ContactInput;

  @NestedList(() => DocumentInput, 1, 3)
  documents!: DocumentInput[];

  @MayBeNull()
  @Text({ least: 0 })
  note?: string | null;

  @MayBeAbsent()
  @YesOrNo()
  isActive?: boolean;

  get summary(): string {
    return this.contact.name;
  }
}

const DOCUMENT = { type: 'PASSPORT', number: '123' };
const PERSON = { contact: { name: 'Анна' }, documents: [DOCUMENT] };

const faultsWith = (change: object) => dtoFaultsOf(PersonInput, { ...PERSON, ...change });
const only = (entry: string, expected: object) => [{ entry, ...expected }];

describe('An input that fits its class', () => {
  it('becomes an instance of it, nested objects included', async () => {
    const id = '3C2E8E3A-94B1-4D6F-9D3E-0E7B8A3F0C11';
    const person = await validated(PersonInput, { ...PERSON, id, note: null });
    expect(person).toBeInstanceOf(PersonInput);
    expect(person.documents[0]).toBeInstanceOf(DocumentInput);
    expect(person).toMatchObject({ ...PERSON, id: id.toLowerCase(), note: null });
  });

  it('may lack what is optional', async () => {
    expect(await faultsWith({})).toEqual([]);
  });
});

describe('An input at fault', () => {
  it('is refused with all faults at once, in the order of the class', async () => {
    const faults = await dtoFaultsOf(PersonInput, {
      more: 1,
      documents: [DOCUMENT, { type: 'OTHER', number: 5, issued_at: '1990', extra: 1 }],
    });
    expect(faults.map(({ entry, rule }) => `${entry} ${rule}`)).toEqual([
      '$.contact required',
      '$.documents.[1].type inclusion',
      '$.documents.[1].number cast',
      '$.documents.[1].issued_at format',
      '$.documents.[1].extra schema',
      '$.more schema',
    ]);
  });

  it.each([
    [undefined, ['$.contact required', '$.documents required']],
    [{}, ['$.contact required', '$.documents required']],
    [null, ['$ cast']],
    [[], ['$ cast']],
    [[PERSON], ['$ cast']],
    ['text', ['$ cast']],
    [1, ['$ cast']],
  ])('that is %j has the faults %j', async (input, expected) => {
    const faults = await dtoFaultsOf(PersonInput, input);
    expect(faults.map(({ entry, rule }) => `${entry} ${rule}`)).toEqual(expected);
  });

  it.each([
    ['[] for an object', { contact: [] }, only('$.contact', mismatch('object', 'array'))],
    ['null for an object', { contact: null }, only('$.contact', mismatch('object', 'null'))],
    ['a text for an object', { contact: 'x' }, only('$.contact', mismatch('object', 'string'))],
    ['an object for a list', { documents: DOCUMENT }, only('$.documents', mismatch('array', 'object'))],
    ['null for a list', { documents: null }, only('$.documents', mismatch('array', 'null'))],
    ['[[…]] for a list', { documents: [[DOCUMENT]] }, only('$.documents.[0]', mismatch('object', 'array'))],
    ['[null] for a list', { documents: [null] }, only('$.documents.[0]', mismatch('object', 'null'))],
    [
      'no entry',
      { documents: [] },
      only('$.documents', fault('length', 'expected a minimum of 1 items but got 0')),
    ],
    ['null for what may only be absent', { id: null }, only('$.id', mismatch('string', 'null'))],
    ['a number for a text', { note: 7 }, only('$.note', mismatch('string', 'integer'))],
    ['a text for a boolean', { isActive: 'true' }, only('$.isActive', mismatch('boolean', 'string'))],
    [
      'a year for a day',
      { documents: [{ ...DOCUMENT, issued_at: '1990' }] },
      only('$.documents.[0].issued_at', fault('format', DAY)),
    ],
    [
      'a text that is too long',
      { contact: { name: 'x'.repeat(5) } },
      only('$.contact.name', fault('length', 'expected value to have a maximum length of 4 but was 5')),
    ],
    [
      'a text that no database stores',
      { contact: { name: 'a\0b' } },
      only('$.contact.name', fault('format', 'string must not hold NUL or half of a surrogate pair')),
    ],
    [
      'another word',
      { documents: [{ ...DOCUMENT, type: 'passport' }] },
      only(
        '$.documents.[0].type',
        fault('inclusion', 'value is not allowed in enum', ['PASSPORT', 'NATIONAL_ID']),
      ),
    ],
    [
      'another pattern',
      { documents: [{ ...DOCUMENT, number: '12a' }] },
      only('$.documents.[0].number', fault('format', 'string does not match pattern "^[0-9]{3}$"')),
    ],
  ])('with %s says so', async (_, change, faults) => {
    expect(await faultsWith(change)).toEqual(faults);
  });

  it('with a list of 10,000 entries is refused without validating one of them', async () => {
    let reads = 0;
    const number = { enumerable: true, get: () => [(reads += 1)] };
    const entries = Array.from({ length: 10_000 }, () => Object.defineProperty({}, 'number', number));
    expect(await faultsWith({ documents: entries })).toEqual(
      only('$.documents', fault('length', 'expected a maximum of 3 items but got 10000')),
    );
    // Once, when the list becomes instances.
    expect(reads).toBeLessThanOrEqual(10_000);
  });

  it('has at most 100 faults', async () => {
    const letters = (number: number) =>
      [...String(number)].map((digit) => 'abcdefghij'[Number(digit)]).join('');
    const strangers = Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => [letters(at), at]));
    expect(await faultsWith(strangers)).toHaveLength(100);
  });

  const ofEveryObject = [...Object.getOwnPropertyNames(Object.prototype), 'prototype', 'summary'];
  it.each([...ofEveryObject, 'Шевченко', 'tax3030303030', '$.person', '', '\0', '\0plain', 'ABC'])(
    'with the unknown property %j neither accepts nor loses it',
    async (name) => {
      const person = JSON.stringify(PERSON).replace(/\}$/, `,${JSON.stringify(name)}:1}`);
      expect(await dtoFaultsOf(PersonInput, JSON.parse(person))).toEqual([
        {
          entry: /^[a-z]+$/.test(name) ? `$.${name}` : '$.*',
          ...fault('schema', 'schema does not allow additional properties'),
        },
      ]);
    },
  );
});

describe('The validation pipe', () => {
  const pipe = new RequestValidationPipe();

  it('drops unknown properties of paths, and refuses those of queries and bodies', async () => {
    const input = { name: 'Анна', more: 1 };
    expect(await pipe.transform(input, { type: 'param', metatype: ContactInput })).toEqual({ name: 'Анна' });
    for (const type of ['query', 'body'] as const)
      await expect(pipe.transform(input, { type, metatype: ContactInput })).rejects.toThrow();
  });

  it('reports a path at fault before a body at fault', async () => {
    const order: string[] = [];
    const refused = (type: 'param' | 'body') =>
      pipe.transform({}, { type, metatype: ContactInput }).catch(() => order.push(type));
    await Promise.all([refused('body'), refused('param')]);
    expect(order).toEqual(['param', 'body']);
  });

  it('leaves values without a class alone', async () => {
    for (const metatype of [undefined, Object, String])
      expect(await pipe.transform(['x'], { type: 'body', metatype })).toEqual(['x']);
  });
});
