import { randomUUID } from 'node:crypto';
import type { Sql, Statement, Transactions } from '../database/transactions';
import type { PersonFacts } from '../domain/verification/register-stream';
import type { RegisterStreamName } from '../domain/verification/stream';
import {
  anybodyDue,
  claimListed,
  claimReady,
  countDue,
  retryWindow,
  type Mark,
  markParameters,
} from './claim.sql';
import { factsAmong, type FactsSource } from './facts.repository';
import { PERSONS } from './subject';

/** For whom a claim is made. */
export interface Claimant {
  readonly stream: RegisterStreamName;
  readonly runId: string;
  readonly worker: string;
  readonly leaseSeconds: number;
  readonly actorId: string;
  /** Whoever was synced later is not due. */
  readonly threshold: Date;
}

/** A person or party under a claim. */
export interface Held {
  readonly claimId: string;
  readonly facts: PersonFacts;
  /** Technical errors so far. */
  readonly attempts: number;
}

/** The last person taken from a branch. */
export interface Taken {
  readonly branch: number;
  readonly mark: Mark;
}

export interface Claim {
  readonly claimId: string;
  readonly held: readonly Held[];
  readonly taken: readonly Taken[];
  /** Clock of the database in milliseconds; undefined when nobody was taken. */
  readonly nowMs: number | undefined;
}

export interface WaitingPerson {
  readonly mark: Mark;
  readonly syncedAt: string | null;
  readonly tried: boolean;
}

interface PickedRow extends Record<string, unknown> {
  readonly id: string;
  readonly synced_at: string | null;
  readonly branch: number;
  readonly attempts: number;
  readonly now_ms: string;
}

/** Takes persons, or parties, for review (S3). */
export class ClaimRepository {
  constructor(
    private readonly transactions: Transactions,
    private readonly facts: FactsSource,
    private readonly subject = PERSONS,
  ) {}

  /** Takes up to `size` persons who wait for nothing, behind the marks. */
  claimReady(claimant: Claimant, size: number, marks: readonly Mark[]): Promise<Claim> {
    return this.claim(claimant, claimReady(claimant.stream, size, this.subject), markParameters(marks));
  }

  /** Takes those of the listed persons whose wait is over and who are still due. */
  claimListed(claimant: Claimant, waiting: readonly Pick<WaitingPerson, 'mark'>[]): Promise<Claim> {
    return this.claim(claimant, claimListed(claimant.stream, this.subject), [
      waiting.map(({ mark }) => mark.id),
      waiting.map(({ mark }) => mark.syncedAt),
    ]);
  }

  /** The next `size` persons who wait for a retry that is due, oldest wait first. */
  async retryWindow(
    { stream, runId }: Claimant,
    behind: Mark,
    { size, ignoreWait }: { readonly size: number; readonly ignoreWait: boolean },
  ): Promise<readonly WaitingPerson[]> {
    const rows = await this.transactions.query<{
      id: string;
      retry_at: string;
      synced_at: string | null;
      tried: boolean;
    }>(retryWindow(stream, size, this.subject), [behind.syncedAt, behind.id, ignoreWait, runId, stream]);
    return rows.map((row) => ({
      mark: { syncedAt: row.retry_at, id: row.id },
      syncedAt: row.synced_at,
      tried: row.tried,
    }));
  }

  /** Whether anybody is due who waits for nothing. */
  async anybodyDue({ stream, threshold }: Claimant, sql: Sql = this.transactions): Promise<boolean> {
    const [row] = await sql.query<{ due: boolean }>(anybodyDue(stream, this.subject), [
      threshold.toISOString(),
    ]);
    return row?.due ?? false;
  }

  /** How many are due now, waiting ones aside. Counts rows: for a person who looks at a progress bar, not for claims. */
  async countDue({ stream, threshold }: Claimant): Promise<number | null> {
    const [row] = await this.transactions.query<{ due: number }>(countDue(stream, this.subject), [
      threshold.toISOString(),
    ]);
    return row?.due ?? null;
  }

  /**
   * Two statements, each a transaction of its own. Data and documents are read after the claim: a row it locked may be newer
   * than what its own statement saw of other tables. If reading them fails, nobody renews the claim, and its people are
   * free when its lease has passed.
   */
  private async claim(claimant: Claimant, statement: Statement, choice: readonly unknown[]): Promise<Claim> {
    const claimId = randomUUID();
    const { runId, stream, worker, leaseSeconds, threshold, actorId } = claimant;
    const picked = await this.transactions.query<PickedRow>(statement, [
      ...[claimId, runId, stream, worker, leaseSeconds, threshold.toISOString(), actorId],
      ...choice,
    ]);
    const ids = picked.map(({ id }) => id);
    return claimOf(claimId, picked, await this.facts.ofAll(this.transactions, ids));
  }
}

function claimOf(
  claimId: string,
  picked: readonly PickedRow[],
  facts: ReadonlyMap<string, PersonFacts>,
): Claim {
  const held = picked.map(({ id, attempts }) => ({
    claimId,
    attempts,
    facts: factsAmong(facts, id),
  }));
  const taken = new Map(picked.map((row) => [row.branch, markOf(row)]));
  return {
    claimId,
    held,
    taken: [...taken].map(([branch, mark]) => ({ branch, mark })),
    nowMs: picked[0] === undefined ? undefined : Number(picked[0].now_ms),
  };
}

function markOf(row: PickedRow): Mark {
  return { syncedAt: row.synced_at ?? '-infinity', id: row.id };
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

const OF_RUN: Statement = {
  name: 'claims_of_run',
  text: `SELECT EXISTS (SELECT FROM mpi.verification_claims WHERE run_id = $1::uuid) AS unfinished`,
};

/** Claims and their leases; who is under them stands in `verification_locks`. */
export class ClaimLeaseRepository {
  constructor(private readonly transactions: Transactions) {}

  /** Keeps these claims alive. One that its worker knows nothing of, since the answer was lost, must run out. */
  async renew(claimIds: readonly string[], leaseSeconds: number): Promise<void> {
    if (claimIds.length > 0) await this.transactions.query(RENEW, [claimIds, leaseSeconds]);
  }

  /** Removes claims under which nobody is held any more. */
  async finish(claimIds: readonly string[]): Promise<void> {
    if (claimIds.length > 0) await this.transactions.query(FINISH, [claimIds]);
  }

  /** Which of these claims still exist: the sweeper removes those whose lease has passed. */
  async living(sql: Sql, claimIds: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await sql.query<{ id: string }>(LIVING, [claimIds]);
    return new Set(rows.map(({ id }) => id));
  }

  /** Whether anybody is still held for the run. */
  async unfinished(sql: Sql, runId: string): Promise<boolean> {
    const [row] = await sql.query<{ unfinished: boolean }>(OF_RUN, [runId]);
    return row?.unfinished ?? false;
  }
}
