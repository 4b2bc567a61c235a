import { setTimeout as wait } from 'node:timers/promises';
import type { Sql, Statement, Transactions } from '../database/transactions';
import type { RegisterStreamName } from '../domain/verification/stream';
import { holdOf, type OutcomeRepository } from './outcome.repository';
import { RunCounts } from './verification-metrics';
import type { Subject } from './subject';

/** So many persons go back in one transaction at most: it must stay short, others wait for the same rows. */
const CLAIMS_AT_ONCE = 10;

/** A row that a write of ours holds is free after milliseconds; one that somebody forgot is left for the next sweep. */
const LOOKS_AT_BUSY = 5;
const LOOK_AGAIN_MS = 50;

/** What the sweeper sends about one kind of subject. */
interface SweepStatements {
  readonly lockStale: Statement;
  readonly orphans: Statement;
  readonly lockFree: Statement;
  readonly removeVoid: Statement;
}

function sweepStatements(subject: Subject): SweepStatements {
  const { name, id, locks, suffix } = subject;
  return {
    lockFree: lockFree(subject),
    // A claim that another program wrote without a lease is not kept alive by anybody.
    lockStale: {
      name: `lock_stale_claims${suffix}`,
      text: `
    SELECT id, run_id, worker FROM mpi.verification_claims
     WHERE stream = $1::varchar AND subject = '${name}' AND (lease_until IS NULL OR lease_until < now())
     ORDER BY lease_until LIMIT ${CLAIMS_AT_ONCE} FOR UPDATE SKIP LOCKED`,
    },
    // Locks of these claims, and of claims that are no more.
    orphans: {
      name: `orphan_locks${suffix}`,
      text: `
    SELECT ${id} AS id, claim_id FROM ${locks} AS l
     WHERE stream = $1::varchar AND claim_id IS NOT NULL
       AND (claim_id = ANY ($2::uuid[])
            OR NOT EXISTS (SELECT FROM mpi.verification_claims AS c WHERE c.id = l.claim_id))`,
    },
    // Held by nobody, and the stream moved on: the row remembers nothing that is still true.
    removeVoid: {
      name: `remove_void_locks${suffix}`,
      text: `
    DELETE FROM ${locks} WHERE stream = $1::varchar AND ${id} = ANY ($2::uuid[])
       AND claim_id = ANY ($3::uuid[])`,
    },
  };
}

/**
 * For everybody who has to leave alone what others hold. $1 is whom it is about: gives those whose row somebody else
 * holds now, and locks the rows of the others in the common order.
 */
export function lockFree({ id, verifications, suffix }: Subject): Statement {
  return {
    name: `lock_free_verifications${suffix}`,
    text: `
    WITH free AS MATERIALIZED (
      SELECT ${id} FROM ${verifications}
       WHERE ${id} = ANY ($1::uuid[]) ORDER BY ${id} FOR UPDATE SKIP LOCKED)
    SELECT ${id} AS id FROM ${verifications}
     WHERE ${id} = ANY ($1::uuid[]) AND ${id} NOT IN (SELECT ${id} FROM free)`,
  };
}

const REMOVE_CLAIMS: Statement = {
  name: 'remove_stale_claims',
  text: `DELETE FROM mpi.verification_claims WHERE id = ANY ($1::uuid[])`,
};

interface StaleClaim {
  readonly id: string;
  readonly run_id: string | null;
  readonly worker: string | null;
}

/** How many claims were removed, persons released, and claims left because a row was held. */
interface Swept {
  readonly claims: number;
  readonly released: number;
  readonly busy: number;
}

interface OrphanLock {
  readonly id: string;
  readonly claim_id: string;
}

/**
 * Row S11: whoever is held by a claim that nobody keeps alive goes back as before the lock. A wrong rescue does no
 * harm: the answer that comes late finds its claim gone. A claim goes back as a whole; one with a person whose row
 * somebody holds is left for the next time, so that nobody else has to wait for that row.
 */
export class ExpiredClaims {
  private readonly statements: SweepStatements;

  constructor(
    private readonly transactions: Transactions,
    private readonly outcomes: OutcomeRepository,
    private readonly actorId: string,
  ) {
    this.statements = sweepStatements(outcomes.subject);
  }

  /** Gives how many persons went back. */
  async run(stream: RegisterStreamName): Promise<number> {
    let released = 0;
    for (let looks = 1; ;) {
      const swept = await this.transactions.inTransaction((sql) => this.sweep(sql, stream));
      released += swept.released;
      if (swept.claims === CLAIMS_AT_ONCE) continue;
      if (swept.busy === 0 || looks >= LOOKS_AT_BUSY) return released;
      looks += 1;
      await wait(LOOK_AGAIN_MS);
    }
  }

  private async sweep(sql: Sql, stream: RegisterStreamName): Promise<Swept> {
    const stale = await sql.query<StaleClaim & Record<string, unknown>>(this.statements.lockStale, [stream]);
    const all = await sql.query<OrphanLock & Record<string, unknown>>(this.statements.orphans, [
      stream,
      stale.map(({ id }) => id),
    ]);
    const busy = await this.busyClaims(sql, all);
    const claims = stale.filter(({ id }) => !busy.has(id));
    const orphans = all.filter(({ claim_id }) => !busy.has(claim_id));
    if (claims.length > 0) await sql.query(REMOVE_CLAIMS, [claims.map(({ id }) => id)]);
    if (orphans.length === 0) return { claims: claims.length, released: 0, busy: busy.size };
    const back = await this.outcomes.giveBack(
      sql,
      { stream, actorId: this.actorId, runId: null },
      orphans.map(({ id, claim_id }) => ({
        held: { claimId: claim_id, facts: { personId: id } },
        waitSeconds: null,
        error: null,
        messageId: null,
      })),
    );
    await sql.query(this.statements.removeVoid, [
      stream,
      orphans.map(({ id }) => id),
      orphans.map(({ claim_id }) => claim_id),
    ]);
    await this.takeBackCounts(
      sql,
      claims,
      orphans.filter(({ id, claim_id }) => back.has(holdOf(id, claim_id))),
    );
    return { claims: claims.length, released: back.size, busy: busy.size };
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

  /** Claims under which somebody's row is held by others. */
  private async busyClaims(sql: Sql, orphans: readonly OrphanLock[]): Promise<ReadonlySet<string>> {
    if (orphans.length === 0) return new Set();
    const rows = await sql.query<{ id: string }>(this.statements.lockFree, [orphans.map(({ id }) => id)]);
    const busy = new Set(rows.map(({ id }) => id));
    return new Set(orphans.filter(({ id }) => busy.has(id)).map(({ claim_id }) => claim_id));
  }
}
