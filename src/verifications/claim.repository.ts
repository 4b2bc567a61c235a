import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type Sql, type Statement, Transactions } from '../database/transactions';
import type { PersonFacts } from '../domain/verification/register-stream';
import {
  anybodyDue,
  claimReady,
  claimRetries,
  countDue,
  type Mark,
  markParameters,
  retryWindow,
} from './claim.sql';
import { factsAmong, FactsRepository } from './facts.repository';
import type { Checked } from './subject';

/** For whom, and of which stream, a claim is made. */
export interface Claimant extends Checked {
  readonly runId: string;
  readonly worker: string;
  readonly leaseSeconds: number;
  readonly actorId: string;
  /** Persons synced later than this are not due. */
  readonly threshold: Date;
}

/** A person or party under a claim. */
export interface ClaimedPerson {
  readonly claimId: string;
  readonly facts: PersonFacts;
  /** Technical errors so far. */
  readonly attempts: number;
}

/** The last person claimed from a branch. */
export interface BranchMark {
  readonly branch: number;
  readonly mark: Mark;
}

export interface Claim {
  readonly claimId: string;
  readonly persons: readonly ClaimedPerson[];
  readonly marks: readonly BranchMark[];
  /** Clock of the database in milliseconds; undefined if the claim is empty. */
  readonly nowMs: number | undefined;
}

export interface WaitingPerson {
  readonly mark: Mark;
  readonly syncedAt: string | null;
  /** Already failed in this run. */
  readonly tried: boolean;
}

interface PickedRow extends Record<string, unknown> {
  readonly id: string;
  readonly synced_at: string | null;
  readonly branch: number;
  readonly attempts: number;
  readonly now_ms: string;
}

interface WaitingRow extends Record<string, unknown> {
  readonly id: string;
  readonly retry_at: string;
  readonly synced_at: string | null;
  readonly tried: boolean;
}

const RENEW: Statement = {
  name: 'renew_claims',
  text: `
    UPDATE mpi.verification_claims SET lease_until = now() + make_interval(secs => $2), updated_at = now()
     WHERE id = ANY ($1::uuid[])`,
};

const FINISH: Statement = {
  name: 'finish_claims',
  text: `DELETE FROM mpi.verification_claims WHERE id = ANY ($1::uuid[])`,
};

const LIVING: Statement = {
  name: 'living_claims',
  text: `SELECT id FROM mpi.verification_claims WHERE id = ANY ($1::uuid[])`,
};

/** Fixes the period of a run that has none yet; $1 run, $2 days. */
const PERIOD_OF_RUN: Statement = {
  name: 'period_of_run',
  text: `
    UPDATE mpi.job_runs SET validation_period_days = coalesce(validation_period_days, $2::integer)
     WHERE id = $1::uuid RETURNING validation_period_days AS days`,
};

const OF_RUN: Statement = {
  name: 'claims_of_run',
  text: `SELECT EXISTS (SELECT FROM mpi.verification_claims WHERE run_id = $1::uuid) AS unfinished`,
};

const IS_PAUSED: Statement = {
  name: 'claims_paused',
  text: `
    SELECT EXISTS (SELECT FROM mpi.job_schedules WHERE job = $1::varchar AND paused_at IS NOT NULL) AS paused`,
};

/** Claims persons or parties for review (S3), and keeps the leases. Lock rows say who is under which claim. */
@Injectable()
export class ClaimRepository {
  constructor(
    private readonly transactions: Transactions,
    private readonly facts: FactsRepository,
  ) {}

  /** Claims up to `size` persons after the marks who are not waiting for a retry. */
  claimReady(claimant: Claimant, size: number, marks: readonly Mark[]): Promise<Claim> {
    return this.claim(claimant, claimReady(claimant, size), markParameters(marks));
  }

  /** Claims those of the waiting persons whose retry time has come and who are still due. */
  claimRetries(claimant: Claimant, waiting: readonly Pick<WaitingPerson, 'mark'>[]): Promise<Claim> {
    return this.claim(claimant, claimRetries(claimant), [
      waiting.map(({ mark }) => mark.id),
      waiting.map(({ mark }) => mark.syncedAt),
    ]);
  }

