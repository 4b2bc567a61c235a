import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SignUpContentBuilder } from '../../../test/support/sign-up-content';
import {
  RULES_DAY,
  aChild,
  anAdolescent,
  faultsOfContent,
  reported,
} from '../../../test/support/registration-rules';
import { DOCUMENT_TYPES } from './dictionaries';
import { parameterOf } from './registration.rules';

const NOT_ALLOWED = 'Submitted document type is not allowed';
const REQUIRED = 'Must contain required item.';

describe('Rules of registration', () => {
  it('accept a child of five with a birth certificate, and an adolescent with a passport', () => {
    expect(faultsOfContent(aChild())).toEqual([]);
    expect(faultsOfContent(anAdolescent())).toEqual([]);
  });

  it('are faults of the rule invalid', () => {
    expect(faultsOfContent(aChild().withoutTaxId().with('person.tax_id', '0000000017'))).toEqual([
      {
        entry: '$.person.tax_id',
        rule: 'invalid',
        description: 'Persons who refused the tax_id should be without tax_id',
        params: [],
      },
    ]);
  });

  it('are checked in order, and only the first broken rule is reported', () => {
    // Broken beside the row: no certificate of birth, a second phone, an expired document, no residence.
    const broken = aChild()
      .withOnlyDocument('PASSPORT', undefined, { issued_at: '1990-01-01', expiration_date: '2000-01-01' })
      .with('person.addresses.0.type', 'REGISTRATION')
      .withPhones({ type: 'MOBILE', number: '+380000000001' }, { type: 'MOBILE', number: '+380000000002' })
      .with('person.confidant_person.active_to', RULES_DAY);
    const steps: [(content: SignUpContentBuilder) => unknown, readonly string[]][] = [
      [() => undefined, [NOT_ALLOWED, REQUIRED]],
      [(content) => content.with('person.documents.0.type', 'BIRTH_CERTIFICATE'), ['No duplicate values.']],
      [(content) => content.withPhones(), ['Document issued date should greater than person.birth_date']],
      [
        (content) => content.with('person.documents.0.issued_at', RULES_DAY),
        ['Document expiration_date should be in the future'],
      ],
      [
        (content) => content.without('person.documents.0.expiration_date'),
        ['Addresses with type RESIDENCE should be present'],
      ],
      [
        (content) => content.with('person.addresses.0.type', 'RESIDENCE'),
        ['active_to should be in the future'],
      ],
      [(content) => content.without('person.confidant_person.active_to'), []],
    ];
    for (const [repair, sentences] of steps) {
      repair(broken);
      expect(reported(broken).map(([, sentence]) => sentence)).toEqual(sentences);
    }
  });
});

describe('A parameter of the rules', () => {
  it('is what is stored, or else the default', () => {
    expect(parameterOf('no_self_auth_age', '16')).toBe(16);
    expect(parameterOf('no_self_auth_age', '0')).toBe(0);
    expect(parameterOf('no_self_auth_age', null)).toBe(14);
    expect(parameterOf('third_person_limit', undefined)).toBe(150);
  });

  it.each(['', ' 14', '14 years', '-1', '1.5', '1e1', '10000'])(
    'that is stored as %j stops everything',
    (stored) => {
      expect(() => parameterOf('no_self_auth_age', stored)).toThrow(
        'The global parameter no_self_auth_age is not a whole number.',
      );
    },
  );
});

describe('The first rows', () => {
  it('come in the order of the specification, each hiding those behind it', () => {
    const broken = anAdolescent()
      .born('2030-01-01')
      .with('person.no_tax_id', false)
      .without('person.tax_id')
      .withOnlyDocument('NATIONAL_ID')
      .withDocument('MARRIAGE_CERTIFICATE')
      .withDocument('DIVORCE_CERTIFICATE');
    const withoutRegistrationTypes = { personRegistrationDocumentTypes: [] };
    const sentence = () => reported(broken, RULES_DAY, withoutRegistrationTypes).map(([, words]) => words);
    expect(sentence()).toEqual(['Invalid birth date']);
    broken.born('2010-01-01');
    expect(sentence()).toEqual(['Only persons who refused the tax_id could be without tax_id']);
    broken.with('person.no_tax_id', true).with('person.tax_id', '0000000017');
    expect(sentence()).toEqual(['Persons who refused the tax_id should be without tax_id']);
    broken.with('person.no_tax_id', false);
    expect(sentence()).toEqual(['unzr is mandatory for document type NATIONAL_ID']);
    broken.withUnzr('20100101-00017');
    // One NATIONAL_ID that is no document of registration here, and then two proofs without one.
    expect(reported(broken, RULES_DAY, withoutRegistrationTypes)).toEqual([
      ['$.person.documents.[0].type', NOT_ALLOWED],
    ]);
    broken.with('person.documents', broken.build().person.documents.slice(1));
    expect(reported(broken, RULES_DAY, withoutRegistrationTypes)).toEqual([
      ['$.person.documents', NOT_ALLOWED],
    ]);
  });
});

describe('Any person of the right form', () => {
  const days = fc
    .date({ min: new Date('1850-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 10));
  const documents = fc.array(
    fc.record({ type: fc.constantFrom(...DOCUMENT_TYPES), issued_at: days, expiration_date: days }),
    { minLength: 1, maxLength: 4 },
  );

  it('is either accepted or refused by one rule', () => {
    fc.assert(
      fc.property(days, documents, fc.boolean(), (birthDate, drafts, hasRefused) => {
        const content = aChild().born(birthDate).withUnzr('20090910-00017');
        if (hasRefused) content.withoutTaxId();
        const [first, ...rest] = drafts;
        if (first) content.withOnlyDocument(first.type, undefined, first);
        for (const draft of rest) content.withDocument(draft.type, undefined, draft);
        const faults = faultsOfContent(content);
        const sentences = new Set(faults.map(({ description }) => description.replace(/ [A-Z_]+$/, '')));
        const isPair = sentences.size === 2 && sentences.has(NOT_ALLOWED) && sentences.has(REQUIRED);
        expect(sentences.size < 2 || isPair).toBe(true);
        expect(faults.every(({ rule }) => rule === 'invalid')).toBe(true);
      }),
    );
  });
});
