import { Client } from 'pg';

/** The state of one table. */
export interface TableState {
  readonly table: string;
  readonly tableBytes: number;
  readonly indexBytes: number;
  readonly deadRows: number;
  readonly autovacuums: number;
}

/** A table over the time of a watch. */
export interface WatchedTable {
  readonly table: string;
  readonly before: TableState;
  readonly after: TableState;
  readonly mostDeadRows: number;
}

/** What a sweep writes. */
const WRITTEN = `
  SELECT c.oid::regclass::text AS table, pg_table_size(c.oid)::float8 AS "tableBytes",
         pg_indexes_size(c.oid)::float8 AS "indexBytes", coalesce(s.n_dead_tup, 0)::float8 AS "deadRows",
         coalesce(s.autovacuum_count, 0)::float8 AS autovacuums
    FROM unnest(ARRAY['person_verifications', 'persons', 'verification_locks', 'verification_claims', 'job_run_counts',
                      'audit_log', 'status_change_events']) WITH ORDINALITY AS wanted (name, place)
    JOIN pg_class AS c ON c.oid = ('mpi.' || wanted.name)::regclass
    LEFT JOIN pg_stat_user_tables AS s ON s.relid = c.oid
   ORDER BY place`;

const LOOK_EVERY_MS = 2_000;

/** Looks at the tables again and again while something else works on them. */
export class VacuumWatch {
  private readonly looks: TableState[][] = [];
  private timer: NodeJS.Timeout | undefined;
  private looking = Promise.resolve();

  private constructor(private readonly client: Client) {}

  static async start(url: string): Promise<VacuumWatch> {
    const client = new Client(url);
    // A database that is stopped under a watch ends the watch, and nothing else.
    client.on('error', () => undefined);
    await client.connect();
    const watch = new VacuumWatch(client);
    await watch.look();
    watch.timer = setInterval(() => {
      watch.looking = watch.look().catch(() => undefined);
    }, LOOK_EVERY_MS);
    watch.timer.unref();
    return watch;
  }

  /** What was seen so far; a last look is taken. */
  async seen(): Promise<WatchedTable[]> {
    await this.looking;
    await this.look();
    const [before = []] = this.looks;
    const after = this.looks.at(-1) ?? [];
    return before.flatMap((first, n) => {
      const last = after[n];
      if (last === undefined) return [];
      const mostDeadRows = Math.max(...this.looks.map((look) => look[n]?.deadRows ?? 0));
      return [{ table: first.table, before: first, after: last, mostDeadRows }];
    });
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.looking;
    await this.client.end();
  }

  private async look(): Promise<void> {
    this.looks.push((await this.client.query<TableState>(WRITTEN)).rows);
  }
}
