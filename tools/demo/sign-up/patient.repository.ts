import type { Transactions } from '../../../src/database/transactions';
import { STREAMS, type StreamName } from '../../../src/domain/verification/stream';

/** What the tables have about a patient. */
export interface Patient {
  /** What all streams add up to. */
  readonly sum: string | null;
  /** Status and reason of each stream. */
  readonly streams: Readonly<Record<StreamName, string>>;
  readonly relationships: readonly Relationship[];
  readonly methods: readonly Method[];
  readonly users: readonly User[];
  readonly tokens: readonly Token[];
}

interface Relationship extends Record<string, unknown> {
  readonly confidant_person_id: string;
  readonly relation_type: string;
  readonly pair: string;
  readonly active_to: string | null;
}

interface Method extends Record<string, unknown> {
  readonly type: string;
  readonly value: string;
  readonly alias: string | null;
  readonly ended_at: Date | null;
}

interface User extends Record<string, unknown> {
  readonly id: string;
  readonly tax_id: string | null;
}

interface Token extends Record<string, unknown> {
  readonly value_hash: string;
  readonly scope: string;
}

const VERIFICATIONS = `
  SELECT p.verification_status AS sum, to_jsonb(v) AS verifications
    FROM mpi.persons AS p JOIN mpi.person_verifications AS v ON v.person_id = p.id
   WHERE p.id = $1 AND p.status = 'active' AND p.is_active`;

const RELATIONSHIPS = `
  SELECT confidant_person_id, relation_type, verification_status || '/' || verification_reason AS pair,
         active_to::text
    FROM mpi.confidant_person_relationships WHERE person_id = $1 AND is_active`;

const METHODS = `
  SELECT type, value, alias, ended_at FROM mpi.person_authentication_methods WHERE person_id = $1 AND is_active`;

const USERS = `SELECT id, tax_id FROM mithril.users WHERE person_id = $1 AND is_active AND NOT is_blocked`;

const TOKENS = `
  SELECT t.value_hash, t.details ->> 'scope' AS scope
    FROM mithril.tokens AS t JOIN mithril.users AS u ON u.id = t.user_id WHERE u.person_id = $1`;

const LAST_ROW = `
  SELECT "row" FROM mpi.audit_log
   WHERE resource = 'person_verifications' AND resource_id = $1 AND "row" IS NOT NULL
   ORDER BY inserted_at DESC LIMIT 1`;

/** Reads the rows of signed-up patients. */
export class PatientRepository {
  constructor(private readonly transactions: Transactions) {}

  /** Undefined when there is no such active person, or they have no streams. */
  async find(id: string): Promise<Patient | undefined> {
    const [row] = await this.read<{ sum: string | null; verifications: Record<string, unknown> }>(
      VERIFICATIONS,
      id,
    );
    if (row === undefined) return undefined;
    const pairs = STREAMS.map((stream) => [stream, pairOf(stream, row.verifications)]);
    return {
      sum: row.sum,
      streams: Object.fromEntries(pairs) as Patient['streams'],
      relationships: await this.read<Relationship>(RELATIONSHIPS, id),
      methods: await this.read<Method>(METHODS, id),
      users: await this.read<User>(USERS, id),
      tokens: await this.read<Token>(TOKENS, id),
    };
  }

  /** The row of the tables by which one of the person's streams changed last. */
  async lastRow(id: string): Promise<string | undefined> {
    const [last] = await this.read<{ row: string }>(LAST_ROW, id);
    return last?.row;
  }

  private read<Row extends Record<string, unknown>>(text: string, id: string): Promise<Row[]> {
    return this.transactions.query<Row>({ text }, [id]);
  }
}

function pairOf(stream: StreamName, verifications: Readonly<Record<string, unknown>>): string {
  const status = verifications[`${stream}_verification_status`];
  const reason = verifications[`${stream}_verification_reason`];
  return `${String(status)}/${String(reason)}`;
}
