import { Injectable } from '@nestjs/common';
import type { ProgramRole } from '../database/mpi/program-instance.entity';
import { agedRows, type OldRows } from '../database/old-rows';
import { type Statement, Transactions } from '../database/transactions';

/** After how many seconds without a sign of life a process counts as silent: three beats. */
const SILENT_AFTER_SECONDS = 30;

/** A killed process stays in the list for this long; one that ends in order removes its row. */
const SILENT_ROWS_KEPT_DAYS = 7;

/** $1 process, $2 role, $3 host, $4 version, $5 for how many seconds it has run. */
const BEAT: Statement = {
  name: 'process_beat',
  text: `
    INSERT INTO mpi.processes (id, role, host, version, started_at)
    VALUES ($1::uuid, $2::varchar, $3::varchar, $4::varchar, now() - make_interval(secs => $5))
    ON CONFLICT (id) DO UPDATE SET last_seen_at = now(), updated_at = now()`,
};

const REMOVE: Statement = {
  name: 'remove_process',
  text: `DELETE FROM mpi.processes WHERE id = $1::uuid`,
};

const LIST: Statement = {
  name: 'list_processes',
  text: `
    SELECT id, role, host, version, started_at, last_seen_at,
           last_seen_at < now() - make_interval(secs => ${SILENT_AFTER_SECONDS}) AS is_silent,
           extract(epoch FROM now() - last_seen_at)::float8 AS silent_seconds
      FROM mpi.processes ORDER BY started_at DESC, id`,
};

/** What a process says of itself. */
export interface InstanceFacts {
  readonly id: string;
  readonly role: ProgramRole;
  readonly host: string;
  readonly version: string;
}

/** A process as the installation sees it. Times are those of the database. */
export interface SeenInstance extends InstanceFacts {
  readonly startedAt: Date;
  readonly lastSeenAt: Date;
  /** It runs no more, or cannot reach the database. */
  readonly isSilent: boolean;
  readonly silentSeconds: number;
}

interface InstanceRow extends InstanceFacts, Record<string, unknown> {
  readonly started_at: Date;
  readonly last_seen_at: Date;
  readonly is_silent: boolean;
  readonly silent_seconds: number;
}

/** The processes of the installation, a few rows. */
@Injectable()
export class InstanceRepository {
  constructor(private readonly transactions: Transactions) {}

  /** A sign of life; the first one creates the row. */
  async beat({ id, role, host, version }: InstanceFacts, runsForSeconds: number): Promise<void> {
    await this.transactions.query(BEAT, [id, role, host, version, runsForSeconds]);
  }

  async remove(id: string): Promise<void> {
    await this.transactions.query(REMOVE, [id]);
  }

  /** Newest first, silent ones among them. */
  async list(): Promise<readonly SeenInstance[]> {
    const rows = await this.transactions.query<InstanceRow>(LIST);
    return rows.map(({ id, role, host, version, ...row }) => ({
      ...{ id, role, host, version },
      startedAt: row.started_at,
      lastSeenAt: row.last_seen_at,
      isSilent: row.is_silent,
      silentSeconds: row.silent_seconds,
    }));
  }
}

/** Processes that fell silent long ago. */
export function oldInstances(batch: number): OldRows {
  return agedRows({
    schema: 'mpi',
    table: 'processes',
    ageColumn: 'last_seen_at',
    days: SILENT_ROWS_KEPT_DAYS,
    batch,
  });
}
