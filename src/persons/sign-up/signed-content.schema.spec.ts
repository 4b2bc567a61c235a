import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aSignUpContent } from '../../../test/support/sign-up-content';
import { entryOf, signedFaultsOf, rulesOf } from '../../../test/support/request-errors';
import { readSignUpContent } from './signed-content.schema';

const ID = '3c2e8e3a-94b1-4d6f-9d3e-0e7b8a3f0c11';

/** Every optional property is there. */
const aFullContent = () =>
  aSignUpContent()
    .withTaxId('0000000017')
    .withUnzr('20210522-00017')
    .alias('мама')
    .withDocument('NATIONAL_ID')
    .with('person.email', 'voloshka@example.org')
    .with('person.preferred_way_communication', 'email')
    .with('person.emergency_contact.second_name', 'Барвінківна')
    .with('person.addresses.0.region', 'Степовий')
    .with('person.addresses.0.street_type', 'STREET')
    .with('person.addresses.0.street', 'Лугова')
    .with('person.addresses.0.building', '17-А')
    .with('person.addresses.0.apartment', '17')
    .with('person.addresses.0.zip', '00017')
    .with('person.confidant_person.active_to', '2030-01-01');

/** Paths of all properties of the full content, without places in lists. */
function pathsOf(value: unknown, path: readonly string[] = []): string[] {
  if (typeof value !== 'object' || value === null) return [path.join('.')];
  const inside = Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...path, key]));
  return /^\d*$/.test(path.at(-1) ?? '') ? inside : [path.join('.'), ...inside];
}

const OPTIONAL = [
  'person.second_name',
  'person.email',
  'person.tax_id',
  'person.phones',
  'person.authentication_methods',
  'person.unzr',
  'person.preferred_way_communication',
  'person.emergency_contact.second_name',
  'person.addresses.0.region',
  'person.addresses.0.street_type',
  'person.addresses.0.street',
  'person.addresses.0.building',
  'person.addresses.0.apartment',
  'person.addresses.0.zip',
  'person.documents.0.expiration_date',
  'person.documents.1.expiration_date',
  'person.confidant_person.active_to',
];

describe('A content that is signed', () => {
  it('is read as it is, with every optional property and with none', () => {
    for (const content of [
      aFullContent(),
      OPTIONAL.reduce((less, path) => less.without(path), aFullContent()),
    ]) {
      expect(readSignUpContent(content.bytes())).toEqual(content.build());
    }
  });

  it('lacks a property', () => {
    const paths = pathsOf(aFullContent().build());
    expect(paths).toEqual(
      expect.arrayContaining(OPTIONAL.filter((path) => path !== 'person.documents.0.expiration_date')),
    );
    for (const path of paths) {
      const name = path.split('.').at(-1);
      const required = { rule: 'required', description: `required property ${name} was not present` };
      expect(signedFaultsOf(aFullContent().without(path))).toMatchObject(
        OPTIONAL.includes(path) ? [] : [{ entry: entryOf(path), ...required, params: [] }],
      );
    }
  });

  it('has null or a number where neither belongs', () => {
    for (const path of pathsOf(aFullContent().build())) {
      for (const value of [null, 17]) {
        expect(rulesOf(aFullContent().with(path, value))).toEqual([`${entryOf(path)} cast`]);
      }
    }
  });

  it.each([
    '',
    'person',
    'person.documents.0',
    'person.addresses.0',
    'person.phones.0',
    'person.emergency_contact',
    'person.emergency_contact.phones.0',
    'person.confidant_person',
    'person.confidant_person.documents_relationship.0',
    'person.authentication_methods.0',
  ])('has a property nobody knows in its part %j', (path) => {
    const inside = path === '' ? '' : `${path}.`;
    expect(rulesOf(aFullContent().with(`${inside}verified`, true))).toEqual([
      `${entryOf(`${inside}verified`)} schema`,
    ]);
    for (const strange of ['__proto__', 'hasOwnProperty', 'Имя']) {
      expect(rulesOf(aFullContent().with(`${inside}${strange}`, {}))).toEqual([
        `${entryOf(`${inside}*`)} schema`,
      ]);
    }
  });

  it('reports all its faults at once', () => {
    const content = aFullContent()
      .without('person.first_name')
      .with('person.gender', 'OTHER')
      .with('person.secret', 'short')
      .with('person.documents.0.number', '?')
      .without('person.documents.0.issued_at')
      .with('person.documents.1.number', 'x')
      .with('person.authentication_methods.0.value', ID)
      .with('person.admin', true)
      .with('patient_signed', 'yes');
    expect(rulesOf(content).sort()).toEqual(
      [
        '$.person.first_name required',
        '$.person.gender inclusion',
        '$.person.secret length',
        '$.person.documents.[0].number format',
        '$.person.documents.[0].issued_at required',
        '$.person.documents.[1].number format',
        '$.person.authentication_methods.[0].value format',
        '$.person.admin schema',
        '$.patient_signed cast',
      ].sort(),
    );
  });

  it('has ids in lower case, however they were written', () => {
    const upper = ID.toUpperCase();
    const content = aFullContent()
      .confidant(upper)
      .with('person.addresses.0.settlement_id', upper)
      .with('person.authentication_methods.0.value', ID);
    expect(readSignUpContent(content.bytes()).person).toMatchObject({
      confidant_person: { person_id: ID },
      addresses: [{ settlement_id: ID }],
    });
  });

  it('may say no to both consents: whether they were given is asked later', () => {
    const content = aFullContent()
      .with('patient_signed', false)
      .with('process_disclosure_data_consent', false);
    expect(rulesOf(content)).toEqual([]);
  });
});

