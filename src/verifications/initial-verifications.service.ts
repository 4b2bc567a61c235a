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
import { StatusChangeRepository, type StreamChange, WITHOUT_CALL } from './status-change.repository';
import { PERSONS } from './subject';

/** A person whose row was written in this transaction, and the facts for the rules. */
export interface NewPersonFacts {
  readonly personId: string;
  readonly facts: SignUpFacts;
  readonly parameters: SignUpParameters;
  readonly actorId: string;
  readonly now: Date;
}

/** A column of a stream, and its initial value. */
interface InitialColumn {
  readonly name: string;
  readonly valueIn: (initial: InitialStatuses, now: Date) => unknown;
}

/** This stream receives records of name changes; it is never refuted, and has no column for the time. */
const NEVER_REFUTED: StreamName = 'dracs_name_change';

const COLUMNS: readonly InitialColumn[] = STREAMS.flatMap((stream) => [
  column(stream, 'verification_status', ({ verificationStatus }) => verificationStatus),
  column(stream, 'verification_reason', ({ verificationReason }) => verificationReason),
  ...(stream === NEVER_REFUTED
    ? []
    : [column(stream, 'unverified_at', ({ unverifiedAt }, now) => (unverifiedAt === 'now' ? now : null))]),
]);

/** $1 person, $2 actor, then the columns of the streams. Everybody is ready for the online search in death records. */
const INSERT: Statement = {
  name: 'begin_verifications',
  text: `
    INSERT INTO mpi.person_verifications
      (person_id, inserted_by, updated_by, dracs_death_online_status, ${COLUMNS.map(({ name }) => name).join(', ')})
    VALUES ($1::uuid, $2::uuid, $2::uuid, 'READY', ${COLUMNS.map((_, index) => `$${index + 3}`).join(', ')})`,
};

/**
 * Writes the initial status of all nine streams of a new person, and the cumulative status. Called in the transaction
 * that inserts the person, after the documents: after the commit the jobs may claim the person.
 */
@Injectable()
export class InitialVerifications {
  constructor(private readonly statusChanges: StatusChangeRepository) {}

  async create(sql: Sql, { personId, facts, parameters, actorId, now }: NewPersonFacts): Promise<void> {
    const initial = initialStatusesOf(facts, parameters);
    await sql.query(INSERT, [personId, actorId, ...COLUMNS.map(({ valueIn }) => valueIn(initial, now))]);
    const streams = STREAMS.map((stream) => initial[stream].verificationStatus);
    const after = cumulativeStatusOf({ current: null, streams });
    await this.statusChanges.record(
      sql,
      PERSONS,
      { actorId, runId: null },
      {
        changes: STREAMS.map((stream) => initialChange(personId, stream, initial[stream])),
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

function initialChange(personId: string, stream: StreamName, initial: InitialStatus): StreamChange {
  const { row, verificationStatus, verificationReason } = initial;
  return {
    id: personId,
    stream,
    row,
    before: null,
    after: { verificationStatus, verificationReason },
    ...WITHOUT_CALL,
  };
}
