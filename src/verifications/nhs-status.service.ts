import { Injectable } from '@nestjs/common';
import { PersonVerification } from '../database/mpi/person-verification.entity';
import { type Sql, type Statement, Transactions } from '../database/transactions';
import { Refusal } from '../domain/refusal';
import { refuseUnlessSeen } from '../domain/seen-status';
import {
  movesByOfficial,
  type NhsMove,
  type NhsRowName,
  type NhsStatusRow,
  nextNhsStatusByOfficial,
} from '../domain/verification/nhs-status.rules';
import type { StreamPair, StreamReason, StreamStatus } from '../domain/verification/stream';
import type { UncheckedInput } from '../http';
import type { NhsMoveDto } from './admin/verification.dto';
import { PersonCardRepository } from './person-card.repository';
import {
  type ChangedPerson,
  changedPerson,
  type ChangedRow,
  returningStatuses,
  selectChanged,
  StatusChangeRepository,
  WITHOUT_CALL,
} from './status-change.repository';
import { PERSONS } from './subject';

export interface NhsMoveAsked {
  readonly personId: string;
  /** The official. */
  readonly actorId: string;
  /** Status and comment as they were sent, checked after the person: that is the published order. */
  readonly asked: UncheckedInput<NhsMoveDto>;
  /** What the official saw, by `seenStatus`; refused when it is something else now. */
  readonly seen?: string | undefined;
}

/** An allowed move. */
interface NhsChange {
  readonly personId: string;
  readonly actorId: string;
  readonly row: NhsStatusRow;
  readonly comment: string | null;
}

/** A change that an official may make now. */
export interface PossibleMove {
  readonly row: NhsRowName;
  readonly verification_status: StreamStatus;
  readonly verification_reason: StreamReason;
  /** The effect on the comment; `required`: the official must write one. */
  readonly comment: NhsStatusRow['comment'];
}

/** The manual stream of a person, and what may be done now: nothing if the person is not active. */
export interface PossibleMoves {
  readonly verification_status: StreamStatus;
  readonly verification_reason: StreamReason;
  readonly moves: readonly PossibleMove[];
}

/** $1 stream, $2 person, $3 actor, $4 status, $5 reason, $6 rule for the time, $7 rule for the comment, $8 comment. */
const MOVE: Statement = {
  name: 'nhs_move',
  text: `
    WITH before AS (
      SELECT person_id, nhs_verification_status AS status_before, nhs_verification_reason AS reason_before
        FROM mpi.person_verifications WHERE person_id = $2::uuid),
    changed AS (
      UPDATE mpi.person_verifications AS v
         SET nhs_verification_status = $4::varchar, nhs_verification_reason = $5::varchar,
             nhs_unverified_at = CASE $6::varchar WHEN 'keep' THEN v.nhs_unverified_at WHEN 'now' THEN now() END,
             nhs_verification_comment =
               CASE $7::varchar WHEN 'keep' THEN v.nhs_verification_comment WHEN 'required' THEN $8::varchar END,
             updated_at = now(), updated_by = $3::uuid
        FROM before WHERE v.person_id = before.person_id
      RETURNING ${returningStatuses(PERSONS)}, before.status_before, before.reason_before)
    ${selectChanged(PERSONS)}`,
};

/** The stream `nhs` of a person in `person_verifications`. Change it only after the row was locked. */
@Injectable()
export class NhsStatusRepository {
  /** Null if the person has no row of verifications. */
  async current(sql: Sql, personId: string): Promise<StreamPair | null> {
    const row = await sql.repository(PersonVerification).findOneBy({ personId });
    if (row === null) return null;
    const { verificationStatus, verificationReason } = row.nhs;
    return { verificationStatus, verificationReason };
  }

  async move(sql: Sql, { personId, actorId, row, comment }: NhsChange): Promise<ChangedPerson> {
    const { verificationStatus, verificationReason, unverifiedAt } = row;
    const pair = [verificationStatus, verificationReason];
    const values = ['nhs', personId, actorId, ...pair, unverifiedAt, row.comment, comment];
    const [changed] = await sql.query<ChangedRow>(MOVE, values);
    if (changed === undefined) throw new Error('A locked row of verifications is gone.');
    return changedPerson(changed, PERSONS);
  }
}

/** Rows N4–N6: an official takes a person into work, accepts them or rejects them. */
@Injectable()
export class NhsStatusService {
  constructor(
    private readonly transactions: Transactions,
    private readonly persons: PersonCardRepository,
    private readonly statuses: NhsStatusRepository,
    private readonly statusChanges: StatusChangeRepository,
  ) {}

  /** The changes that `move` would accept now. Refuses if the person, or their row of verifications, does not exist. */
  async possibleMoves(personId: string): Promise<PossibleMoves> {
    const isActive = await this.persons.isActive(personId);
    const before = await this.statuses.current(this.transactions, personId);
    if (before === null) throw new Refusal('verification_not_found');
    const rows = isActive ? movesByOfficial(before) : [];
    return {
      verification_status: before.verificationStatus,
      verification_reason: before.verificationReason,
      moves: rows.map(({ row, verificationStatus, verificationReason, comment }) => ({
        row,
        verification_status: verificationStatus,
        verification_reason: verificationReason,
        comment,
      })),
    };
  }

  /** Refuses in the published order; a refusal changes nothing. */
  move({ personId, actorId, asked, seen }: NhsMoveAsked): Promise<void> {
    return this.transactions.inTransaction(async (sql) => {
      await this.persons.lockActive(sql, personId);
      const { status, comment: sent } = await asked.validated();
      const before = await this.statuses.current(sql, personId);
      if (before === null) throw new Error('A locked row of verifications is gone.');
      refuseUnlessSeen(seen, before);
      const row = allowed(nextNhsStatusByOfficial(before, status), {
        from: before.verificationStatus,
        to: status,
      });
      // A blank comment counts as none.
      const comment = sent?.trim() ? sent.trim() : null;
      if (row.comment === 'required' && comment === null) throw new Refusal('comment_required');
      const { sum } = await this.statuses.move(sql, { personId, actorId, row, comment });
      const { verificationStatus, verificationReason } = row;
      const after: StreamPair = { verificationStatus, verificationReason };
      await this.statusChanges.record(
        sql,
        PERSONS,
        { actorId, runId: null },
        {
          changes: [{ id: personId, stream: 'nhs', row: row.row, before, after, ...WITHOUT_CALL }],
          sums: [sum],
        },
      );
    });
  }
}

function allowed(move: NhsMove, words: { readonly from: string; readonly to: string }): NhsStatusRow {
  if (move.allowed) return move.row;
  throw new Refusal(move.code, move.code === 'status_change_refused' ? { words } : {});
}
