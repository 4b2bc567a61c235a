import { z } from 'zod';
import type { Transactions, Sql, Statement } from '../database/transactions';
import { Refusal } from '../domain/refusal';
import {
  type NhsMove,
  nextNhsStatusByOfficial,
  type NhsStatusRow,
} from '../domain/verification/nhs-status.rules';
import { STREAM_STATUSES, type StreamPair } from '../domain/verification/stream';
import { parseBody, text } from '../http';
import { lockActivePerson, type PersonsAtHand } from './stream-restart.service';
import {
  recordPersonChanges,
  type ChangedPerson,
  changedPerson,
  type ChangedRow,
  returningStatuses,
  selectChanged,
} from './status-change.repository';
import { PERSONS } from './subject';

/** A reason in a few sentences; the limit is ours, the published column has none. */
const LONGEST_COMMENT = 1_000;

/** What an official may ask for. */
export const NHS_MOVE = z.strictObject({
  status: z.enum(STREAM_STATUSES),
  comment: text({ least: 0, most: LONGEST_COMMENT }).nullish(),
});

export interface NhsMoveAsked {
  readonly personId: string;
  /** The official. */
  readonly actorId: string;
  /** Status and comment as they were sent: the published order looks at the person first. */
  readonly asked: unknown;
}

/** Rows N4–N6: an official takes a person into work, accepts him or rejects him. */
export class NhsStatusService {
  constructor(
    private readonly transactions: Transactions,
    private readonly persons: PersonsAtHand,
    private readonly streams: NhsStatusRepository,
  ) {}

  /** Refuses in the published order; a refusal leaves everything as it was. */
  run({ personId, actorId, asked }: NhsMoveAsked): Promise<void> {
    return this.transactions.inTransaction(async (sql) => {
      await lockActivePerson(sql, personId, this.persons);
      const { status, comment: written } = parseBody(NHS_MOVE, asked);
      const before = await this.streams.standing(sql, personId);
      const row = allowed(nextNhsStatusByOfficial(before, status), {
        from: before.verificationStatus,
        to: status,
      });
      // Blanks are no reason that anybody could read.
      const comment = written?.trim() ? written.trim() : null;
      if (row.comment === 'required' && comment === null) throw new Refusal('comment_required');
      const { sum } = await this.streams.move(sql, { personId, actorId, row, comment });
      const after: StreamPair = {
        verificationStatus: row.verificationStatus,
        verificationReason: row.verificationReason,
      };
      const nothing = { claimId: null, messageId: null, durationMs: null };
      await recordPersonChanges(
        sql,
        { actorId, runId: null },
        {
          changes: [{ id: personId, stream: 'nhs', row: row.row, before, after, ...nothing }],
          sums: [sum],
        },
      );
    });
  }
}

function allowed(move: NhsMove, words: { readonly from: string; readonly to: string }) {
  if (move.allowed) return move.row;
  throw new Refusal(move.code, move.code === 'status_change_refused' ? { words } : {});
}

/** A move of the manual stream that was allowed. */
export interface NhsChange {
  readonly personId: string;
  readonly actorId: string;
  readonly row: NhsStatusRow;
  readonly comment: string | null;
}

const STANDING: Statement = {
  name: 'nhs_standing',
  text: `
    SELECT nhs_verification_status AS "verificationStatus", nhs_verification_reason AS "verificationReason"
      FROM mpi.person_verifications WHERE person_id = $1::uuid`,
};

/** $1 stream, $2 person, $3 actor, $4 status, $5 reason, $6 what becomes of the moment, $7 of the comment, $8 comment. */
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

/** The manual stream in `person_verifications`. Both statements are sent after the row was locked. */
export class NhsStatusRepository {
  async standing(sql: Sql, personId: string): Promise<StreamPair> {
    const [pair] = await sql.query<StreamPair & Record<string, unknown>>(STANDING, [personId]);
    if (pair === undefined) throw new Error('A row of verifications that was locked is gone.');
    return pair;
  }

  async move(sql: Sql, { personId, actorId, row, comment }: NhsChange): Promise<ChangedPerson> {
    const { verificationStatus, verificationReason } = row;
    const [changed] = await sql.query<ChangedRow>(MOVE, [
      'nhs',
      personId,
      actorId,
      verificationStatus,
      verificationReason,
      row.unverifiedAt,
      row.comment,
      comment,
    ]);
    if (changed === undefined) throw new Error('A row of verifications that was locked is gone.');
    return changedPerson(changed);
  }
}
