import { Injectable } from '@nestjs/common';
import {
  type CumulativeStatus,
  STREAMS,
  type StreamName,
  type StreamReason,
  type StreamStatus,
} from '../../domain/verification/stream';
import { RETRY_KINDS, type RetryKind } from '../../domain/verification/technical-error';
import {
  CheckRequestService,
  type CheckRequestRow,
  type CheckState,
  isUnderWay,
  type VerificationDetails,
  VerificationReader,
} from '../../verifications';

/** A check that an official asked for at once. */
export interface RequestedCheckState {
  readonly state: CheckState;
  readonly requestedAt: Date;
  readonly endedAt: Date | null;
  /** Why it failed; undefined when it did not. */
  readonly error: RetryKind | 'person_not_active' | undefined;
  readonly nextTryAt: Date | null;
}

/** One stream of a person. */
export interface StreamRow {
  readonly stream: StreamName;
  readonly status: StreamStatus;
  readonly reason: StreamReason;
  readonly comment: string | null;
  readonly unverifiedAt: Date | null;
  /** Of a register: 1 found, 0 not found. */
  readonly answer: number | null;
  /** The code that the register of taxpayers returned. */
  readonly result: number | null;
  readonly answeredAt: Date | null;
  readonly check: RequestedCheckState | undefined;
}

/** The verification of a person, the same for everybody who looks. */
export interface PersonChecks {
  readonly cumulative: CumulativeStatus | null;
  readonly streams: readonly StreamRow[];
  /** A check that somebody asked for waits or is being made. */
  readonly isUnderWay: boolean;
}

/** What the page of a person shows of their verification. */
@Injectable()
export class PersonChecksReader {
  constructor(
    private readonly verifications: VerificationReader,
    private readonly checks: CheckRequestService,
  ) {}

  /** Undefined for a person whose verification was never written. */
  async of(personId: string): Promise<PersonChecks | undefined> {
    // Before the streams: a check that is done is never shown beside the status before its answer.
    const requested = await this.checks.ofPerson(personId);
    const details = (await this.verifications.detailsOfAll([personId])).get(personId);
    if (details === undefined) return undefined;
    const checks = new Map<StreamName, CheckRequestRow>(requested.map((check) => [check.stream, check]));
    return {
      cumulative: details.verification_status as CumulativeStatus | null,
      streams: STREAMS.map((stream) => rowOf(stream, details, checks.get(stream))),
      isUnderWay: [...checks.values()].some(({ state }) => isUnderWay(state)),
    };
  }
}

/** What a stream has of the columns of all streams. */
interface StreamColumns {
  readonly verification_status: StreamStatus;
  readonly verification_reason: StreamReason;
  readonly verification_comment?: string | null;
  readonly unverified_at?: Date | null;
  readonly status?: number | null;
  readonly result?: number | null;
  readonly synced_at?: Date | null;
}

function rowOf(
  stream: StreamName,
  { details }: VerificationDetails,
  check: CheckRequestRow | undefined,
): StreamRow {
  const columns = details[stream] as unknown as StreamColumns;
  return {
    stream,
    status: columns.verification_status,
    reason: columns.verification_reason,
    comment: columns.verification_comment ?? null,
    unverifiedAt: columns.unverified_at ?? null,
    answer: columns.status ?? null,
    result: columns.result ?? null,
    answeredAt: columns.synced_at ?? null,
    check: check && checkOf(check),
  };
}

function checkOf({ state, error, ...times }: CheckRequestRow): RequestedCheckState {
  const known = [...RETRY_KINDS, 'person_not_active' as const].find((kind) => kind === error);
  return {
    state,
    requestedAt: times.requested_at,
    endedAt: times.ended_at,
    error: state === 'failed' ? (known ?? 'not_processed') : undefined,
    nextTryAt: times.next_try_at,
  };
}
