import type { Transactions } from '../database/transactions';
import { REGISTER_STREAMS, type RegisterStreamName } from '../domain/verification/stream';
import { CANNOT_BE_CHECKED_AFTER_ATTEMPTS } from '../domain/verification/retry-wait';
import type { PageRequest } from '../http';
import { CountEntries } from './count-entries';
import { countedList, type CountedList } from './listed-statement';
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

function listOf(name: string, of: string, parameters: number): CountedList {
  return countedList(name, {
    columns: `l.person_id AS id, l.stream, l.attempts, l.last_error_kind AS error, l.updated_at AS last_tried_at,
              CASE l.stream ${RETRY_AT} END AS next_try_at`,
    from: 'mpi.verification_locks AS l JOIN mpi.person_verifications AS v ON v.person_id = l.person_id',
    // The bound stands in the text, word by word as in the partial index.
    where: `l.attempts >= ${CANNOT_BE_CHECKED_AFTER_ATTEMPTS} AND v.person_is_active${of}`,
    order: 'l.person_id, l.stream',
    parameters,
  });
}

/** Active persons who cannot be checked, of all streams or of the one in $1. */
export const UNCHECKED = {
  all: listOf('unchecked_persons', '', 0),
  ofStream: listOf('unchecked_persons_of_stream', ' AND l.stream = $1::varchar', 1),
} as const;

/** The list of persons who cannot be checked. It is read from an index that holds nobody else. */
export class CannotBeCheckedRepository {
  private readonly countEntries: CountEntries;

  constructor(private readonly transactions: Transactions) {
    this.countEntries = new CountEntries(transactions);
  }

  async list(
    stream: RegisterStreamName | undefined,
    { pageSize, offset }: PageRequest,
  ): Promise<ListedPage<UncheckedPerson>> {
    const list = stream === undefined ? UNCHECKED.all : UNCHECKED.ofStream;
    const values = stream === undefined ? [] : [stream];
    const total = await this.countEntries.run(list, values);
    const entries = await this.transactions.query<UncheckedPerson & Record<string, unknown>>(list.page, [
      ...values,
      pageSize,
      offset,
    ]);
    return { entries, total };
  }
}
