import type { Sql, Statement, Transactions } from '../database/transactions';
import type { RegisterStreamName } from '../domain/verification/stream';
import { holdOf, type OutcomeRepository } from './outcome.repository';
import { RunCounts } from './run-counts';

/** So many persons go back in one transaction at most: it must stay short, others wait for the same rows. */
const CLAIMS_AT_ONCE = 10;

const TAKE_STALE: Statement = {
  name: 'take_stale_claims',
  text: `
    DELETE FROM mpi.verification_claims WHERE id IN (
      SELECT id FROM mpi.verification_claims WHERE stream = $1::varchar AND lease_until < now()
       ORDER BY lease_until LIMIT ${CLAIMS_AT_ONCE} FOR UPDATE SKIP LOCKED)
    RETURNING id, run_id, worker`,
};

const LOCKS_WITHOUT_CLAIM: Statement = {
  name: 'locks_without_claim',
  text: `
    SELECT person_id, claim_id FROM mpi.verification_locks AS l
     WHERE stream = $1::varchar AND claim_id IS NOT NULL
       AND NOT EXISTS (SELECT FROM mpi.verification_claims AS c WHERE c.id = l.claim_id)`,
};

/** Held by nobody, and the stream moved on: the row remembers nothing that is still true. */
const REMOVE_VOID: Statement = {
  name: 'remove_void_locks',
  text: `
    DELETE FROM mpi.verification_locks WHERE stream = $1::varchar AND person_id = ANY ($2::uuid[])
       AND claim_id = ANY ($3::uuid[])`,
};

interface StaleClaim {
  readonly id: string;
  readonly run_id: string | null;
  readonly worker: string | null;
}

interface OrphanLock {
  readonly person_id: string;
  readonly claim_id: string;
}

/**
 * Row S11: whoever is held by a claim that nobody keeps alive goes back as before the lock. A wrong rescue does no
 * harm: the answer that comes late finds its claim gone.
 */
export class SweepClaims {
  constructor(
    private readonly transactions: Transactions,
    private readonly outcomes: OutcomeRepository,
    private readonly actorId: string,
  ) {}

  /** Gives how many persons went back. */
  async run(stream: RegisterStreamName): Promise<number> {
    let released = 0;
    for (;;) {
      const swept = await this.transactions.run((sql) => this.sweep(sql, stream));
      released += swept.released;
      if (swept.claims < CLAIMS_AT_ONCE) return released;
    }
  }

  private async sweep(sql: Sql, stream: RegisterStreamName): Promise<{ claims: number; released: number }> {
    const stale = await sql.rows<StaleClaim & Record<string, unknown>>(TAKE_STALE, [stream]);
    const orphans = await sql.rows<OrphanLock & Record<string, unknown>>(LOCKS_WITHOUT_CLAIM, [stream]);
    if (orphans.length === 0) return { claims: stale.length, released: 0 };
    const personIds = orphans.map(({ person_id }) => person_id);
    await this.outcomes.lock(sql, personIds);
    const back = await this.outcomes.giveBack(
      sql,
      { stream, actorId: this.actorId, runId: null },
      orphans.map(({ person_id, claim_id }) => ({
        held: { claimId: claim_id, facts: { personId: person_id } },
        waitSeconds: null,
        error: null,
        messageId: null,
      })),
    );
    await sql.rows(REMOVE_VOID, [stream, personIds, orphans.map(({ claim_id }) => claim_id)]);
    await this.takeBackCounts(
      sql,
      stale,
      orphans.filter(({ person_id, claim_id }) => back.has(holdOf(person_id, claim_id))),
    );
    return { claims: stale.length, released: back.size };
  }

  /** Those who go back were not taken after all: a run counts them when somebody takes them again. */
  private async takeBackCounts(
    sql: Sql,
    stale: readonly StaleClaim[],
    released: readonly OrphanLock[],
  ): Promise<void> {
    for (const { id, run_id: runId, worker } of stale) {
      if (runId === null || worker === null) continue;
      const counts = new RunCounts();
      counts.add('taken', -released.filter(({ claim_id }) => claim_id === id).length);
      await counts.save(sql, runId, worker);
    }
  }
}