  /** The next `size` persons after the mark whose retry time has come, earliest first. */
  async retryWindow(
    claimant: Claimant,
    after: Mark,
    { size, ignoreWait }: { readonly size: number; readonly ignoreWait: boolean },
  ): Promise<readonly WaitingPerson[]> {
    const rows = await this.transactions.query<WaitingRow>(retryWindow(claimant, size), [
      after.syncedAt,
      after.id,
      ignoreWait,
      claimant.runId,
      claimant.stream,
    ]);
    return rows.map((row) => ({
      mark: { syncedAt: row.retry_at, id: row.id },
      syncedAt: row.synced_at,
      tried: row.tried,
    }));
  }

  /** Whether the job is paused: then claims are empty. Waits for no pause that is being requested. */
  async isPaused(job: string): Promise<boolean> {
    const [row] = await this.transactions.query<{ paused: boolean }>(IS_PAUSED, [job]);
    return row?.paused ?? false;
  }

  /** The validation period that decides who is due in the run: the first worker's, and the same for all later ones. */
  async periodOfRun(runId: string, ownDays: number): Promise<number> {
    const [row] = await this.transactions.query<{ days: number }>(PERIOD_OF_RUN, [runId, ownDays]);
    return row?.days ?? ownDays;
  }

  /** Whether anybody is due, retries aside. */
  async anybodyDue(claimant: Claimant, sql: Sql = this.transactions): Promise<boolean> {
    const [row] = await sql.query<{ due: boolean }>(anybodyDue(claimant), [claimant.threshold.toISOString()]);
    return row?.due ?? false;
  }

  /** How many are due, retries aside. It counts rows: for a progress bar, not for claims. */
  async countDue(claimant: Claimant): Promise<number | null> {
    const [row] = await this.transactions.query<{ due: number }>(countDue(claimant), [
      claimant.threshold.toISOString(),
    ]);
    return row?.due ?? null;
  }

  /** Renews only the claims that the worker knows: a claim whose answer was lost has to expire. */
  async renew(claimIds: readonly string[], leaseSeconds: number): Promise<void> {
    if (claimIds.length > 0) await this.transactions.query(RENEW, [claimIds, leaseSeconds]);
  }

  /** Removes claims that have no person left. */
  async finish(claimIds: readonly string[]): Promise<void> {
    if (claimIds.length > 0) await this.transactions.query(FINISH, [claimIds]);
  }

  /** Which of these claims still exist; expired ones may have been removed. */
  async living(sql: Sql, claimIds: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await sql.query<{ id: string }>(LIVING, [claimIds]);
    return new Set(rows.map(({ id }) => id));
  }

  /** Whether the run still has claims. */
  async unfinished(sql: Sql, runId: string): Promise<boolean> {
    const [row] = await sql.query<{ unfinished: boolean }>(OF_RUN, [runId]);
    return row?.unfinished ?? false;
  }

  /**
   * Two statements, each a transaction of its own. Facts are read after the claim because a locked row may be newer than
   * what the claiming statement saw in other tables. If reading fails, nobody renews the claim, and its persons are free
   * when the lease expires.
   */
  private async claim(claimant: Claimant, statement: Statement, choice: readonly unknown[]): Promise<Claim> {
    const claimId = randomUUID();
    const { runId, stream, subject, worker, leaseSeconds, threshold, actorId } = claimant;
    const picked = await this.transactions.query<PickedRow>(statement, [
      ...[claimId, runId, stream, worker, leaseSeconds, threshold.toISOString(), actorId],
      ...choice,
    ]);
    const ids = picked.map(({ id }) => id);
    return claimOf(claimId, picked, await this.facts.ofAll(this.transactions, subject, ids));
  }
}

function claimOf(
  claimId: string,
  picked: readonly PickedRow[],
  facts: ReadonlyMap<string, PersonFacts>,
): Claim {
  const marks = new Map(picked.map((row) => [row.branch, markOf(row)]));
  return {
    claimId,
    persons: picked.map(({ id, attempts }) => ({ claimId, attempts, facts: factsAmong(facts, id) })),
    marks: [...marks].map(([branch, mark]) => ({ branch, mark })),
    nowMs: picked[0] === undefined ? undefined : Number(picked[0].now_ms),
  };
}

function markOf(row: PickedRow): Mark {
  return { syncedAt: row.synced_at ?? '-infinity', id: row.id };
}
