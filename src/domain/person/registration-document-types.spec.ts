import { describe, expect, it } from 'vitest';
import { aSignUpContent } from '../../../test/support/sign-up-content';
import {
  USUAL_PARAMETERS,
  RULES_DAY,
  aChild,
  anAdolescent,
  faultsOfContent,
  reported,
} from '../../../test/support/registration-rules';
import type { IsoDay } from '../calendar-day';
import { PERSON_LEGAL_CAPACITY_DOCUMENT_TYPES, type DocumentType } from './dictionaries';

const NOT_ALLOWED = 'Submitted document type is not allowed';
const REQUIRED = 'Must contain required item.';

describe('A NATIONAL_ID', () => {
  it('needs a unzr, and any unzr will do', () => {
    const holder = anAdolescent().withOnlyDocument('NATIONAL_ID');
    expect(reported(holder)).toEqual([['$.person.unzr', 'unzr is mandatory for document type NATIONAL_ID']]);
    // It need not begin with the birth date.
    expect(reported(holder.withUnzr('19000101-00001'))).toEqual([]);
  });

  it('must not be beside a PASSPORT', () => {
    expect(reported(anAdolescent().withDocument('NATIONAL_ID').withUnzr('20090910-00017'))).toEqual([
      ['$.person.documents', 'Person can have only new passport NATIONAL_ID or old PASSPORT'],
    ]);
  });
});

describe('A type of document', () => {
  it('outside the lists of the registry is a fault of each document', () => {
    const registration: readonly DocumentType[] = ['BIRTH_CERTIFICATE'];
    const content = aChild().withDocument('PASSPORT').withDocument('TEMPORARY_PASSPORT');
    expect(reported(content, RULES_DAY, { personRegistrationDocumentTypes: registration })).toEqual([
      ['$.person.documents.[1].type', NOT_ALLOWED],
      ['$.person.documents.[2].type', NOT_ALLOWED],
    ]);
  });

  it.each(PERSON_LEGAL_CAPACITY_DOCUMENT_TYPES)('%s proves legal capacity between 14 and 18 only', (type) => {
    const refused = [['$.person.documents.[1].type', NOT_ALLOWED]];
    const born = (birthDate: IsoDay) =>
      aChild()
        .withTaxId('0000000017')
        .born(birthDate)
        .withDocument(type, undefined, { issued_at: RULES_DAY });
    // The limits are outside: the whole year of being 14 is refused, and the first day of being 18.
    expect(reported(born('2012-03-10'))).toEqual(refused);
    expect(reported(born('2011-03-11'))).toEqual(refused);
    expect(reported(born('2011-03-10'))).toEqual([]);
    expect(reported(born('2008-03-11'))).toEqual([]);
    expect(reported(born('2008-03-10'))).toEqual(refused);
    expect(reported(born('2008-03-09'))).toEqual(refused);
  });

  it.each([
    ['2026-02-28', []],
    ['2026-03-01', [['$.person.documents.[1].type', NOT_ALLOWED]]],
  ])('of legal capacity is good until 1 March to who was born on 29 February: %s', (today, faults) => {
    const bornInLeapYear = aSignUpContent('2026-02-20')
      .born('2008-02-29')
      .withTaxId('0000000017')
      .withDocument('COURT_DECISION_LEGAL_CAPACITY');
    expect(reported(bornInLeapYear, today)).toEqual(faults);
  });

  it('of legal capacity needs a registration document', () => {
    expect(reported(anAdolescent().withOnlyDocument('MARRIAGE_CERTIFICATE'))).toEqual([
      ['$.person.documents', NOT_ALLOWED],
    ]);
    expect(reported(anAdolescent().withDocument('MARRIAGE_CERTIFICATE'))).toEqual([]);
  });

  it('of legal capacity must be the only one', () => {
    const two = anAdolescent().withDocument('MARRIAGE_CERTIFICATE').withDocument('DIVORCE_CERTIFICATE');
    expect(reported(two)).toEqual([['$.person.documents', NOT_ALLOWED]]);
  });
});

describe('The documents of a child below 14', () => {
  it.each(['BIRTH_CERTIFICATE', 'BIRTH_CERTIFICATE_FOREIGN'] as const)('may be a %s alone', (type) => {
    expect(reported(aChild().withOnlyDocument(type))).toEqual([]);
  });

  it('accept nothing else, and every other document is a fault', () => {
    const content = aChild().withDocument('PASSPORT').withDocument('TEMPORARY_PASSPORT');
    expect(reported(content)).toEqual([
      ['$.person.documents.[1].type', NOT_ALLOWED],
      ['$.person.documents.[2].type', NOT_ALLOWED],
    ]);
  });

  it('are faults both as not allowed and as insufficient', () => {
    expect(faultsOfContent(aChild().withOnlyDocument('PASSPORT'))).toMatchObject([
      { entry: '$.person.documents.[0].type', description: NOT_ALLOWED, params: [] },
      { entry: '$.person.documents', description: REQUIRED, params: ['BIRTH_CERTIFICATE'] },
    ]);
  });

  it.each([
    ['the day before', '2026-03-09', [NOT_ALLOWED, REQUIRED]],
    ['on', '2026-03-10', []],
    ['the day after', '2026-03-11', []],
  ])('become those of a person who speaks for themselves: %s the birthday', (_, today, sentences) => {
    const content = aSignUpContent('2026-03-01')
      .born('2012-03-10')
      .withTaxId('0000000017')
      .withOnlyDocument('PASSPORT');
    expect(reported(content, today).map(([, sentence]) => sentence)).toEqual(sentences);
  });
});

describe('The documents of a person from 14 on', () => {
  const sufficient = [...USUAL_PARAMETERS.selfAuthAgeDocumentTypes, 'BIRTH_CERTIFICATE' as const];

  it.each(sufficient)('may be a %s alone', (type) => {
    expect(reported(anAdolescent().withOnlyDocument(type).withUnzr('20090910-00017'))).toEqual([]);
  });

  it('are not enough without one of these, and the answer names them', () => {
    expect(faultsOfContent(anAdolescent().withOnlyDocument('BIRTH_CERTIFICATE_FOREIGN'))).toEqual([
      { entry: '$.person.documents', rule: 'invalid', description: REQUIRED, params: sufficient },
    ]);
  });

  it('are required from the birthday on', () => {
    const foreign = aSignUpContent('2026-03-01')
      .born('2012-03-10')
      .withTaxId('0000000017')
      .withOnlyDocument('BIRTH_CERTIFICATE_FOREIGN');
    expect(reported(foreign, '2026-03-09')).toEqual([]);
    expect(reported(foreign, '2026-03-10')).toEqual([['$.person.documents', REQUIRED]]);
  });
});

describe('Each age', () => {
  it('is a parameter of its own', () => {
    const sixteen = anAdolescent().withDocument('MARRIAGE_CERTIFICATE');
    const refused = [['$.person.documents.[1].type', NOT_ALLOWED]];
    expect(reported(sixteen, RULES_DAY, { noSelfRegistrationAge: 16 })).toEqual(refused);
    expect(reported(sixteen, RULES_DAY, { personFullLegalCapacityAge: 16 })).toEqual(refused);
    expect(reported(anAdolescent(), RULES_DAY, { noSelfAuthAge: 17 })).toEqual([
      ['$.person.documents.[0].type', NOT_ALLOWED],
      ['$.person.documents', REQUIRED],
    ]);
  });
});
