import { Metrics } from '../../src/observability';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataSourceOptions } from '../../src/database/data-source';
import { Transactions } from '../../src/database/transactions';
import type { DocumentType } from '../../src/domain/person/dictionaries';
import type { PersonRequest } from '../../src/domain/person/person-request';
import { PersonRepository } from '../../src/persons/person.repository';
import { MOST_CANDIDATES, PersonSearchRepository } from '../../src/persons/person-search.repository';
import { type PersonMatch, PersonsService } from '../../src/persons/persons.service';
import { InitialVerifications } from '../../src/verifications';
import { StatusChangeRepository } from '../../src/verifications/status-change.repository';
import { freshDatabase, type FreshDatabase } from '../support/database';
import { aPerson, savePersons, type PersonBuilder } from '../support/builders';
import { aSignUpContent } from '../support/sign-up-content';

const TODAY = '2026-03-01';
const TYPES: DocumentType[] = ['NATIONAL_ID', 'PASSPORT', 'BIRTH_CERTIFICATE', 'BIRTH_CERTIFICATE_FOREIGN'];

/** The score of the child below and the same one in the registry, computed by hand beside the model. */
const SCORE_OF_THE_SAME = 0.97669;

let lastNumber = 100_000;

/** A request and the same child in the registry; each test has a child of its own. */
function aChild(): { request: PersonRequest; registered: () => PersonBuilder } {
  lastNumber += 7;
  const number = `І-ЯЩ№${lastNumber}`;
  const { person } = aSignUpContent(TODAY)
    .named('Чорнобривець', 'Волошка', 'Барвінківна')
    .withOnlyDocument('BIRTH_CERTIFICATE', number)
    .build();
  const registered = (): PersonBuilder =>
    aPerson()
      .named('Чорнобривець', 'Волошка', 'Барвінківна')
      .bornOn(person.birth_date)
      .bornIn('Калинопіль')
      .withDocument('BIRTH_CERTIFICATE', number)
      .withAddress({ settlement: 'Калинопіль' });
  return { request: person, registered };
}

describe('The person of a request', () => {
  let database: FreshDatabase;
  let dataSource: DataSource;
  let sql: Transactions;
  beforeAll(async () => {
    database = await freshDatabase();
    // As superuser: the persons are made up through it, too.
    dataSource = await new DataSource(dataSourceOptions(database.adminUrl)).initialize();
    sql = new Transactions(dataSource, new Metrics());
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  function found(request: PersonRequest, threshold = 0.95): Promise<PersonMatch> {
    const settings = {
      ACTIVE_PERSON_SEARCH_DOCUMENT_TYPES: TYPES,
      PIS_ONLINE_DEDUPLICATION_MATCH_SCORE: threshold,
    };
    const persons = new PersonsService(
      settings,
      new PersonSearchRepository(),
      new PersonRepository(),
      new InitialVerifications(new StatusChangeRepository()),
    );
    return sql.inTransaction((open) => persons.findMatch(open, request, TODAY));
  }

  it('is nobody when nobody is met', async () => {
    expect(await found(aChild().request)).toEqual({ kind: 'none' });
  });

  it('is the one who is met and scores above the threshold', async () => {
    const { request, registered } = aChild();
    const personId = await registered().save(sql);
    expect(await found(request)).toEqual({ kind: 'one', personId });
  });

  it('is nobody when the one who is met is somebody else', async () => {
    const { request, registered } = aChild();
    await registered().named('Чорнобривець', 'Устим', 'Барвінкович').male().save(sql);
    expect(await found(request)).toEqual({ kind: 'none' });
  });

  it('is the better one of two when the other one is not above the threshold', async () => {
    const { request, registered } = aChild();
    const personId = await registered().save(sql);
    await registered().named('Чорнобривець', 'Устим', 'Барвінкович').male().save(sql);
    expect(await found(request)).toEqual({ kind: 'one', personId });
  });

  it('is undecided when two score above the threshold, whichever scores higher', async () => {
    const { request, registered } = aChild();
    await registered().save(sql);
    await registered().named('Чорнобривець', 'Волошка').save(sql);
    expect(await found(request)).toEqual({ kind: 'several' });
  });

  it('must score above the threshold: a score equal to it is no match', async () => {
    const { request, registered } = aChild();
    const personId = await registered().save(sql);
    expect(await found(request, SCORE_OF_THE_SAME)).toEqual({ kind: 'none' });
    expect(await found(request, SCORE_OF_THE_SAME - 0.00001)).toEqual({ kind: 'one', personId });
  });

  it('is nobody when the only one who is met was deactivated', async () => {
    const { request, registered } = aChild();
    await registered().inactive().save(sql);
    expect(await found(request)).toEqual({ kind: 'none' });
  });

  it('is compared with a thousand who share a document, and not with more', async () => {
    const { person } = aSignUpContent(TODAY)
      .aged(30)
      .named('Чорнобривець', 'Волошка', 'Барвінківна')
      .withOnlyDocument('BIRTH_CERTIFICATE_FOREIGN', 'NONE')
      .build();
    const others = Array.from({ length: MOST_CANDIDATES }, () =>
      aPerson()
        .named('Ясен', 'Світозар')
        .male()
        .bornIn('Мальвинськ')
        .withDocument('BIRTH_CERTIFICATE_FOREIGN', 'none'),
    );
    await savePersons(sql, others);
    expect(await found(person)).toEqual({ kind: 'none' });
    await aPerson().withDocument('BIRTH_CERTIFICATE_FOREIGN', 'NОNЕ').save(sql);
    expect(await found(person)).toEqual({ kind: 'several' });
  });
});
