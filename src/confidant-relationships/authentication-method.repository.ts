import { Injectable } from '@nestjs/common';
import type { Sql, Statement } from '../database/transactions';

/** The confidant as a person's third person. */
export interface ThirdPersonMethod {
  readonly personId: string;
  readonly confidantPersonId: string;
  readonly alias: string | null;
  readonly endedAt: Date | null;
  readonly now: Date;
  readonly actorId: string;
}

/**
 * A method that holds gets the new end; only who has none gets one. That nobody else does the same meanwhile is kept by
 * the caller's locks on both persons. The end and the alias of a method would tell when the person was born and how his
 * family calls him: the audit log says that they were written, and not what.
 * $1 person, $2 confidant, $3 end, $4 now, $5 alias, $6 actor.
 */
const GIVE_THIRD_PERSON: Statement = {
  name: 'authentication_method_give_third_person',
  text: `
    WITH found AS (
      UPDATE mpi.person_authentication_methods
         SET ended_at = $3, updated_by = $6::uuid, updated_at = now()
       WHERE person_id = $1 AND type = 'THIRD_PERSON' AND value = $2
         AND is_active AND (ended_at IS NULL OR ended_at > $4)
      RETURNING id),
    made AS (
      INSERT INTO mpi.person_authentication_methods
        (person_id, type, value, alias, started_at, ended_at, is_active, inserted_by, updated_by)
      SELECT $1, 'THIRD_PERSON', $2, $5, $4, $3, true, $6::uuid, $6::uuid
       WHERE NOT EXISTS (SELECT FROM found)
      RETURNING id),
    ended AS (
      SELECT jsonb_build_object('new_value', CASE WHEN $3::timestamptz IS NOT NULL THEN '*' END) AS change)
    INSERT INTO mpi.audit_log (actor_id, resource, resource_id, changeset)
    SELECT $6::uuid, 'person_authentication_methods', found.id, jsonb_build_object('ended_at', ended.change)
      FROM found, ended
    UNION ALL
    SELECT $6::uuid, 'person_authentication_methods', made.id, jsonb_build_object(
             'person_id', jsonb_build_object('new_value', $1::uuid),
             'type', jsonb_build_object('new_value', 'THIRD_PERSON'),
             'value', jsonb_build_object('new_value', $2::uuid),
             'alias', jsonb_build_object('new_value', CASE WHEN $5::varchar IS NOT NULL THEN '*' END),
             'ended_at', ended.change,
             'is_active', jsonb_build_object('new_value', true))
      FROM made, ended`,
};

/** The only writer of `person_authentication_methods`. */
@Injectable()
export class AuthenticationMethodRepository {
  async giveThirdPerson(sql: Sql, method: ThirdPersonMethod): Promise<void> {
    await sql.query(GIVE_THIRD_PERSON, [
      method.personId,
      method.confidantPersonId,
      method.endedAt?.toISOString() ?? null,
      method.now.toISOString(),
      method.alias,
      method.actorId,
    ]);
  }
}
