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
  ])('is who has %s', async (_, saved, asked) => {
    const id = await save(aPerson().withPassport(saved));
    expect(await byDocument('PASSPORT', asked)).toEqual([id]);
  });

  it.each([
    ['another number', 'PASSPORT', 'КВ123457'],
    ['another type', 'NATIONAL_ID', 'КВ123456'],
    ['a blank more', 'PASSPORT', 'КВ 123456'],
    ['a letter that only sounds alike', 'PASSPORT', 'KV123456'],
  ] as const)('is nobody by %s', async (_, type, number) => {
    await save(aPerson().withPassport('КВ123456'));
    expect(await byDocument(type, number)).toEqual([]);
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
