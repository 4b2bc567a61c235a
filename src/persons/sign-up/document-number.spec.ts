import { describe, expect, it } from 'vitest';
import { aSignUpContent } from '../../../test/support/sign-up-content';
import { entryOf, rulesOf } from '../../../test/support/request-errors';
import { DOCUMENT_NUMBERS } from '../../domain/person/document.rules';
import { DOCUMENT_TYPES, RELATIONSHIP_DOCUMENT_TYPES } from '../../domain/person/dictionaries';

describe('A number of a document', () => {
  const entry = '$.person.documents.[0].number format';

  it.each(DOCUMENT_TYPES)('has a pattern in all types that have one: %s', (type) => {
    const of = (number: string) => rulesOf(aSignUpContent().withOnlyDocument(type, number));
    const pattern = DOCUMENT_NUMBERS[type];
    expect(rulesOf(aSignUpContent().withOnlyDocument(type))).toEqual([]);
    expect(of('так, це вона')).toEqual(pattern === 'any number' ? [] : [entry]);
    expect(of('')).toEqual(['$.person.documents.[0].number length']);
    expect(of('1'.repeat(256))).toEqual(['$.person.documents.[0].number length']);
  });

  it.each([
    ['PASSPORT', 'ЯЩ000017', true],
    ['PASSPORT', 'яЩ000017', false],
    ['PASSPORT', 'ЫЩ000017', false],
    ['PASSPORT', 'AB000017', false],
    ['PASSPORT', 'ЯЩ00001', false],
    ['PASSPORT', 'ЯЩ000017\n', false],
    ['REFUGEE_CERTIFICATE', 'ЇҐ000017', true],
    ['COMPLEMENTARY_PROTECTION_CERTIFICATE', 'ЇҐ0000171', false],
    ['NATIONAL_ID', '000000017', true],
    ['NATIONAL_ID', '00000017', false],
    ['NATIONAL_ID', '٠٠٠٠٠٠٠١٧', false],
    ['BIRTH_CERTIFICATE', 'І-ЯЩ№000017', true],
    ['BIRTH_CERTIFICATE', 'I-AЩ/\\(17)', true],
    ['BIRTH_CERTIFICATE', '1', false],
    ['BIRTH_CERTIFICATE', '1'.repeat(25), true],
    ['BIRTH_CERTIFICATE', '1'.repeat(26), false],
    ['BIRTH_CERTIFICATE', 'І ЯЩ 17', false],
    ['TEMPORARY_PASSPORT', 'ЯЩ*17', false],
    ['MARRIAGE_CERTIFICATE', 'ЭЩ17', false],
    ['DIVORCE_CERTIFICATE', 'яЩ17', false],
    ['TEMPORARY_CERTIFICATE', 'ЯЩ0017', true],
    ['TEMPORARY_CERTIFICATE', 'ЯЩ017', false],
    ['TEMPORARY_CERTIFICATE', 'ЯЩ0000017', false],
    ['PERMANENT_RESIDENCE_PERMIT', '000000017', true],
    ['PERMANENT_RESIDENCE_PERMIT', 'ЯЩ00017/00017', true],
    ['PERMANENT_RESIDENCE_PERMIT', 'ЯЩ00017-00017', false],
  ] as const)('of a %s: %j is good or not (%s)', (type, number, isGood) => {
    expect(rulesOf(aSignUpContent().withOnlyDocument(type, number))).toEqual(isGood ? [] : [entry]);
  });

  it('that proves a relationship follows the pattern of its type, too', () => {
    const path = 'person.confidant_person.documents_relationship.0';
    for (const type of RELATIONSHIP_DOCUMENT_TYPES) {
      const content = aSignUpContent().with(`${path}.type`, type).with(`${path}.number`, 'так, це вона');
      expect(rulesOf(content)).toEqual(
        type === 'BIRTH_CERTIFICATE' ? [`${entryOf(path)}.number format`] : [],
      );
    }
  });
});
