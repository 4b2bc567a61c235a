import type { Sql } from '../database/transactions';
import { cumulativeStatusOf } from '../domain/verification/cumulative-status';
import type { RegisterStreamName } from '../domain/verification/stream';
import type { StreamPair } from '../domain/verification/status';
import type { Held } from './claim.repository';
import type { Decision } from './decide-outcome';
import { applyDecided, beginAgain, giveBack, LOCK_PERSONS, refuteHolders } from './outcome-statements';
import type { SumChange } from './record-changes';
import { type ChangedPersonRow, countedStatuses } from './streams-of-person';

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

/** A row that was changed: what stood before, and the sum of all streams before and after. */
export interface ChangedPerson {
  readonly id: string;
  /** The claim under which it was decided; null when it was decided under none. */
  readonly claimId: string | null;
  readonly before: StreamPair;
  readonly sum: SumChange;
}

/** One person under one claim. Under another claim he is held a second time, and that is another matter. */
export const holdOf = (personId: string, claimId: string | null): string => `${personId} ${claimId}`;

/** Guarded writes to `person_verifications`. Every one is sent after the rows were locked, and finds them as they are. */
export class OutcomeRepository {
  /** Locks the rows in the common order; gives back whom it found. */
  async lock(sql: Sql, personIds: readonly string[]): Promise<readonly string[]> {
    const rows = await sql.rows<{ person_id: string }>(LOCK_PERSONS, [[...new Set(personIds)]]);
    return rows.map((row) => row.person_id);
  }

  /** S4–S7: writes what is still under its claim. */
  async applyDecided(
    sql: Sql,
    { stream, actorId }: { readonly stream: RegisterStreamName; readonly actorId: string },
    decided: readonly DecidedHeld[],
  ): Promise<readonly ChangedPerson[]> {
    if (decided.length === 0) return [];
    const rows = await sql.rows<ChangedPersonRow>(applyDecided(stream), [
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
    return rows.map(changedPerson);
  }

  /** S9, S11: puts back what is still under its claim; gives those put back as `holdOf`. */
  async giveBack(
    sql: Sql,
    { stream, actorId, runId }: { stream: RegisterStreamName; actorId: string; runId: string | null },
    given: readonly GivenBack[],
  ): Promise<ReadonlySet<string>> {
    if (given.length === 0) return new Set();
    const rows = await sql.rows<{ person_id: string; claim_id: string }>(giveBack(stream), [
      stream,
      actorId,
      runId,
      given.map(({ held }) => held.facts.personId),
      given.map(({ held }) => held.claimId),
      given.map(({ waitSeconds }) => waitSeconds),
      given.map(({ error }) => error),
      given.map(({ messageId }) => messageId),
    ]);
    return new Set(rows.map((row) => holdOf(row.person_id, row.claim_id)));
  }

  /** S8: refutes the stream of locked holders who are active and not in review. */
  async refuteHolders(
    sql: Sql,
    { stream, actorId }: { readonly stream: RegisterStreamName; readonly actorId: string },
    holders: readonly RefutedHolder[],
  ): Promise<readonly ChangedPerson[]> {
    if (holders.length === 0) return [];
    const rows = await sql.rows<ChangedPersonRow>(refuteHolders(stream), [
      stream,
      actorId,
      holders.map(({ id }) => id),
      holders.map(({ dataId }) => dataId),
      holders.map(({ dataStatus }) => dataStatus),
      holders.map(({ reason }) => reason),
    ]);
    return rows.map(changedPerson);
  }

  /** S1, S2, S10: begins the stream of one locked person again; undefined when there is no row. */
  async beginAgain(
    sql: Sql,
    { stream, actorId, personId }: { stream: RegisterStreamName; actorId: string; personId: string },
    after: StreamPair,
  ): Promise<ChangedPerson | undefined> {
    const [row] = await sql.rows<ChangedPersonRow>(beginAgain(stream), [
      stream,
      actorId,
      personId,
      after.verificationStatus,
      after.verificationReason,
    ]);
    return row === undefined ? undefined : changedPerson(row);
  }
}

/** A changed row as the records tell it, with the sum that follows from it. */
export function changedPerson(row: ChangedPersonRow): ChangedPerson {
  const before = row.cumulative_before;
  return {
    id: row.person_id,
    claimId: row.claim_id ?? null,
    before: { verificationStatus: row.status_before, verificationReason: row.reason_before },
    sum: {
      id: row.person_id,
      before,
      after: cumulativeStatusOf({ standing: before, streams: countedStatuses(row) }),
    },
  };
}
