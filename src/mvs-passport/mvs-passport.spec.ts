import { describe, expect, it } from 'vitest';
import type { Settings } from '../config/settings.schema';
import type { PersonDocument, PersonFacts } from '../domain/verification/register-stream';
import type { MvsTrembitaClient } from '../mvs-trembita';
import { MvsPassportRepository } from './mvs-passport.repository';
import { MvsPassportStream, MVS_PASSPORT_ANSWERS } from './mvs-passport.stream';

const TODAY = '2026-03-01';
const SETTINGS = {
  MVS_PERSON_SYNCHRONIZATION_SCHEDULE: '0 1 * * *',
  MVS_PERSON_VALIDATION_PERIOD_DAYS: 270,
  MVS_PASSPORT_PERSONS_SYNCHRONIZATION_BATCH_SIZE: 100,
} as Settings;

const NOT_ASKED = {
  checkPassportStatus: () => Promise.reject(new Error('asked')),
} as unknown as MvsTrembitaClient;

function theStream(idCard?: string): MvsPassportStream {
  const settings = idCard === undefined ? SETTINGS : { ...SETTINGS, MVS_PASS_TYPE_NATIONAL_ID: idCard };
  return new MvsPassportStream(settings, NOT_ASKED, new MvsPassportRepository());
}

const document = (type: PersonDocument['type'], number: string): PersonDocument => ({
  id: number,
  type,
  number,
  issuedAt: null,
  expirationDate: null,
});

function holding(...documents: readonly PersonDocument[]): PersonFacts {
  const names = { lastName: 'Гайова', firstName: 'Мальва', secondName: null };
  return { personId: 'one', ...names, birthDate: '1985-06-15', unzr: null, documents };
}

const BOOKLET = document('PASSPORT', 'КВ123456');
const CARD = document('NATIONAL_ID', '000123456');
const AN_ASK_ABOUT_THE_BOOKLET = {
  trigger: 'ask',
  question: { documentType: 'PASSPORT', passType: '0101', series: 'КВ', number: '123456' },
};

describe('The stream mvs_passport', () => {
  it('S6, S7: FOUND refutes, NOT_FOUND confirms', () => {
    expect(MVS_PASSPORT_ANSWERS.FOUND).toEqual({
      means: 'refuted',
      reason: 'AUTO_LOST',
      keep: 'answer',
      reaches: 'other_holders',
    });
    expect(MVS_PASSPORT_ANSWERS.NOT_FOUND).toEqual({
      means: 'confirmed',
      reason: 'AUTO_NOT_LOST',
      keep: 'nothing',
      reaches: 'nobody_else',
    });
  });

  it('S1, S2: applies to persons with a passport or an ID card, with or without a code for ID cards', () => {
    for (const stream of [theStream(), theStream('0309')]) {
      expect(stream.hasData(holding(BOOKLET))).toBe(true);
      expect(stream.hasData(holding(CARD))).toBe(true);
      expect(stream.hasData(holding(document('BIRTH_CERTIFICATE', 'I-БК123456')))).toBe(false);
    }
  });

  it('asks about a booklet by series and number', () => {
    expect(theStream().prepare(holding(BOOKLET), TODAY)).toEqual(AN_ASK_ABOUT_THE_BOOKLET);
  });

  it('asks about an ID card without a series if its code is configured', () => {
    expect(theStream('0309').prepare(holding(CARD), TODAY)).toEqual({
      trigger: 'ask',
      question: { documentType: 'NATIONAL_ID', passType: '0309', series: null, number: '000123456' },
    });
  });

  it('S4: has nothing to check for an ID card without a code, or for other documents', () => {
    const nothing = { trigger: 'nothing_to_check' };
    expect(theStream().prepare(holding(CARD), TODAY)).toEqual(nothing);
    expect(theStream().prepare(holding(CARD, BOOKLET), TODAY)).toEqual(AN_ASK_ABOUT_THE_BOOKLET);
    expect(theStream('0309').prepare(holding(document('TEMPORARY_PASSPORT', 'ТП1')), TODAY)).toEqual(nothing);
  });

  it.each([
    ['PASSPORT', 'KB123456'],
    ['PASSPORT', 'КВ12345'],
    ['NATIONAL_ID', '12345678'],
    ['NATIONAL_ID', '1234567890'],
    ['NATIONAL_ID', '12345678О'],
    ['NATIONAL_ID', '123456789\n'],
  ] as const)('S5: does not ask about the malformed %s %j', (type, number) => {
    const prepared = theStream('0309').prepare(holding(document(type, number)), TODAY);
    expect(prepared).toEqual({ trigger: 'data_malformed' });
  });

  it('has different keys for different types, series and numbers', () => {
    const stream = theStream('0309');
    const booklet = { documentType: 'PASSPORT', passType: '0101', series: 'КВ', number: '123456' } as const;
    const keys = [
      booklet,
      { ...booklet, series: 'КА' },
      { ...booklet, number: '123457' },
      { ...booklet, documentType: 'NATIONAL_ID', passType: '0309', series: null },
    ] as const;
    expect(new Set(keys.map((question) => stream.keyOf(question))).size).toBe(keys.length);
  });
});
