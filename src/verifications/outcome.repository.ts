import type { Sql, Statement } from '../database/transactions';
import type { RegisterStreamName } from '../domain/verification/stream';
import type { StreamPair } from '../domain/verification/status';
import { type ChangedPerson, changedPerson, type ChangedRow } from './changed-row';
import type { Held } from './claim.repository';
import type { Decision } from './decide-outcome';
import { applyDecided, beginAgain, giveBack, lockRows, refuteHolders } from './outcome-statements';
import { PERSONS } from './subject';

/** A decision about a person under a claim. */
export interface DecidedHeld {
  readonly held: Held;
  readonly decision: Decision;
}

/** A person who goes back as before the lock; with a wait after a technical error, without one otherwise. */
export interface GivenBack {
  readonly held: Pick<Held, 'claimId'> & { readonly facts: { readonly personId: string } };
  readonly waitSeconds: number | null;
  readonly error: string | null;
  readonly messageId: string | null;
}

/** Another holder of a refuted document. */
export interface RefutedHolder {
  readonly id: string;
  readonly dataId: string | null;
  readonly dataStatus: number;
  readonly reason: string;
}

/** One person under one claim. Under another claim he is held a second time, and that is another matter. */
export const holdOf = (personId: string, claimId: string | null): string => `${personId} ${claimId}`;

/** Guarded writes to verifications. Every one is sent after the rows were locked, and finds them as they are. */
export class OutcomeRepository {
  private readonly lockRows: Statement;

  constructor(readonly subject = PERSONS) {
    this.lockRows = lockRows(subject);
  }

  /** Locks the rows in the common order; gives back whom it found. */
  async lock(sql: Sql, ids: readonly string[]): Promise<readonly string[]> {
    const rows = await sql.query<{ id: string }>(this.lockRows, [[...new Set(ids)]]);
    return rows.map((row) => row.id);
  }

  /** S4–S7: writes what is still under its claim. */
  async applyDecided(
    sql: Sql,
    { stream, actorId }: { readonly stream: RegisterStreamName; readonly actorId: string },
    decided: readonly DecidedHeld[],
  ): Promise<readonly ChangedPerson[]> {
    if (decided.length === 0) return [];
    const rows = await sql.query<ChangedRow>(applyDecided(stream, this.subject), [
      stream,
      actorId,
      decided.map(({ held }) => held.facts.personId),
      decided.map(({ held }) => held.claimId),
      decided.map(({ decision }) => decision.after.verificationStatus),
      decided.map(({ decision }) => decision.after.verificationReason),
      decided.map(({ decision }) => decision.dataId),
      decided.map(({ decision }) => decision.dataStatus),
      decided.map(({ decision }) => decision.synced),
      decided.map(({ decision }) => decision.refuted),
    ]);
    return rows.map((row) => changedPerson(row, this.subject));
  }

  /** S9, S11: puts back what is still under its claim; gives those put back as `holdOf`. */
  async giveBack(
    sql: Sql,
    { stream, actorId, runId }: { stream: RegisterStreamName; actorId: string; runId: string | null },
    given: readonly GivenBack[],
  ): Promise<ReadonlySet<string>> {
    if (given.length === 0) return new Set();
    const rows = await sql.query<{ id: string; claim_id: string }>(giveBack(stream, this.subject), [
      stream,
      actorId,
      runId,
      given.map(({ held }) => held.facts.personId),
      given.map(({ held }) => held.claimId),
      given.map(({ waitSeconds }) => waitSeconds),
      given.map(({ error }) => error),
      given.map(({ messageId }) => messageId),
    ]);
    return new Set(rows.map((row) => holdOf(row.id, row.claim_id)));
  }

  /** S8: refutes the stream of locked holders who are active and not in review. */
  async refuteHolders(
    sql: Sql,
    { stream, actorId }: { readonly stream: RegisterStreamName; readonly actorId: string },
    holders: readonly RefutedHolder[],
  ): Promise<readonly ChangedPerson[]> {
    if (holders.length === 0) return [];
    const rows = await sql.query<ChangedRow>(refuteHolders(stream, this.subject), [
      stream,
      actorId,
      holders.map(({ id }) => id),
      holders.map(({ dataId }) => dataId),
      holders.map(({ dataStatus }) => dataStatus),
      holders.map(({ reason }) => reason),
    ]);
    return rows.map((row) => changedPerson(row, this.subject));
  }

  /** S1, S2, S10: begins the stream of one locked person or party again; undefined when there is no row. */
  async beginAgain(
    sql: Sql,
    { stream, actorId, personId }: { stream: RegisterStreamName; actorId: string; personId: string },
    after: StreamPair,
  ): Promise<ChangedPerson | undefined> {
    const [row] = await sql.query<ChangedRow>(beginAgain(stream, this.subject), [
      stream,
      actorId,
      personId,
      after.verificationStatus,
      after.verificationReason,
    ]);
    return row === undefined ? undefined : changedPerson(row, this.subject);
  }
}
