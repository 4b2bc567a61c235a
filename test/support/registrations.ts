import { randomUUID } from 'node:crypto';
import type { SignUpContent } from '../../src/domain/person/person-request';
import type { SignUpFacts } from '../../src/domain/verification/initial-status.rules';
import { PersonRepository } from '../../src/persons/person.repository';
import { PersonSearchRepository } from '../../src/persons/person-search.repository';
import { PersonsService } from '../../src/persons/persons.service';
import { InitialVerifications, StreamRestartService } from '../../src/verifications';
import { StatusChangeRepository } from '../../src/verifications/status-change.repository';
import { verificationOf } from './builders';
import { insertRows } from './person-builder';
import { USUAL_PARAMETERS } from './registration-rules';
import type { Registry } from './database';
import type { Sql } from '../../src/database/transactions';
import { Session } from './sql-session';
import type { TestEnvironment } from './test-environment';

/** The user of the confidant, who signs. */
export const APPLICANT = '55555555-5555-4555-8555-555555555555';

/** The default time of registration in tests: noon in Kyiv. */
export const REGISTERED_AT = new Date('2026-03-04T10:00:00.123Z');

export const REGISTERED_ON = '2026-03-04';

/** Nobody special: a woman of 36 with a passport and her own tax number, for whom no rule is hit. */
const SOMEBODY: SignUpFacts = {
  ageYears: 36,
  birthDate: '1990-01-01',
  gender: 'FEMALE',
  taxId: '3287300006',
  noTaxId: false,
  unzr: null,
  documentTypes: ['PASSPORT'],
  authenticationMethodTypes: ['OTP'],
  hasConfidantPerson: false,
};

/** The row of a person just before the verifications begin. */
export async function bareRow({ sql }: Registry): Promise<string> {
  const id = randomUUID();
  const named = { first_name: 'Волошка', last_name: 'Чорнобривець', gender: 'FEMALE' };
  const born = { birth_date: '1990-01-01', birth_settlement: 'Калинопіль' };
  const author = { inserted_by: APPLICANT, updated_by: APPLICANT };
  const times = { inserted_at: REGISTERED_AT, updated_at: REGISTERED_AT };
  const state = { status: 'active', is_active: true };
  await insertRows(sql, 'mpi.persons', [{ id, ...named, ...born, ...state, ...author, ...times }]);
  return id;
}

/** Begins the verifications of a person who is there. */
export function begin(
  { transactions }: Registry,
  personId: string,
  facts: Partial<SignUpFacts> = {},
): Promise<void> {
  return transactions.inTransaction((sql) =>
    new InitialVerifications(new StatusChangeRepository()).create(sql, {
      personId,
      facts: { ...SOMEBODY, ...facts },
      parameters: USUAL_PARAMETERS,
      actorId: APPLICANT,
      now: REGISTERED_AT,
    }),
  );
}

/** Somebody whose verifications have begun. */
export async function begun(registry: Registry, facts: Partial<SignUpFacts> = {}): Promise<string> {
  const personId = await bareRow(registry);
  await begin(registry, personId, facts);
  return personId;
}

/** Registering does not search. */
const SEARCH_SETTINGS = {
  ACTIVE_PERSON_SEARCH_DOCUMENT_TYPES: [],
  PIS_ONLINE_DEDUPLICATION_MATCH_SCORE: 1,
};

export interface RegistrationChoices {
  readonly id?: string;
  readonly now?: Date;
  readonly begin?: Pick<InitialVerifications, 'create'>;
  /** Called with everything written. */
  readonly beforeCommit?: () => void | Promise<void>;
}

/** Registers the person and returns the id. */
export async function registered(
  { transactions }: Registry,
  content: SignUpContent,
  choices: RegistrationChoices = {},
): Promise<string> {
  const { id = randomUUID(), now = REGISTERED_AT, beforeCommit } = choices;
  const persons = new PersonsService(
    SEARCH_SETTINGS,
    new PersonSearchRepository(),
    new PersonRepository(),
    (choices.begin as InitialVerifications | undefined) ??
      new InitialVerifications(new StatusChangeRepository()),
  );
  await transactions.inTransaction(async (sql) => {
    await persons.register(sql, { id, content, parameters: USUAL_PARAMETERS, actorId: APPLICANT, now });
    await beforeCommit?.();
  });
  return id;
}

/** All columns of `person_verifications` by name, and the cumulative status. */
export async function columnsOf({ sql }: Registry, personId: string): Promise<Record<string, unknown>> {
  return { ...(await verificationOf(sql, personId)) };
}

/** A stream as `STATUS/REASON`. */
export function pairIn(columns: Readonly<Record<string, unknown>>, stream: string): string {
  return `${String(columns[`${stream}_verification_status`])}/${String(columns[`${stream}_verification_reason`])}`;
}

/** The rows of a person in a table, in the order of their types, without what the database makes up itself. */
export async function rowsOf(
  { sql }: Pick<Registry, 'sql'>,
  table: string,
  personId: string,
): Promise<unknown[]> {
  const text = `
    SELECT to_jsonb(t) - ARRAY['id', 'person_id', 'inserted_at', 'updated_at'] AS columns
      FROM mpi.${table} AS t WHERE ${table === 'persons' ? 'id' : 'person_id'} = $1`;
  const rows = await sql.query<{ columns: { type?: string } }>({ text }, [personId]);
  return rows.map(({ columns }) => columns).sort((a, b) => (a.type ?? '').localeCompare(b.type ?? ''));
}

/** The employee or applicant of tests. */
export const OFFICIAL = '55555555-5555-4555-8555-555555555555';

/** New data of a person, as a registration writes them: the documents first, then the verb, in one transaction. */
export interface NewData {
  readonly personId: string;
  /** The one passport the person has from now on; none when it is left out. */
  readonly passport?: string;
  /** The UNZR the person has from now on; the old one when it is left out. */
  readonly unzr?: string;
  /** Called before the commit, with everything written. */
  readonly beforeCommit?: () => Promise<void>;
}

/** Writes new data of a person without a wake-up, as another program does in its own role. */
export async function changeData(
  env: TestEnvironment,
  { personId, passport, unzr, beforeCommit }: NewData,
): Promise<void> {
  const sql = await Session.open(env.database.adminUrl);
  try {
    await sql.run('BEGIN');
    await sql.query({ text: 'DELETE FROM mpi.person_documents WHERE person_id = $1' }, [personId]);
    if (passport !== undefined) await addPassport(sql, personId, passport);
    if (unzr !== undefined) {
      await sql.query({ text: 'UPDATE mpi.persons SET unzr = $2 WHERE id = $1' }, [personId, unzr]);
    }
    await env.program.get(StreamRestartService).onDataChanged(sql, { personId, actorId: OFFICIAL });
    await beforeCommit?.();
    await sql.run('COMMIT');
  } finally {
    // An open transaction ends with its session.
    await sql.close();
  }
}

async function addPassport(sql: Sql, personId: string, number: string): Promise<void> {
  const text = `INSERT INTO mpi.person_documents (person_id, type, number) VALUES ($1, 'PASSPORT', $2)`;
  await sql.query({ text }, [personId, number]);
}
