import { Injectable } from '@nestjs/common';
import { PersonVerification } from '../database/mpi/person-verification.entity';
import { insertRows, type Sql } from '../database/transactions';
import { cumulativeStatusOf } from '../domain/verification/cumulative-status.rules';
import {
  type InitialStatus,
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

/** The property of each stream in the entity. */
const PROPERTY_OF = {
  nhs: 'nhs',
  drfo: 'drfo',
  dracs_death: 'dracsDeath',
  dracs_birth: 'dracsBirth',
  dracs_name_change: 'dracsNameChange',
  legal_capacity: 'legalCapacity',
  unzr: 'unzr',
  mvs_passport: 'mvsPassport',
  dms_passport: 'dmsPassport',
} as const satisfies Record<StreamName, keyof PersonVerification>;

/**
 * Writes the initial status of all nine streams of a new person, and the cumulative status. Called in the transaction
 * that inserts the person, after the documents: after the commit the jobs may claim the person.
 */
@Injectable()
export class InitialVerifications {
  constructor(private readonly statusChanges: StatusChangeRepository) {}

  async create(sql: Sql, { personId, facts, parameters, actorId, now }: NewPersonFacts): Promise<void> {
    const initial = initialStatusesOf(facts, parameters);
    const columns = STREAMS.map((stream) => [PROPERTY_OF[stream], columnsOf(initial[stream], now)] as const);
    await insertRows(sql, PersonVerification, [
      {
        personId,
        insertedBy: actorId,
        updatedBy: actorId,
        ...Object.fromEntries(columns),
        // Everybody is ready for the online search in death records.
        dracsDeath: { ...columnsOf(initial.dracs_death, now), onlineStatus: 'READY' },
      },
    ]);
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

/** The stream of name changes has no `unverified_at`; TypeORM ignores properties without a column. */
function columnsOf({ verificationStatus, verificationReason, unverifiedAt }: InitialStatus, now: Date) {
  return { verificationStatus, verificationReason, unverifiedAt: unverifiedAt === 'now' ? now : null };
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
