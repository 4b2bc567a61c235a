import type { Sql, Statement } from '../database/transactions';
import type { NhsStatusRow } from '../domain/verification/nhs-status.table';
import type { StreamPair } from '../domain/verification/status';
import {
  type ChangedPerson,
  changedPerson,
  type ChangedRow,
  returningStatuses,
  selectChanged,
} from './changed-row';
import { PERSONS } from './subject';

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
