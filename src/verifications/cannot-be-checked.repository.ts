import type { Transactions } from '../database/transactions';
import { REGISTER_STREAMS, type RegisterStreamName } from '../domain/verification/stream';
import { CANNOT_BE_CHECKED_AFTER_ATTEMPTS } from '../domain/verification/retry-wait';
import type { PageRequest } from '../http';
import type { ListStatements } from './listed-statement';
import type { ListedPage } from './person-list.repository';

/** A person about whom a register gives no usable answer, again and again. */
export interface UncheckedPerson {
  readonly id: string;
  readonly stream: RegisterStreamName;
  /** Technical errors in a row. */
  readonly attempts: number;
  /** Kind of the last one: a code, no words of the register. */
  readonly error: string | null;
  readonly last_tried_at: Date;
  /** From when the timetable takes the person again; null while a worker has him. */
  readonly next_try_at: Date | null;
}

const RETRY_AT = REGISTER_STREAMS.map((stream) => `WHEN '${stream}' THEN v.${stream}_retry_at`).join(' ');

/** The bound stands in the text, word by word as in the partial index. */
const FROM = `
  FROM mpi.verification_locks AS l JOIN mpi.person_verifications AS v ON v.person_id = l.person_id
 WHERE l.attempts >= ${CANNOT_BE_CHECKED_AFTER_ATTEMPTS} AND v.person_is_active`;

function listOf(name: string, condition: string, parameters: number): ListStatements {
  return {
    page: {
      name,
      text: `
        SELECT l.person_id AS id, l.stream, l.attempts, l.last_error_kind AS error, l.updated_at AS last_tried_at,
               CASE l.stream ${RETRY_AT} END AS next_try_at ${FROM} ${condition}
         ORDER BY l.person_id, l.stream LIMIT $${parameters + 1}::bigint OFFSET $${parameters + 2}::bigint`,
    },
    count: { name: `${name}_count`, text: `SELECT count(*)::integer AS total ${FROM} ${condition}` },
  };
}

/** Active persons who cannot be checked, of all streams or of the one in $1. */
export const UNCHECKED = {
  all: listOf('unchecked_persons', '', 0),
  ofStream: listOf('unchecked_persons_of_stream', 'AND l.stream = $1::varchar', 1),
} as const;

/** The list of persons who cannot be checked. It is read from an index that holds nobody else. */
export class CannotBeCheckedRepository {
  constructor(private readonly transactions: Transactions) {}

  async list(
    stream: RegisterStreamName | undefined,
    { pageSize, offset }: PageRequest,
  ): Promise<ListedPage<UncheckedPerson>> {
    const { page, count } = stream === undefined ? UNCHECKED.all : UNCHECKED.ofStream;
    const values = stream === undefined ? [] : [stream];
    const [counted] = await this.transactions.rows<{ total: number }>(count, values);
    const entries = await this.transactions.rows<UncheckedPerson & Record<string, unknown>>(page, [
      ...values,
      pageSize,
      offset,
    ]);
    return { entries, total: counted?.total ?? 0 };
  }
}
