import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SearchKeys } from '../../src/domain/person/matching/matching-person';
import { aPerson, type PersonBuilder } from '../support/builders';
import { openSearchFixture, type SearchFixture } from './search-fixture';

describe('Whom a search by documents meets', () => {
  let fixture: SearchFixture;
  beforeAll(async () => {
    fixture = await openSearchFixture();
  });
  beforeEach(() => fixture.empty());
  afterAll(() => fixture.close());

  const save = (builder: PersonBuilder): Promise<string> => builder.save(fixture.sql);
  const byDocument = (type: SearchKeys['documents'][number]['type'], number: string): Promise<string[]> =>
    fixture.met('documents', { documents: [{ type, number }] });

  it.each([
    ['the same number', 'КВ123456', 'КВ123456'],
    ['small letters in the registry', 'кв123456', 'КВ123456'],
    ['small letters in the request', 'КВ123456', 'кв123456'],
    ['Latin letters in the registry', 'KB123456', 'КВ123456'],
    ['Latin letters in the request', 'КВ123456', 'KB123456'],
    ['small Latin letters', 'kb123456', 'КВ123456'],
    ['all look-alikes', 'ABCEHIKMOPTX', 'АВСЕНІКМОРТХ'],
    ['all look-alikes, small', 'авсенікмортх', 'abcehikmoptx'],
    ['letters of Ukrainian alone', 'їґє-77', 'ЇҐЄ-77'],
    ['a blank more in the registry', 'КВ 123456', 'КВ123456'],
    ['a blank more in the request', 'КВ123456', '\u00a0КВ 123456 '],
    ['signs between the parts', 'КВ№123-456', '(K.B)/123456'],
    ['signs only', '-', '-'],
  ])('is who has %s', async (_, saved, asked) => {
    const id = await save(aPerson().withPassport(saved));
    expect(await byDocument('PASSPORT', asked)).toEqual([id]);
  });

  it.each([
    ['another number', 'PASSPORT', 'КВ123457'],
    ['another type', 'NATIONAL_ID', 'КВ123456'],
    ['a sign that separates nothing', 'PASSPORT', 'КВ!123456'],
    ['no number but signs', 'PASSPORT', '№ -'],
    ['a letter that only sounds alike', 'PASSPORT', 'KV123456'],
  ] as const)('is nobody by %s', async (_, type, number) => {
    await save(aPerson().withPassport('КВ123456'));
    expect(await byDocument(type, number)).toEqual([]);
  });

  it.each([
    ['the Roman one as a digit', '1-ЯЩ№777003'],
    ['the Roman one in Latin', 'I-ЯЩ№777003'],
    ['the Roman one as a sign', '!ЯЩ777003'],
    ['another letter at the beginning that replaces it', 'Q-ЯЩ№777003'],
    ['brackets', 'І-ЯЩ(777003)'],
    ['small letters', 'і-ящ№777003'],
  ])('is who has the same certificate of birth, written with %s', async (_, number) => {
    const id = await save(aPerson().withDocument('BIRTH_CERTIFICATE', number));
    expect(await byDocument('BIRTH_CERTIFICATE', 'І-ЯЩ№777003')).toEqual([id]);
  });

  it('is who has the same certificate of birth in Latin letters, although the score distinguishes them', async () => {
    const id = await save(aPerson().withDocument('BIRTH_CERTIFICATE', 'I-AM777003'));
    expect(await byDocument('BIRTH_CERTIFICATE', '1-АМ№777003')).toEqual([id]);
    expect(await byDocument('BIRTH_CERTIFICATE_FOREIGN', '1-АМ№777003')).toEqual([]);
  });

  it('is nobody by a document of another type with a Roman one for a digit', async () => {
    await save(aPerson().withDocument('BIRTH_CERTIFICATE_FOREIGN', 'І-ЯЩ№777003'));
    expect(await byDocument('BIRTH_CERTIFICATE_FOREIGN', '1-ЯЩ№777003')).toEqual([]);
  });

  it('is every person who has any of them, whatever the birth date, each once', async () => {
    const one = await save(
      aPerson().bornOn('1950-01-01').withPassport('КВ123456').withNationalId('000000017'),
    );
    const other = await save(aPerson().withNationalId('000000018'));
    const documents = [
      { type: 'PASSPORT', number: 'КВ123456' },
      { type: 'NATIONAL_ID', number: '000000017' },
      { type: 'NATIONAL_ID', number: '000000018' },
    ] as const;
    expect(await fixture.met('documents', { documents })).toEqual([one, other].sort());
    expect(await fixture.met('documents', { documents: [] })).toEqual([]);
  });
});
