import { Injectable } from '@nestjs/common';
import type { Sql, Statement } from '../database/transactions';
import type { ConfidantFacts } from '../domain/confidant/relationship.rules';
import type { CumulativeStatus } from '../domain/verification/stream';

/** $1 confidant, $2 now. */
const FACTS: Statement = {
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

/** What the rules must know of somebody who wants to be a confidant. */
@Injectable()
export class ConfidantFactsRepository {
  async of(sql: Sql, confidantPersonId: string, now: Date): Promise<ConfidantFacts> {
    const [row] = await sql.query<{
      has_own_method: boolean;
      verification_status: CumulativeStatus | null;
      ward_ids: string[];
    }>(FACTS, [confidantPersonId, now.toISOString()]);
    return {
      hasOwnMethod: row?.has_own_method ?? false,
      verificationStatus: row?.verification_status ?? null,
      wardIds: row?.ward_ids ?? [],
    };
  }
}
