import { type BusyIndex, IndexBusyTables } from './index-busy-table';
import { STREAM_COLUMNS } from './stream-columns';

const ACTIVE = `status = 'active' AND is_active`;

/**
 * What the lists of officials are read and counted from. Each index holds everything its list asks about, so that a
 * count reads no row of a table.
 */
export class CreateVerificationLists1700000001100 extends IndexBusyTables {
  readonly name = 'CreateVerificationLists1700000001100';
  protected readonly indexes = indexes();
}

function indexes(): readonly BusyIndex[] {
  return [
    {
      name: 'persons_verification_status_index',
      table: 'mpi.persons',
      columns: `(verification_status, id) WHERE ${ACTIVE}`,
    },
    {
      name: 'persons_unverified_index',
      table: 'mpi.persons',
      columns: `(id) INCLUDE (verification_status)
       WHERE ${ACTIVE} AND verification_status IS DISTINCT FROM 'VERIFIED'`,
    },
    ...Object.keys(STREAM_COLUMNS).map((stream) => ({
      name: `person_verifications_${stream}_listed_index`,
      table: 'mpi.person_verifications',
      columns: `(${stream}_verification_status, person_id, ${stream}_verification_reason)
       WHERE person_is_active AND ${stream}_verification_status IN (${listedOf(stream)})`,
    })),
  ];
}

/**
 * Statuses that keep a person from being verified. A run puts every verified person into review and back: that
 * must not touch one more index, so only the manual stream, which no run takes, is listed in review.
 */
function listedOf(stream: string): string {
  return stream === 'nhs'
    ? `'VERIFICATION_NEEDED', 'NOT_VERIFIED', 'IN_REVIEW'`
    : `'VERIFICATION_NEEDED', 'NOT_VERIFIED'`;
}
