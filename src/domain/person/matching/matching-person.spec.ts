import { describe, expect, it } from 'vitest';
import { aSignUpContent } from '../../../../test/support/sign-up-content';
import type { DocumentType } from '../dictionaries';
import type { PersonRequest } from '../person-request';
import { lookUpOf, searchKeysOf, type LookUp } from './matching-person';

const TODAY = '2026-03-01';
const TYPES: readonly DocumentType[] = [
  'PASSPORT',
  'NATIONAL_ID',
  'BIRTH_CERTIFICATE',
  'BIRTH_CERTIFICATE_FOREIGN',
];

const keysOf = (person: PersonRequest, types = TYPES) => searchKeysOf(person, types);

type Age = readonly [birthDate: string, taxId: string | null, lookUp: LookUp, who: string];

const AGES: readonly Age[] = [
  ['2012-03-02', '3111111117', 'tax_id_or_certificate', 'the day before the fourteenth birthday'],
  ['2012-03-02', null, 'tax_id_or_certificate', 'the day before, without a tax number'],
  ['2012-03-01', '3111111117', 'tax_id', 'the fourteenth birthday'],
  ['2012-03-01', null, 'documents', 'the fourteenth birthday, without a tax number'],
  ['2012-02-29', null, 'documents', 'born on 29 February, on 1 March'],
  ['1950-01-01', null, 'documents', 'an old person'],
];

describe('The keys of a search', () => {
  it('are the tax number, each certificate by its digits, and each document of the types of the search', () => {
    const { person } = aSignUpContent(TODAY)
      .named('Чорно  Бривець', 'Волошка')
      .withTaxId('3111111117')
      .withOnlyDocument('BIRTH_CERTIFICATE', 'І-ЯЩ№001 234')
      .withDocument('PASSPORT', 'кв123456')
      .withDocument('TEMPORARY_PASSPORT', 'ЯЩ000018')
      .build();
    expect(keysOf(person)).toEqual({
      birthDate: person.birth_date,
      taxId: '3111111117',
      lastName: 'Чорно Бривець',
      certificateDigits: ['001234', '1001234'],
      documents: [
        { type: 'BIRTH_CERTIFICATE', number: 'І-ЯЩ№001 234' },
        { type: 'PASSPORT', number: 'кв123456' },
      ],
    });
  });

  it('a certificate without digits is none, a foreign one is', () => {
    const { person } = aSignUpContent(TODAY)
      .withOnlyDocument('BIRTH_CERTIFICATE', 'ІІ-ЯЩ')
      .withDocument('BIRTH_CERTIFICATE_FOREIGN', 'XX')
      .build();
    const { certificateDigits, documents } = keysOf(person);
    expect(certificateDigits).toEqual([]);
    expect(documents).toEqual([{ type: 'BIRTH_CERTIFICATE_FOREIGN', number: 'XX' }]);
  });

  it.each([
    ['1-ЯЩ№001234', ['1001234']],
    ['ІІ-ЯЩ№001234', ['001234', '11001234']],
    ['і-ящ(001234)', ['001234', '1001234']],
    ['q!ЯЩ001234', ['001234', '11001234']],
    ['ЯЩ001234', ['001234']],
  ])(
    'the certificate %s has the digits %j: as written, and with each Roman one as a digit',
    (number, digits) => {
      const { person } = aSignUpContent(TODAY).withOnlyDocument('BIRTH_CERTIFICATE', number).build();
      expect(keysOf(person).certificateDigits).toEqual(digits);
    },
  );

  it('digits of a certificate count also where certificates are no documents of the search', () => {
    const { person } = aSignUpContent(TODAY).withOnlyDocument('BIRTH_CERTIFICATE', 'ЯЩ42').build();
    expect(keysOf(person, ['PASSPORT'])).toMatchObject({ certificateDigits: ['42'], documents: [] });
  });

  it.each(AGES)('born on %s with tax number %s: %s (%s)', (birthDate, taxId, lookUp) => {
    const keys = { birthDate, taxId, lastName: '', certificateDigits: [], documents: [] };
    expect(lookUpOf(keys, TODAY)).toBe(lookUp);
  });

  it('somebody born on 29 February is thirteen still on the 28th', () => {
    const keys = { birthDate: '2012-02-29', taxId: null, lastName: '', certificateDigits: [], documents: [] };
    expect(lookUpOf(keys, '2026-02-28')).toBe('tax_id_or_certificate');
  });
});
