import { expect, it } from 'vitest';
import { STREAM_STATUSES } from '../domain/verification/status';
import { STREAMS } from '../domain/verification/stream';
import { ALL_UNVERIFIED, type CountedList, LISTED, unverifiedBy } from './listed-statement';

/** Of a prepared statement, in PostgreSQL; the rest of a longer name is cut off. */
const LONGEST_NAME = 63;

it('Every list has statements of its own, whose names PostgreSQL does not cut off', () => {
  const lists: CountedList[] = [
    ...Object.values(LISTED),
    ALL_UNVERIFIED,
    ...STREAMS.flatMap((stream) =>
      STREAM_STATUSES.flatMap((status) =>
        [true, false].map((anyReason) => unverifiedBy(stream, { status, anyReason })),
      ),
    ),
  ];
  const names = lists
    .flatMap(({ page, count, countShort }) => [page, count, countShort])
    .map(({ name }) => name ?? '');
  expect(names.filter((name) => name === '' || name.length > LONGEST_NAME)).toEqual([]);
  expect(new Set(names).size).toBe(names.length);
});
