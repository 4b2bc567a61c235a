import type { Statement } from '../database/transactions';
import type { StreamName } from '../domain/verification/stream';

/** A list: its page and the number of all its entries. */
export interface ListStatements {
  /** The parameters of the condition, then the limit and the offset. */
  readonly page: Statement;
  /** The parameters of the condition. */
  readonly count: Statement;
}

/** A list that may be long. */
export interface CountedList extends ListStatements {
  /** The number of entries, or one more than `shortList` when there are more of them. */
  readonly countShort: Statement;
  readonly shortList: number;
}

/** So many entries of an index are counted within ten milliseconds or so. */
const SHORT_LIST = 50_000;

/** Word by word the condition of the partial indexes. */
const ACTIVE = `p.status = 'active' AND p.is_active`;
const UNVERIFIED = `${ACTIVE} AND p.verification_status IS DISTINCT FROM 'VERIFIED'`;

/** Active persons; those of one cumulative status with $1. */
export const LISTED = {
  all: listOf('listed_persons', { from: 'mpi.persons AS p', where: ACTIVE, parameters: 0 }),
  ofStatus: listOf('listed_persons_of_status', {
    from: 'mpi.persons AS p',
    where: `${ACTIVE} AND p.verification_status = $1::varchar`,
    parameters: 1,
  }),
} as const;

/** Active persons who are not verified. */
export const ALL_UNVERIFIED = listOf('unverified_persons', {
  from: 'mpi.persons AS p',
  where: UNVERIFIED,
  parameters: 0,
});

/**
 * Those of them whose stream has a status and, unless `anyReason`, a reason. A status that an index is kept for stands
 * in the text: PostgreSQL uses a partial index only for what it sees when it plans.
 */
export function unverifiedBy(
  stream: StreamName,
  { status, anyReason }: { readonly status: string; readonly anyReason: boolean },
): CountedList {
  const reason = anyReason ? '' : ` AND v.${stream}_verification_reason = $1::varchar`;
  return listOf(`listed_${stream}_${status}${anyReason ? '' : '_reason'}`.toLowerCase(), {
    from: 'mpi.persons AS p JOIN mpi.person_verifications AS v ON v.person_id = p.id',
    where: `${UNVERIFIED} AND v.person_is_active AND v.${stream}_verification_status = '${status}'${reason}`,
    parameters: anyReason ? 0 : 1,
  });
}

interface ListParts {
  readonly columns: string;
  readonly from: string;
  readonly where: string;
  readonly order: string;
  /** How many the condition has. */
  readonly parameters: number;
}

function listOf(name: string, parts: Omit<ListParts, 'columns' | 'order'>): CountedList {
  return countedList(name, { columns: 'p.id, p.verification_status', order: 'p.id', ...parts });
}

/** The statements of a list that may be long. */
export function countedList(name: string, parts: ListParts): CountedList {
  const { columns, from, where, order, parameters } = parts;
  return {
    page: {
      name,
      text: `
        SELECT ${columns} FROM ${from} WHERE ${where}
         ORDER BY ${order} LIMIT $${parameters + 1}::bigint OFFSET $${parameters + 2}::bigint`,
    },
    count: { name: `${name}_count`, text: `SELECT count(*)::integer AS total FROM ${from} WHERE ${where}` },
    countShort: {
      // The names of statements end at 63 letters: two that differ only behind that would be one.
      name: `${name}_short`,
      text: `SELECT count(*)::integer AS total
               FROM (SELECT FROM ${from} WHERE ${where} LIMIT ${SHORT_LIST + 1}) AS listed`,
    },
    shortList: SHORT_LIST,
  };
}
