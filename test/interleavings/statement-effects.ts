import type { Sql } from '../../src/database/transactions';

/** What a statement needs of the tables, as far as it can matter to somebody else's statement. */
export interface Effects {
  /** Tables of which it sees what is committed. */
  readonly reads: ReadonlySet<string>;
  /** Tables in which it waits for locks of others or is skipped by them, and others for its own. */
  readonly locks: ReadonlySet<string>;
  /** Tables that look different to others from now on: those written in the transaction, once it is committed. */
  readonly publishes: ReadonlySet<string>;
  /** Tables in which locks are released. */
  readonly releases: ReadonlySet<string>;
}

/** What a statement does, whenever the others will see it. */
export interface Touched {
  readonly reads: ReadonlySet<string>;
  readonly locks: ReadonlySet<string>;
  readonly writes: ReadonlySet<string>;
}

const NONE: ReadonlySet<string> = new Set();

/** Locks that belong to no table. */
const ADVISORY = 'advisory locks';

/** What functions of the database do, which a statement does not show. */
const FUNCTIONS: Readonly<Record<string, string>> = {
  'mpi.purge_audit_log': 'mpi.audit_log',
  'mpi.purge_status_change_events': 'mpi.status_change_events',
};

/** What triggers do: a change of activity is carried to the verifications, and a new row of them locks its person. */
const TRIGGERS: readonly { readonly statement: RegExp; readonly locks: string }[] = [
  { statement: /UPDATE mpi\.persons\b.*\b(is_active|status) =/s, locks: 'mpi.person_verifications' },
  { statement: /UPDATE prm\.parties\b.*\bis_active =/s, locks: 'prm.party_verifications' },
  { statement: /INSERT INTO mpi\.person_verifications\b/, locks: 'mpi.persons' },
  { statement: /INSERT INTO prm\.party_verifications\b/, locks: 'prm.parties' },
];

const NAMES = /\b(?:mpi|mimir|prm|mithril)\.[a-z_]+/g;
const WRITES = /\b(INSERT INTO|UPDATE|DELETE FROM)\s+((?:mpi|mimir|prm|mithril)\.[a-z_]+)/g;
const LOCKS_ROWS = /\bFOR (?:NO KEY )?UPDATE\b|\bFOR (?:KEY )?SHARE\b/;

interface CatalogueRow extends Record<string, unknown> {
  readonly name: string;
  /** Has no unique key but its own id: two inserts never meet. */
  readonly keyless: boolean;
  readonly parents: readonly string[];
}

const CATALOGUE = `
  SELECT n.nspname || '.' || c.relname AS name,
         NOT EXISTS (SELECT FROM pg_index WHERE indrelid = c.oid AND indisunique AND NOT indisprimary) AS keyless,
         ARRAY(SELECT pn.nspname || '.' || p.relname FROM pg_constraint AS k
                 JOIN pg_class AS p ON p.oid = k.confrelid JOIN pg_namespace AS pn ON pn.oid = p.relnamespace
                WHERE k.conrelid = c.oid AND k.contype = 'f') AS parents
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
   WHERE n.nspname IN ('mpi', 'mimir', 'prm', 'mithril') AND c.relkind IN ('r', 'p')`;

/**
 * Finds in the text of a statement which tables it reads, locks and writes. It may find too much, which only makes more
 * orders to try; that it never finds too little is compared with what PostgreSQL locks.
 */
export class StatementReader {
  private readonly known = new Map<string, Touched>();

  private constructor(private readonly tables: ReadonlyMap<string, CatalogueRow>) {}

  static async of(sql: Sql): Promise<StatementReader> {
    const rows = await sql.query<CatalogueRow>({ text: CATALOGUE });
    return new StatementReader(new Map(rows.map((row) => [row.name, row])));
  }

  touched(text: string): Touched {
    const known = this.known.get(text);
    if (known !== undefined) return known;
    const touched = this.read(text.replaceAll('"', '').replaceAll(/\s+/g, ' '));
    this.known.set(text, touched);
    return touched;
  }

  private read(text: string): Touched {
    const names = [...text.matchAll(NAMES)].map(([name]) => name);
    const behind = names.flatMap((name) => FUNCTIONS[name] ?? []);
    const reads = new Set([...names.filter((name) => this.tables.has(name)), ...behind]);
    const writes = new Set([...[...text.matchAll(WRITES)].map(([, , name = '']) => name), ...behind]);
    const locks = new Set([
      ...[...writes].filter((name) => !this.isOnlyAppended(text, name)),
      ...(LOCKS_ROWS.test(text) ? reads : []),
      ...TRIGGERS.filter(({ statement }) => statement.test(text)).map((trigger) => trigger.locks),
      ...(text.includes('pg_advisory_xact_lock') ? [ADVISORY] : []),
    ]);
    for (const name of writes) for (const parent of this.tables.get(name)?.parents ?? []) reads.add(parent);
    return { reads, locks, writes };
  }

  private isOnlyAppended(text: string, name: string): boolean {
    const statements = [...text.matchAll(WRITES)].filter(([, , written]) => written === name);
    return (
      statements.length > 0 &&
      statements.every(([, kind]) => kind === 'INSERT INTO') &&
      !text.includes('ON CONFLICT') &&
      this.tables.get(name)?.keyless === true
    );
  }
}

/** Inside a transaction: others see what was written, and get what was locked, at its end. */
export const inside = ({ reads, locks }: Touched): Effects => ({
  reads,
  locks,
  publishes: NONE,
  releases: NONE,
});

/** A statement that is a transaction of its own. */
export const alone = ({ reads, locks, writes }: Touched): Effects => ({
  reads,
  locks,
  publishes: writes,
  releases: locks,
});

/** The end of a transaction that did all this. */
export function endOf(done: readonly Touched[], isCommitted: boolean): Effects {
  return {
    reads: NONE,
    locks: NONE,
    publishes: isCommitted ? new Set(done.flatMap(({ writes }) => [...writes])) : NONE,
    releases: new Set(done.flatMap(({ locks }) => [...locks])),
  };
}

/**
 * Whether it can matter which of two statements of different transactions comes first. Nobody sees what is not committed
 * (READ COMMITTED), so a read depends only on the end of the transaction that wrote, and a lock on other locks of the same
 * table and on their release.
 */
export function areDependent(one: Effects, other: Effects): boolean {
  return isAffected(one, other) || isAffected(other, one) || meet(one.locks, other.locks);
}

const isAffected = ({ reads, locks }: Effects, by: Effects): boolean =>
  meet(by.publishes, reads) || meet(by.publishes, locks) || meet(by.releases, locks);

function meet(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  for (const name of one) if (other.has(name)) return true;
  return false;
}