describe('A list', () => {
  it.each([
    'person.documents',
    'person.addresses',
    'person.emergency_contact.phones',
    'person.confidant_person.documents_relationship',
  ])('of %s is neither empty nor endless', (path) => {
    const of = (length: number) => rulesOf(aFullContent().with(path, new Array(length).fill(null)));
    expect(of(0)).toEqual([`${entryOf(path)} length`]);
    expect(of(32).every((fault) => fault.endsWith('] cast'))).toBe(true);
    // A list that is too long is reported as such; its entries are not checked.
    for (const length of [33, 100_000]) expect(of(length)).toEqual([`${entryOf(path)} length`]);
  });

  it('of phones may be empty, one of methods has at most one, of the one type', () => {
    expect(rulesOf(aFullContent().withPhones())).toEqual([]);
    const method = { type: 'THIRD_PERSON', value: ID, alias: 'мама' };
    const withMethods = (...methods: object[]) =>
      rulesOf(aFullContent().confidant(ID).with('person.authentication_methods', methods));
    expect(withMethods(method)).toEqual([]);
    expect(withMethods(method, method)).toEqual(['$.person.authentication_methods length']);
    expect(withMethods({ ...method, type: 'OTP' })).toEqual([
      '$.person.authentication_methods.[0].type inclusion',
    ]);
  });
});

describe('Anything that is signed', () => {
  it('is read or refused, and no value of it is repeated', () => {
    const paths = pathsOf(aFullContent().build());
    const mark = 'Мітка7';
    const strange = fc.oneof(
      fc.string({ unit: 'binary' }).map((text) => `${mark}${text}`),
      fc.constantFrom(null, 0, -1, 1e300, true, [], {}, [[]], { [mark]: mark }, [mark]),
      fc.constantFrom('\u0000', '\ud800', mark.repeat(60)),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...paths), strange), { maxLength: 4 }), (changes) => {
        // A longer path leads through what a shorter one would have replaced.
        const sorted = [...changes].sort(([one], [other]) => other.length - one.length);
        const content = sorted.reduce((changed, [path, value]) => changed.with(path, value), aFullContent());
        expect(JSON.stringify(signedFaultsOf(content))).not.toContain(mark);
      }),
    );
  });
});
