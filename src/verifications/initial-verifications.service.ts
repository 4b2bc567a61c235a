import { Injectable } from '@nestjs/common';
import type { Sql, Statement } from '../database/transactions';
import { cumulativeStatusOf } from '../domain/verification/cumulative-status.rules';
import {
  type InitialStatus,
  type InitialStatuses,
  initialStatusesOf,
  type SignUpFacts,
  type SignUpParameters,
} from '../domain/verification/initial-status.rules';
import { STREAMS, type StreamName } from '../domain/verification/stream';
import { recordPersonChanges, type StreamChange } from './status-change.repository';

/** A person whose row was written in this transaction, and what the rules know of him. */
export interface NewPersonFacts {
  readonly personId: string;
  readonly facts: SignUpFacts;
  readonly parameters: SignUpParameters;
  readonly actorId: string;
  readonly now: Date;
}

/** A column of a stream, and what it holds in the beginning. */
interface InitialColumn {
  readonly name: string;
  readonly valueIn: (initial: InitialStatuses, now: Date) => unknown;
}

/** Acts of a change of name are fed to this stream; it is never refuted, and has no column for the moment of it. */
const NEVER_REFUTED: StreamName = 'dracs_name_change';

const COLUMNS: readonly InitialColumn[] = STREAMS.flatMap((stream) => [
  column(stream, 'verification_status', ({ verificationStatus }) => verificationStatus),
  column(stream, 'verification_reason', ({ verificationReason }) => verificationReason),
  ...(stream === NEVER_REFUTED
    ? []
    : [column(stream, 'unverified_at', ({ unverifiedAt }, now) => (unverifiedAt === 'now' ? now : null))]),
]);

/** $1 person, $2 actor, then the columns of the streams. Everybody alive waits for the online search among acts of death. */
const BEGIN: Statement = {
  name: 'begin_verifications',
  text: `
    INSERT INTO mpi.person_verifications
      (person_id, inserted_by, updated_by, dracs_death_online_status, ${COLUMNS.map(({ name }) => name).join(', ')})
    VALUES ($1::uuid, $2::uuid, $2::uuid, 'READY', ${COLUMNS.map((_, index) => `$${index + 3}`).join(', ')})`,
};

/**
 * How all nine streams of a new person begin, and what they add up to. Called in the transaction of whoever wrote the
 * person, after his documents: from the commit on the timetable may take him.
 */
@Injectable()
export class InitialVerifications {
  async run(sql: Sql, { personId, facts, parameters, actorId, now }: NewPersonFacts): Promise<void> {
    const initial = initialStatusesOf(facts, parameters);
    await sql.query(BEGIN, [personId, actorId, ...COLUMNS.map(({ valueIn }) => valueIn(initial, now))]);
    const streams = STREAMS.map((stream) => initial[stream].verificationStatus);
    const after = cumulativeStatusOf({ current: null, streams });
    await recordPersonChanges(
      sql,
      { actorId, runId: null },
      {
        changes: STREAMS.map((stream) => beginningOf(personId, stream, initial[stream])),
        sums: [{ id: personId, before: null, after }],
      },
    );
  }
}

function column(
  stream: StreamName,
  suffix: string,
  valueOf: (initial: InitialStatus, now: Date) => unknown,
): InitialColumn {
  return { name: `${stream}_${suffix}`, valueIn: (initial, now) => valueOf(initial[stream], now) };
}

function beginningOf(personId: string, stream: StreamName, initial: InitialStatus): StreamChange {
  const { row, verificationStatus, verificationReason } = initial;
  return {
    id: personId,
    stream,
    row,
    before: null,
    after: { verificationStatus, verificationReason },
    claimId: null,
    messageId: null,
    durationMs: null,
  };
}
