import type { Sql, Statement } from '../database/transactions';
import { partyStatusOf } from '../domain/verification/cumulative-status';
import type { StreamReason, StreamStatus } from '../domain/verification/status';
import type { RegisterStreamName } from '../domain/verification/stream';
import type { ChangedPerson, RefutedHolder } from './outcome.repository';

/** Streams of a party, in the order in which their statuses come back. */
const PARTY_STREAMS = ['drfo', 'dracs_death', 'mvs_passport', 'dms_passport', 'dracs_name_change'] as const;

const LOCK: Statement = {
  name: 'lock_party_verifications',
  text: `
    SELECT party_id FROM prm.party_verifications
     WHERE party_id = ANY ($1::uuid[]) ORDER BY party_id FOR UPDATE`,
};

const STATUSES = `ARRAY[${PARTY_STREAMS.map((stream) => `v.${stream}_verification_status`).join(', ')}]`;

/** Row S8 for parties; the parameters are those of `refuteHolders`. */
function refute(stream: RegisterStreamName): Statement {
  return {
    name: `refute_parties_${stream}`,
    text: `
    WITH changed AS (
      UPDATE prm.party_verifications AS v
         SET ${stream}_verification_status = 'NOT_VERIFIED', ${stream}_verification_reason = d.reason,
             ${stream}_data_id = d.data_id, ${stream}_data_status = d.data_status, ${stream}_synced_at = now(),
             ${stream}_unverified_at = now(), updated_at = now()
        FROM unnest($2::uuid[], $3::uuid[], $4::smallint[], $5::varchar[])
             AS d (party_id, data_id, data_status, reason)
        JOIN prm.party_verifications AS old ON old.party_id = d.party_id
       WHERE v.party_id = d.party_id AND v.${stream}_verification_status <> 'IN_REVIEW'
      RETURNING v.party_id, ${STATUSES} AS statuses, old.${stream}_verification_status AS status_before,
                old.${stream}_verification_reason AS reason_before),
    unlocked AS (
      DELETE FROM prm.party_verification_locks AS l USING changed
       WHERE l.party_id = changed.party_id AND l.stream = $1::varchar)
    SELECT changed.*, p.verification_status AS cumulative_before,
           (SELECT jsonb_object_agg(other.stream, other.status_before) FROM prm.party_verification_locks AS other
             WHERE other.party_id = changed.party_id AND other.stream <> $1::varchar
               AND other.claim_id IS NOT NULL) AS locked
      FROM changed JOIN prm.parties AS p ON p.id = changed.party_id`,
  };
}

interface ChangedPartyRow {
  readonly party_id: string;
  readonly statuses: StreamStatus[];
  readonly status_before: StreamStatus;
  readonly reason_before: StreamReason;
  readonly cumulative_before: string | null;
  readonly locked: Readonly<Record<string, StreamStatus>> | null;
}

/** Writes to `party_verifications`. */
export class PartyRepository {
  async lock(sql: Sql, partyIds: readonly string[]): Promise<readonly string[]> {
    const rows = await sql.rows<{ party_id: string }>(LOCK, [[...new Set(partyIds)]]);
    return rows.map((row) => row.party_id);
  }

  /** S8 for parties: refutes the stream of locked parties that are not in review. */
  async refuteHolders(
    sql: Sql,
    stream: RegisterStreamName,
    holders: readonly RefutedHolder[],
  ): Promise<readonly ChangedPerson[]> {
    if (holders.length === 0) return [];
    const rows = await sql.rows<ChangedPartyRow>(refute(stream), [
      stream,
      holders.map(({ id }) => id),
      holders.map(({ dataId }) => dataId),
      holders.map(({ dataStatus }) => dataStatus),
      holders.map(({ reason }) => reason),
    ]);
    return rows.map(changedParty);
  }
}

function changedParty(row: ChangedPartyRow): ChangedPerson {
  const counted = PARTY_STREAMS.flatMap((stream, index) => {
    const status = row.statuses[index];
    if (status === undefined) return [];
    return [status === 'IN_REVIEW' ? (row.locked?.[stream] ?? status) : status];
  });
  return {
    id: row.party_id,
    claimId: null,
    before: { verificationStatus: row.status_before, verificationReason: row.reason_before },
    sum: { id: row.party_id, before: row.cumulative_before, after: partyStatusOf(counted) },
  };
}
