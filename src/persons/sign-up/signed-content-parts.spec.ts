import { describe, expect, it } from 'vitest';
import { aSignUpContent } from '../../../test/support/sign-up-content';
import { entryOf, signedFaultsOf, rulesOf } from '../../../test/support/request-errors';
import { DOCUMENT_TYPES } from '../../domain/person/dictionaries';

/** The fault reported for one value at one path, in otherwise valid content. */
function toldAt(path: string, value: unknown): string[] {
  const entry = `${entryOf(path)} `;
  return rulesOf(aSignUpContent().alias('мама').with(path, value)).map((fault) => {
    expect(fault.startsWith(entry)).toBe(true);
    return fault.slice(entry.length);
  });
}

const NAMES = [
  'person.first_name',
  'person.last_name',
  'person.second_name',
  'person.emergency_contact.first_name',
  'person.emergency_contact.last_name',
  'person.emergency_contact.second_name',
];

describe('A name of a person', () => {
  it.each([
    ['Ганна', true],
    ["Ганна-Марія Дар'я", true],
    ['ҐЇІЄґїіє', true],
    ['а'.repeat(255), true],
    ['Hanna', false],
    // A Latin letter among Cyrillic ones looks the same and is another name.
    ['Гaнна', false],
    ['Ганнэ', false],
    ['Ы', false],
    ['Ганна ', false],
    [' Ганна', false],
    ['Ганна  Марія', false],
    ['Ганна2', false],
    ['Ганна@', false],
    ['Ганна\u0301', false],
    ['Га\u200bнна', false],
    ['<b>', false],
  ])('is written in Ukrainian letters: %j (%s)', (name, isGood) => {
    for (const path of NAMES) expect(toldAt(path, name)).toEqual(isGood ? [] : ['format']);
  });

  it('has 1 to 255 letters', () => {
    for (const path of NAMES) {
      for (const name of ['', 'а'.repeat(256)]) expect(toldAt(path, name)).toEqual(['length']);
    }
  });

  // A pattern with a repetition inside a repetition can take more steps than there are atoms. That each of these is
  // answered at all shows that the blank between words leaves only one way to read them.
  it.each([
    ['one word', 'а'.repeat(254)],
    ['words of one letter', 'а '.repeat(127)],
    ['words of many letters', `${'а'.repeat(15)} `.repeat(15)],
    ['hyphens and apostrophes', "-'".repeat(127)],
    ['blanks of many kinds', 'а\u00a0б\t'.repeat(63)],
    ['lines', 'а\n'.repeat(127)],
  ])('of 255 characters that fails at its end is refused at once: %s', (_, beginning) => {
    for (const end of ['!', 'Ы', ' ', '1']) {
      expect(toldAt('person.last_name', `${beginning.slice(0, 254)}${end}`)).toEqual(['format']);
    }
  });
});

