import type { Sql, Statement, Transactions } from '../../database/transactions';
import { DEMO_ID_BEGINS } from './make-people';
import type { Columns, RowsByTable } from './people-rows';

/** How the stream dms_passport of one person or party stands, and the sum of all its streams. */
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

/** Tables from which the people of an earlier demo are taken away, each with the column that names them. */
const OWNED = [
  ['prm.party_verification_locks', 'party_id'],
  ['prm.party_verifications', 'party_id'],
  ['prm.party_documents', 'party_id'],
  ['prm.parties', 'id'],
  ['mpi.verification_locks', 'person_id'],
  ['mpi.person_verifications', 'person_id'],
  ['mpi.person_documents', 'person_id'],
  ['mpi.persons', 'id'],
] as const;

const stateOf = (kind: 'person' | 'party', schema: 'mpi' | 'prm', waits: string): string => `
  SELECT p.id, dms_passport_verification_status AS status, dms_passport_verification_reason AS reason,
         dms_passport_data_status AS data_status, ${waits} AS waits, p.verification_status AS sum,
         array(SELECT DISTINCT "row" FROM mpi.audit_log
                WHERE resource = '${kind}_verifications' AND resource_id = p.id AND inserted_at >= $1::timestamptz
                ORDER BY 1)::text[] AS rows
    FROM ${schema}.${kind === 'person' ? 'persons' : 'parties'} AS p
    JOIN ${schema}.${kind}_verifications ON ${kind}_id = p.id
   WHERE starts_with(p.id::text, '${DEMO_ID_BEGINS}')`;

const STATES: Statement = {
  text: `${stateOf('person', 'mpi', 'dms_passport_retry_at IS NOT NULL')}
    UNION ALL ${stateOf('party', 'prm', 'false')}`,
};

/** The people of the demo in the database. */
export class PeopleRepository {
  constructor(private readonly transactions: Transactions) {}

  /** Puts them in, in place of those of an earlier demo; one statement a table. Gives the time of the database. */
  async replace(rowsAt: (now: Date) => RowsByTable): Promise<Date> {
    return this.transactions.run(async (sql) => {
      for (const [table, column] of OWNED) {
        await sql.rows({ text: `DELETE FROM ${table} WHERE starts_with(${column}::text, $1)` }, [
          DEMO_ID_BEGINS,
        ]);
      }
      const [{ now } = { now: new Date() }] = await sql.rows<{ now: Date }>({ text: 'SELECT now()' });
      for (const [table, rows] of rowsAt(now)) await insert(sql, table, rows);
      return now;
    });
  }

  /** How they stand now, by id, and what was written down about them since then. */
  async states(since: Date): Promise<ReadonlyMap<string, State>> {
    const rows = await this.transactions.rows<State & Record<string, unknown>>(STATES, [since]);
    return new Map(rows.map((row) => [row.id, row]));
  }
}

async function insert(sql: Sql, table: string, rows: readonly Columns[]): Promise<void> {
  const names = Object.keys(rows[0] ?? {})
    .map((name) => `"${name}"`)
    .join(', ');
  const text = `
    INSERT INTO ${table} (${names}) SELECT ${names} FROM jsonb_populate_recordset(NULL::${table}, $1::jsonb)`;
  await sql.rows({ text }, [JSON.stringify(rows)]);
}
