import { Injectable } from '@nestjs/common';
import type { Sql } from '../../database/transactions';
import { agedRows, type Retention, type OldRows } from '../../database/old-rows';

/** The person and the user that a signed content led to. */
export interface RememberedSignUp {
  readonly contentSha256: string;
  readonly personId: string;
  readonly userId: string;
}

/** Not a person deactivated since: a new sign-up registers a new person. */
const PERSON_OF_CONTENT = {
  name: 'sign_up_person_of_content',
  text: `
    SELECT s.person_id FROM mpi.sign_ups s
      JOIN mpi.persons p ON p.id = s.person_id AND p.status = 'active' AND p.is_active
     WHERE s.content_sha256 = $1::varchar`,
};

const REMEMBER = {
  name: 'sign_up_remember',
  text: `
    INSERT INTO mpi.sign_ups (content_sha256, person_id, user_id) VALUES ($1::varchar, $2::uuid, $3::uuid)
    ON CONFLICT (content_sha256) DO UPDATE
      SET person_id = excluded.person_id, user_id = excluded.user_id, updated_at = now()
      WHERE (sign_ups.person_id, sign_ups.user_id) IS DISTINCT FROM (excluded.person_id, excluded.user_id)`,
};

/** Which signed content led to which person, so the same content sent again finds them. */
@Injectable()
export class SignUpRepository {
  async personOf(sql: Sql, contentSha256: string): Promise<string | undefined> {
    const [row] = await sql.query<{ person_id: string }>(PERSON_OF_CONTENT, [contentSha256]);
    return row?.person_id;
  }

  async remember(sql: Sql, { contentSha256, personId, userId }: RememberedSignUp): Promise<void> {
    await sql.query(REMEMBER, [contentSha256, personId, userId]);
  }
}

/** Sign-ups whose signed content cannot be sent again, because its signature is too old by then. */
export function oldSignUps(keeping: Retention): OldRows {
  return agedRows({ ...keeping, schema: 'mpi', table: 'sign_ups', ageColumn: 'updated_at' });
}
