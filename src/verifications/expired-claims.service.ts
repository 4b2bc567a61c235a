import { setTimeout as wait } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { Settings } from '../config/settings.schema';
import { SETTINGS } from '../config/settings.module';
import { type Sql, type Statement, Transactions } from '../database/transactions';
import type { SubjectName } from '../domain/verification/stream';
import { claimKeyOf, OutcomeRepository } from './outcome.repository';
import { type Checked, PARTIES, PERSONS, type Subject } from './subject';
import { RunCounts } from './verification-metrics';

/** Claims in one transaction: it must stay short because others wait for the same rows. */
const CLAIMS_AT_ONCE = 10;

/** A row that our own write locks is free after milliseconds; one that stays locked is left for the next time. */
const LOOKS_AT_BUSY = 5;
const LOOK_AGAIN_MS = 50;

/** The statements for one kind of subject. */
interface ReclaimStatements {
  readonly lockExpired: Statement;
  readonly orphans: Statement;
  readonly lockFree: Statement;
  readonly removeVoid: Statement;
}

function reclaimStatements(subject: Subject): ReclaimStatements {
  const { name, id, locks, suffix } = subject;
  return {
    lockFree: lockFree(subject),
    // A claim that another program wrote without a lease counts as expired.
    lockExpired: {
      name: `lock_expired_claims${suffix}`,
      text: `
    SELECT id, run_id, worker FROM mpi.verification_claims
     WHERE stream = $1::varchar AND subject = '${name}' AND (lease_until IS NULL OR lease_until < now())
     ORDER BY lease_until LIMIT ${CLAIMS_AT_ONCE} FOR UPDATE SKIP LOCKED`,
    },
    // Locks of these claims, and of claims that do not exist.
    orphans: {
      name: `orphan_locks${suffix}`,
      text: `
    SELECT ${id} AS id, claim_id FROM ${locks} AS l
     WHERE stream = $1::varchar AND claim_id IS NOT NULL
       AND (claim_id = ANY ($2::uuid[])
            OR NOT EXISTS (SELECT FROM mpi.verification_claims AS c WHERE c.id = l.claim_id))`,
    },
    // Locks that could not be released because the stream has moved on: they no longer mean anything.
    removeVoid: {
      name: `remove_void_locks${suffix}`,
      text: `
    DELETE FROM ${locks} WHERE stream = $1::varchar AND ${id} = ANY ($2::uuid[])
       AND claim_id = ANY ($3::uuid[])`,
    },
  };
}

/**
 * For writers that must not wait for rows locked by others. $1 are ids: returns those whose row is locked by somebody
 * else, and locks the rows of the others in the common order.
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

const STATEMENTS: Readonly<Record<SubjectName, ReclaimStatements>> = {
  persons: reclaimStatements(PERSONS),
  parties: reclaimStatements(PARTIES),
};

const REMOVE_CLAIMS: Statement = {
  name: 'remove_expired_claims',
  text: `DELETE FROM mpi.verification_claims WHERE id = ANY ($1::uuid[])`,
};

interface ExpiredClaim extends Record<string, unknown> {
  readonly id: string;
  readonly run_id: string | null;
  readonly worker: string | null;
}

interface OrphanLock extends Record<string, unknown> {
  readonly id: string;
  readonly claim_id: string;
}

/** Claims removed, persons released, and claims left because somebody else locks a row. */
interface Reclaimed {
  readonly claims: number;
  readonly released: number;
  readonly busy: number;
}

/**
 * Row S11: persons under a claim that no worker renews go back to the status before the lock. Reclaiming from a worker
 * that is alive does no harm: its late answer no longer finds the claim. A claim is released as a whole. A claim with a
 * row that somebody else locks is left for the next time, so that nobody waits for that row.
 */
@Injectable()
export class ExpiredClaims {
  constructor(
    private readonly transactions: Transactions,
    private readonly outcomes: OutcomeRepository,
    @Inject(SETTINGS) private readonly settings: Pick<Settings, 'SYSTEM_USER_ID'>,
  ) {}

  /** Returns how many persons it released. */
  async reclaim(checked: Checked): Promise<number> {
    let released = 0;
    for (let looks = 1; ;) {
      const reclaimed = await this.transactions.inTransaction((sql) => this.reclaimSome(sql, checked));
      released += reclaimed.released;
      if (reclaimed.claims === CLAIMS_AT_ONCE) continue;
      if (reclaimed.busy === 0 || looks >= LOOKS_AT_BUSY) return released;
      looks += 1;
      await wait(LOOK_AGAIN_MS);
    }
  }

  private async reclaimSome(sql: Sql, checked: Checked): Promise<Reclaimed> {
    const { lockExpired, orphans, removeVoid } = STATEMENTS[checked.subject.name];
    const expired = await sql.query<ExpiredClaim>(lockExpired, [checked.stream]);
    const all = await sql.query<OrphanLock>(orphans, [checked.stream, expired.map(({ id }) => id)]);
    const busy = await this.busyClaims(sql, checked, all);
    const claims = expired.filter(({ id }) => !busy.has(id));
    const locks = all.filter(({ claim_id }) => !busy.has(claim_id));
    if (claims.length > 0) await sql.query(REMOVE_CLAIMS, [claims.map(({ id }) => id)]);
    if (locks.length === 0) return { claims: claims.length, released: 0, busy: busy.size };
    const released = await this.outcomes.release(
      sql,
      checked,
      { actorId: this.settings.SYSTEM_USER_ID, runId: null },
      locks.map((lock) => ({
        personId: lock.id,
        claimId: lock.claim_id,
        waitSeconds: null,
        error: null,
        messageId: null,
      })),
    );
    await sql.query(removeVoid, [
      checked.stream,
      locks.map(({ id }) => id),
      locks.map(({ claim_id }) => claim_id),
    ]);
    const back = locks.filter(({ id, claim_id }) => released.has(claimKeyOf(id, claim_id)));
    await this.subtractCounts(sql, claims, back);
    return { claims: claims.length, released: released.size, busy: busy.size };
  }

  /** Released persons no longer count as taken: a run counts them when it takes them again. */
  private async subtractCounts(
    sql: Sql,
    claims: readonly ExpiredClaim[],
    released: readonly OrphanLock[],
  ): Promise<void> {
    for (const { id, run_id: runId, worker } of claims) {
      if (runId === null || worker === null) continue;
      const counts = new RunCounts();
      counts.add('taken', -released.filter(({ claim_id }) => claim_id === id).length);
      await counts.save(sql, runId, worker);
    }
  }

  /** Claims with a row that somebody else locks. */
  private async busyClaims(
    sql: Sql,
    { subject }: Checked,
    locks: readonly OrphanLock[],
  ): Promise<ReadonlySet<string>> {
    if (locks.length === 0) return new Set();
    const statement = STATEMENTS[subject.name].lockFree;
    const rows = await sql.query<{ id: string }>(statement, [locks.map(({ id }) => id)]);
    const busy = new Set(rows.map(({ id }) => id));
    return new Set(locks.filter(({ id }) => busy.has(id)).map(({ claim_id }) => claim_id));
  }
}
