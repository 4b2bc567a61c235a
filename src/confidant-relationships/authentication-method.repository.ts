import { Injectable } from '@nestjs/common';
import type { Sql, Statement } from '../database/transactions';
import type { ConfidantFacts } from '../domain/confidant/relationship.rules';
import type { CumulativeStatus } from '../domain/verification/stream';

/** The confidant person as a person's method THIRD_PERSON. */
export interface ThirdPersonMethod {
  readonly personId: string;
  readonly confidantPersonId: string;
  readonly alias: string | null;
  readonly endedAt: Date | null;
  readonly now: Date;
  readonly actorId: string;
}

/** $1 confidant, $2 now. */
const CONFIDANT_FACTS: Statement = {
  name: 'confidant_facts',
  text: `
    SELECT EXISTS (
             SELECT FROM mpi.person_authentication_methods
              WHERE person_id = $1 AND type IN ('OTP', 'OFFLINE')
                AND is_active AND (ended_at IS NULL OR ended_at > $2)) AS has_own_method,
           (SELECT verification_status FROM mpi.persons WHERE id = $1) AS verification_status,
           ARRAY (
             SELECT DISTINCT person_id FROM mpi.person_authentication_methods
              WHERE value = $1 AND type = 'THIRD_PERSON'
                AND is_active AND (ended_at IS NULL OR ended_at > $2)) AS ward_ids`,
};

interface ConfidantFactsRow {
  readonly has_own_method: boolean;
  readonly verification_status: CumulativeStatus | null;
  readonly ward_ids: readonly string[];
}

/**
 * A valid method gets the new end; a new method is inserted only if there is none. The caller's locks on both persons
 * keep others from doing the same meanwhile. The end and the alias would reveal when the person was born and what their
 * family calls them, so the audit log shows only that they were written.
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
  async confidantFacts(sql: Sql, confidantPersonId: string, now: Date): Promise<ConfidantFacts> {
    const values = [confidantPersonId, now.toISOString()];
    const [row] = await sql.query<ConfidantFactsRow & Record<string, unknown>>(CONFIDANT_FACTS, values);
    return {
      hasOwnMethod: row?.has_own_method ?? false,
      verificationStatus: row?.verification_status ?? null,
      wardIds: row?.ward_ids ?? [],
    };
  }

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
