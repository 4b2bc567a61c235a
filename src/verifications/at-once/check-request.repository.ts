import { randomUUID } from 'node:crypto';
import type { Sql, Transactions } from '../../database/transactions';
import type { RegisterStreamName } from '../../domain/verification/stream';
import { claimRequested, readRequest, REQUEST, settle, TAKE } from './check-request-statements';

/** Which check. */
export interface RequestedCheck {
  readonly personId: string;
  readonly stream: RegisterStreamName;
}

/** A request in the hands of a worker. Another one may get it when the first seems dead; the claim decides then. */
export interface TakenRequest extends RequestedCheck {
  readonly id: string;
}

/** How a check that was asked for stands. */
export type CheckState = 'waiting' | 'asking' | 'done' | 'failed';

/** A check that was asked for, as it is told. */
export interface CheckRequestRow {
  readonly stream: RegisterStreamName;
  readonly state: CheckState;
  readonly requested_at: Date;
  readonly requested_by: string;
  readonly ended_at: Date | null;
  /** Kind of the technical error of a failed one: a code, no words of the register. */
  readonly error: string | null;
  /** Technical errors in a row, those of later sweeps included. */
  readonly attempts: number;
  /** From when the timetable takes the person again after a technical error. */
  readonly next_try_at: Date | null;
}

/** For whom the person is claimed. */
export interface RequestClaimant {
  readonly worker: string;
  readonly leaseSeconds: number;
  readonly actorId: string;
}

/** A person under a claim of his own. */
export interface OneClaimed {
  readonly claimId: string;
  readonly attempts: number;
  /** Clock of the database in milliseconds. */
  readonly nowMs: number;
}

/** The checks that somebody waits for, which are the jobs too. Times are those of the database. */
export class CheckRequestRepository {
  constructor(private readonly transactions: Transactions) {}

  /** In the transaction that began the stream again, with the person's row locked. */
  async request(sql: Sql, { personId, stream }: RequestedCheck, userId: string): Promise<void> {
    await sql.query(REQUEST, [personId, stream, userId]);
  }

  /** Undefined when nobody ever asked for the check. */
  async read(
    { personId, stream }: RequestedCheck,
    sql: Sql = this.transactions,
  ): Promise<CheckRequestRow | undefined> {
    const [row] = await sql.query<CheckRequestRow & Record<string, unknown>>(readRequest(stream), [
      personId,
      stream,
    ]);
    return row;
  }

  /** Takes what has waited longest to be looked at. */
  async take(leaseSeconds: number): Promise<TakenRequest | undefined> {
    const [row] = await this.transactions.query<{
      id: string;
      person_id: string;
      stream: RegisterStreamName;
    }>(TAKE, [leaseSeconds]);
    return row === undefined ? undefined : { id: row.id, personId: row.person_id, stream: row.stream };
  }

  /** Ends the request if the stream tells that it is over; else gives after how many milliseconds to look again. */
  async settle({ id, stream }: TakenRequest): Promise<number | null> {
    const [row] = await this.transactions.query<{ again_in_ms: string | null }>(settle(stream), [id]);
    const againInMs = row?.again_in_ms ?? null;
    return againInMs === null ? null : Number(againInMs);
  }

  /** Takes the person for review; undefined when he is not to be had now. */
  async claim(
    { personId, stream }: RequestedCheck,
    { worker, leaseSeconds, actorId }: RequestClaimant,
  ): Promise<OneClaimed | undefined> {
    const claimId = randomUUID();
    const [row] = await this.transactions.query<{ attempts: number; now_ms: string }>(
      claimRequested(stream),
      [...[claimId, personId, stream, worker, leaseSeconds, actorId]],
    );
    return row === undefined ? undefined : { claimId, attempts: row.attempts, nowMs: Number(row.now_ms) };
  }
}
