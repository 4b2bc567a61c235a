import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DocumentType } from '../../src/domain/person/dictionaries';
import type { PersonRequest } from '../../src/domain/person/person-request';
import { PersonRepository } from '../../src/persons/person.repository';
import { InitialVerifications } from '../../src/verifications';
import { StatusChangeRepository } from '../../src/verifications/status-change.repository';
import { PersonsService } from '../../src/persons/persons.service';
import { PersonSearchRepository } from '../../src/persons/person-search.repository';
import { freshDatabase, type FreshDatabase } from '../support/database';
import { Session } from '../support/sql-session';
import { aSignUpContent, type SignUpContentBuilder } from '../support/sign-up-content';

const TODAY = '2026-03-01';
const TYPES: DocumentType[] = ['NATIONAL_ID', 'PASSPORT', 'BIRTH_CERTIFICATE', 'BIRTH_CERTIFICATE_FOREIGN'];
const SETTINGS = { ACTIVE_PERSON_SEARCH_DOCUMENT_TYPES: TYPES, PIS_ONLINE_DEDUPLICATION_MATCH_SCORE: 0.95 };

const PERSONS = new PersonsService(
  SETTINGS,
  new PersonSearchRepository(),
  new PersonRepository(),
  new InitialVerifications(new StatusChangeRepository()),
);

/** With a tax number, a certificate and a passport. */
const child = (): SignUpContentBuilder =>
  aSignUpContent(TODAY)
    .named('Чорнобривець', 'Волошка')
    .withTaxId('3111111117')
    .withOnlyDocument('BIRTH_CERTIFICATE', 'І-ЯЩ№100001')
    .withDocument('PASSPORT', 'КВ123456');

/** Shares nothing with the child but the birth date and the last name. */
const another = (): SignUpContentBuilder =>
  aSignUpContent(TODAY)
    .named('Чорнобривець', 'Мальва')
    .withTaxId('3222222227')
    .withOnlyDocument('BIRTH_CERTIFICATE', 'І-ЯЩ№200002')
    .withDocument('PASSPORT', 'КВ654321');

const onlyCertificate = (number: string): SignUpContentBuilder =>
  another().withoutTaxId().withOnlyDocument('BIRTH_CERTIFICATE', number);

describe('Two registrations at once', () => {
  let database: FreshDatabase;
  let first: Session;
  let second: Session;
  let observer: Session;
  beforeAll(async () => {
    database = await freshDatabase();
  });
  afterAll(() => database.drop());
  beforeEach(async () => {
    first = await Session.open(database.url);
    second = await Session.open(database.url);
    observer = await Session.open(database.url);
    await first.run('BEGIN');
    await second.run('BEGIN');
  });
  afterEach(async () => {
    await Promise.all([first.close(), second.close(), observer.close()]);
  });

  const lock = (session: Session, request: PersonRequest, further: readonly string[] = []): Promise<void> =>
    PERSONS.lockMatches(session, request, further);

  it.each<[string, SignUpContentBuilder]>([
    ['all keys', child()],
    ['the tax number and the birth date', another().withTaxId('3111111117')],
    ['the certificate by its digits', onlyCertificate('ЖЖ-100001')],
    ['the certificate, the Roman one as a digit', onlyCertificate('1-ЖЖ№100001')],
    ['the certificate in small letters', onlyCertificate('і-ящ(100001)')],
    [
      'the certificate, the last name in another spelling',
      onlyCertificate('100001').named('Чор-нобрівець', 'Мальва'),
    ],
    ['the certificate, the last name in capitals', onlyCertificate('100001').named('ЧОРНОБРИВЕЦЬ', 'Мальва')],
    ['the passport', another().withOnlyDocument('PASSPORT', 'КВ123456')],
    ['the passport in Latin letters', another().withOnlyDocument('PASSPORT', 'kb123456')],
    ['the passport with signs', another().withOnlyDocument('PASSPORT', 'K.В № 123-456')],
    [
      'the passport, born on another day',
      another().born('1990-01-01').withOnlyDocument('PASSPORT', 'КВ123456'),
    ],
  ])('wait for one another when they share %s', async (_, other) => {
    await lock(first, child().build().person);
    const waiting = lock(second, other.build().person);
    await first.isWaitedFor(observer);
    await first.run('COMMIT');
    await waiting;
  });

  it.each<[string, SignUpContentBuilder]>([
    ['the birth date and the last name', another()],
    ['the tax number', another().withTaxId('3111111117').born('2020-01-01')],
    ['the digits of a certificate', onlyCertificate('100001').named('Ясен', 'Мальва')],
    ['the digits of a certificate and the name', onlyCertificate('100001').born('2020-01-01')],
    ['the number of a document of another type', another().withOnlyDocument('NATIONAL_ID', 'КВ123456')],
    ['the number with other letters', another().withOnlyDocument('PASSPORT', 'КГ123456')],
    ['a type nobody is searched by', another().withOnlyDocument('TEMPORARY_PASSPORT', 'КВ123456')],
  ])('do not wait when they share only %s', async (_, other) => {
    await lock(first, child().build().person);
    await lock(second, other.build().person);
  });

  it('do not wait for the sake of certificates without digits', async () => {
    await lock(first, onlyCertificate('БЕЗНОМЕРА').build().person);
    await lock(second, onlyCertificate('БЕЗНОМЕРА').named('Чорнобривець', 'Рута').build().person);
  });

  it('wait for one another when they share one of the further texts, and only then', async () => {
    await lock(first, child().build().person, ['a', 'b']);
    await lock(second, another().build().person, ['c']);
    const waiting = lock(second, another().build().person, ['d', 'b']);
    await first.isWaitedFor(observer);
    await first.run('ROLLBACK');
    await waiting;
  });

  it('do not take a further text for a key of a person', async () => {
    await lock(first, child().build().person, ['3111111117']);
    await lock(second, another().build().person, ['КВ123456', '']);
  });

  it('never deadlock, in whatever order their keys are given', async () => {
    await first.run('COMMIT');
    await second.run('COMMIT');
    const texts = Array.from({ length: 40 }, (_, place) => `text ${place}`);
    const onceEach = async (session: Session, further: readonly string[]): Promise<void> => {
      for (let round = 0; round < 40; round += 1) {
        await session.run('BEGIN');
        await lock(session, child().build().person, further);
        await session.run('COMMIT');
      }
    };
    await expect(
      Promise.all([onceEach(first, texts), onceEach(second, [...texts].reverse())]),
    ).resolves.toHaveLength(2);
  });

  it('take one lock a key, and what is locked is a number', async () => {
    await lock(first, child().build().person, ['a text']);
    const [held] = await observer.query<{ locks: number }>({
      text: `SELECT count(*)::int AS locks FROM pg_locks JOIN pg_database AS d ON d.oid = database
              WHERE locktype = 'advisory' AND granted AND datname = current_database()`,
    });
    // The tax number, the certificate by its digits, by those with the Roman one and by its number, the passport, the text.
    expect(held).toEqual({ locks: 6 });
  });
});
