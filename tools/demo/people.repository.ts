import type { Sql, Statement, Transactions } from '../../src/database/transactions';
import { DEMO_ID_PREFIX } from './invented-people';
import type { Columns, RowsByTable } from './people-rows';

/** The state of the stream dms_passport of one person or party, and the sum of all streams. */
export interface State {
  readonly id: string;
  readonly status: string;
  readonly reason: string;
  readonly data_status: number | null;
  /** Whether it waits for a retry. */
  readonly waits: boolean;
  readonly sum: string | null;
  /** Rows by which it changed since the given moment. */
  readonly rows: readonly string[];
}

/** Patients whom a confidant of the demo signed up have other ids; `inserted_by` identifies them. */
const PERSONS = `
  SELECT id FROM mpi.persons WHERE starts_with(id::text, $1) OR starts_with(inserted_by::text, $1)`;
const RELATIONSHIPS = `SELECT id FROM mpi.confidant_person_relationships WHERE person_id IN (${PERSONS})`;
const USERS = `SELECT id FROM mithril.users WHERE person_id IN (${PERSONS})`;
const PARTIES = `SELECT id FROM prm.parties WHERE starts_with(id::text, $1)`;

/** Tables from which the people of an earlier demo are deleted, each with the column that has the owner's id. */
const OWNED = [
  ['prm.party_verification_locks', 'party_id', PARTIES],
  ['prm.party_verifications', 'party_id', PARTIES],
  ['prm.party_documents', 'party_id', PARTIES],
  ['prm.parties', 'id', PARTIES],
  ['mithril.tokens', 'user_id', USERS],
  ['mithril.users', 'person_id', PERSONS],
  ['mpi.sign_ups', 'person_id', PERSONS],
  ['mpi.confidant_person_relationship_documents', 'confidant_person_relationship_id', RELATIONSHIPS],
  ['mpi.confidant_person_relationships', 'person_id', PERSONS],
  ['mpi.person_authentication_methods', 'person_id', PERSONS],
  ['mpi.verification_locks', 'person_id', PERSONS],
  ['mpi.person_verifications', 'person_id', PERSONS],
  ['mpi.person_phones', 'person_id', PERSONS],
  ['mpi.person_addresses', 'person_id', PERSONS],
  ['mpi.person_documents', 'person_id', PERSONS],
  ['mpi.persons', 'id', PERSONS],
] as const;

const stateOf = (kind: 'person' | 'party', schema: 'mpi' | 'prm', waits: string): string => `
  SELECT p.id, dms_passport_verification_status AS status, dms_passport_verification_reason AS reason,
         dms_passport_data_status AS data_status, ${waits} AS waits, p.verification_status AS sum,
         array(SELECT DISTINCT "row" FROM mpi.audit_log
                WHERE resource = '${kind}_verifications' AND resource_id = p.id AND inserted_at >= $1::timestamptz
                ORDER BY 1)::text[] AS rows
    FROM ${schema}.${kind === 'person' ? 'persons' : 'parties'} AS p
    JOIN ${schema}.${kind}_verifications ON ${kind}_id = p.id
   WHERE starts_with(p.id::text, '${DEMO_ID_PREFIX}')`;

const STATES: Statement = {
  text: `${stateOf('person', 'mpi', 'dms_passport_retry_at IS NOT NULL')}
    UNION ALL ${stateOf('party', 'prm', 'false')}`,
};

/** The people of the demo in the database. */
export class PeopleRepository {
  constructor(private readonly transactions: Transactions) {}

  /** Replaces the people of an earlier demo; one statement a table. Returns the time of the database. */
  async replace(rowsAt: (now: Date) => RowsByTable): Promise<Date> {
    return this.transactions.inTransaction(async (sql) => {
      for (const [table, column, owners] of OWNED) {
        await sql.query({ text: `DELETE FROM ${table} WHERE ${column} IN (${owners})` }, [DEMO_ID_PREFIX]);
      }
      const [{ now } = { now: new Date() }] = await sql.query<{ now: Date }>({ text: 'SELECT now()' });
      for (const [table, rows] of rowsAt(now)) await insert(sql, table, rows);
      return now;
    });
  }

  /** Their present states by id, with the rows of the tables that were applied since then. */
  async states(since: Date): Promise<ReadonlyMap<string, State>> {
    const rows = await this.transactions.query<State & Record<string, unknown>>(STATES, [since]);
    return new Map(rows.map((row) => [row.id, row]));
  }
}

async function insert(sql: Sql, table: string, rows: readonly Columns[]): Promise<void> {
  const names = Object.keys(rows[0] ?? {})
    .map((name) => `"${name}"`)
    .join(', ');
  const text = `
    INSERT INTO ${table} (${names}) SELECT ${names} FROM jsonb_populate_recordset(NULL::${table}, $1::jsonb)`;
  await sql.query({ text }, [JSON.stringify(rows)]);
}
