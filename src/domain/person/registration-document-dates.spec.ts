import { describe, expect, it } from 'vitest';
import { RULES_DAY, aChild, dayAfter, reported } from '../../../test/support/registration-rules';
import { PERSON_REGISTRATION_DOCUMENT_TYPES, type DocumentType } from './dictionaries';

describe('The dates of a document', () => {
  const born = '2020-05-05';
  const withDates = (dates: object) =>
    aChild().born(born).withOnlyDocument('BIRTH_CERTIFICATE', 'ЯЩ-1', dates);

  it.each([
    [
      dayAfter(RULES_DAY, 1),
      [['$.person.documents.[0].issued_at', 'Document issued date should be in the past']],
    ],
    [RULES_DAY, []],
    [born, []],
    [
      dayAfter(born, -1),
      [['$.person.documents.[0].issued_at', 'Document issued date should greater than person.birth_date']],
    ],
  ])('let it be issued on %s or not: %j', (issuedAt, faults) => {
    expect(reported(withDates({ issued_at: issuedAt }))).toEqual(faults);
  });

  it.each([
    [
      dayAfter(RULES_DAY, -1),
      [['$.person.documents.[0].expiration_date', 'Document expiration_date should be in the future']],
    ],
    [RULES_DAY, []],
    [dayAfter(RULES_DAY, 1), []],
  ])('let it expire on %s or not: %j', (expirationDate, faults) => {
    expect(reported(withDates({ expiration_date: expirationDate }))).toEqual(faults);
  });

  const expiring: readonly DocumentType[] = [
    'NATIONAL_ID',
    'COMPLEMENTARY_PROTECTION_CERTIFICATE',
    'PERMANENT_RESIDENCE_PERMIT',
    'REFUGEE_CERTIFICATE',
    'TEMPORARY_CERTIFICATE',
    'TEMPORARY_PASSPORT',
  ];

  it.each(PERSON_REGISTRATION_DOCUMENT_TYPES)(
    'require an expiration date of a %s where it has one',
    (type) => {
      const content = aChild()
        .aged(16)
        .withTaxId('0000000017')
        .withUnzr('20090910-00017')
        .withOnlyDocument(type, undefined, { expiration_date: undefined });
      // Beside a document that makes the documents sufficient.
      if (type === 'BIRTH_CERTIFICATE_FOREIGN') content.withDocument('PASSPORT');
      const sentence = `expiration_date is mandatory for document_type ${type}`;
      expect(reported(content)).toEqual(
        expiring.includes(type) ? [['$.person.documents.[0].expiration_date', sentence]] : [],
      );
    },
  );
});