describe('A number or a choice', () => {
  it.each([
    [
      'person.tax_id',
      ['0000000017'],
      ['000000017', '00000000017', '000000001x', '0000000017\n', '٠٠٠٠٠٠٠٠١٧'],
    ],
    [
      'person.unzr',
      ['20210522-00017', '00000000-00000'],
      ['2021052200017', '20210522-0017', '20210522-00017 '],
    ],
    [
      'person.phones.0.number',
      ['+380000000017'],
      ['380000000017', '+38000000001', '+3800000000170', '+390000000017', '+38(000)000017'],
    ],
    ['person.emergency_contact.phones.0.number', ['+380000000017'], ['0000000017']],
    ['person.addresses.0.zip', ['00017'], ['0017', '000017', 'OOO17']],
    [
      'person.email',
      ['voloshka@example.org', 'v.ch+tag@mail.example.org'],
      ['voloshka', '@example.org', 'voloshka@', 'a b@example.org', 'a@b@example.org', 'волошка@example.org'],
    ],
    [
      'person.birth_date',
      ['2021-05-22', '2024-02-29'],
      ['2023-02-29', '22.05.2021', '0000-01-01', '2021-5-22'],
    ],
    ['person.documents.0.issued_at', ['2021-05-22'], ['2021-13-01', 'tomorrow']],
    ['person.documents.0.expiration_date', ['2031-05-22'], ['2031-05-32']],
    ['person.confidant_person.documents_relationship.0.issued_at', ['2021-05-22'], ['0000-12-31']],
    ['person.confidant_person.active_to', ['9999-12-31'], ['10000-01-01', '+010000-01-01']],
    [
      'person.addresses.0.settlement_id',
      ['0D5A4F86-51C2-4B8E-8D8A-6B7C9E0F1A22'],
      ['0d5a4f86', '{0d5a4f86-51c2}'],
    ],
  ])('at %s has its form', (path, good, wrong) => {
    for (const value of good) expect(toldAt(path, value)).toEqual([]);
    for (const value of wrong) expect(toldAt(path, value)).toEqual(['format']);
    expect(toldAt(path, '')).toEqual(['length']);
    expect(toldAt(path, '1'.repeat(256))).toEqual(['length']);
  });

  it.each([
    ['person.gender', ['MALE', 'FEMALE']],
    ['person.preferred_way_communication', ['email', 'phone']],
    ['person.phones.0.type', ['MOBILE', 'LAND_LINE']],
    ['person.emergency_contact.phones.0.type', ['MOBILE', 'LAND_LINE']],
    ['person.addresses.0.type', ['RESIDENCE', 'REGISTRATION']],
    ['person.addresses.0.settlement_type', ['CITY', 'TOWNSHIP', 'VILLAGE', 'SETTLEMENT']],
    ['person.confidant_person.relation_type', ['PRIMARY', 'SECONDARY']],
    [
      'person.confidant_person.documents_relationship.0.type',
      [
        'BIRTH_CERTIFICATE',
        'BIRTH_CERTIFICATE_FOREIGN',
        'DOCUMENT',
        'COURT_DECISION',
        'CONFIDANT_CERTIFICATE',
      ],
    ],
    ['person.authentication_methods.0.type', ['THIRD_PERSON']],
  ])('at %s is of its dictionary, and the answer names the dictionary', (path, values) => {
    for (const value of values) expect(toldAt(path, value)).toEqual([]);
    for (const value of ['', 'OTHER', values[0]?.toLowerCase().replace(/^(email)$/, 'EMAIL'), 'toString']) {
      expect(signedFaultsOf(aSignUpContent().alias('мама').with(path, value))).toEqual([
        {
          entry: entryOf(path),
          rule: 'inclusion',
          description: 'value is not allowed in enum',
          params: values,
        },
      ]);
    }
  });

  it('at a type of document is of the dictionary', () => {
    expect(signedFaultsOf(aSignUpContent().with('person.documents.0.type', 'DRIVER_LICENCE'))).toEqual([
      {
        entry: '$.person.documents.[0].type',
        rule: 'inclusion',
        description: 'value is not allowed in enum',
        params: DOCUMENT_TYPES,
      },
    ]);
  });
});

describe('A free text', () => {
  const texts = [
    'person.birth_country',
    'person.birth_settlement',
    'person.secret',
    'person.documents.0.issued_by',
    'person.confidant_person.documents_relationship.0.issued_by',
    'person.authentication_methods.0.alias',
    ...['country', 'area', 'region', 'settlement', 'street_type', 'street', 'building', 'apartment'].map(
      (field) => `person.addresses.0.${field}`,
    ),
  ];

  it.each(texts)('at %s holds what a database can keep, and not too much of it', (path) => {
    expect(toldAt(path, 'вулиця №7')).toEqual([]);
    for (const value of ['сім\u0000слів', '\ud800 слово', 'слово \udfff'])
      expect(toldAt(path, value)).toEqual(['format']);
    for (const value of ['', 'о'.repeat(256)]) expect(toldAt(path, value)).toEqual(['length']);
  });

  it('that is secret has 6 to 20 characters', () => {
    const rules = [5, 6, 20, 21].map((length) => toldAt('person.secret', 'о'.repeat(length)));
    expect(rules).toEqual([['length'], [], [], ['length']]);
  });
});
