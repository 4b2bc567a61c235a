import { describe, expect, it, vi } from 'vitest';
import { STREAM_STATUSES, STREAMS } from '../domain/verification/stream';
import { ALL_UNVERIFIED, type CountedList, LISTED, unverifiedBy, ListCounts } from './person-list.repository';

/** PostgreSQL cuts off longer names of prepared statements. */
const LONGEST_NAME = 63;

it('gives every list its own statements, with names that PostgreSQL does not cut off', () => {
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

const LIST: CountedList = {
  page: { name: 'page', text: '' },
  count: { name: 'count', text: '' },
  countShort: { name: 'count_short', text: '' },
  shortList: 3,
};

/** A database with a list of this many entries; `whole` counts how often the whole list was counted. */
function listOf(entries: number) {
  const asked = { whole: 0, entries, isAway: false };
  const rows = async ({ name }: { name?: string }) => {
    if (name === 'count_short') return [{ total: Math.min(asked.entries, LIST.shortList + 1) }];
    asked.whole += 1;
    if (asked.isAway) throw new Error('away');
    return [{ total: asked.entries }];
  };
  return { asked, count: new ListCounts({ query: rows as never }) };
}

describe('ListCounts', () => {
  it('counts a short list each time', async () => {
    const { asked, count } = listOf(3);
    expect(await count.count(LIST, [])).toBe(3);
    asked.entries = 2;
    expect(await count.count(LIST, [])).toBe(2);
    expect(asked.whole).toBe(0);
  });

  it('counts a long list at most once a minute, for each list separately', async () => {
    vi.useFakeTimers();
    try {
      const { asked, count } = listOf(5);
      expect(await Promise.all([count.count(LIST, ['a']), count.count(LIST, ['a'])])).toEqual([5, 5]);
      asked.entries = 6;
      vi.advanceTimersByTime(59_000);
      expect(await count.count(LIST, ['a'])).toBe(5);
      expect(await count.count(LIST, ['b'])).toBe(6);
      vi.advanceTimersByTime(2_000);
      expect(await count.count(LIST, ['a'])).toBe(6);
      expect(asked.whole).toBe(3);
    } finally {
      vi.useRealTimers();
    }
  });

  it('counts again after a failed count', async () => {
    const { asked, count } = listOf(5);
    asked.isAway = true;
    await expect(count.count(LIST, [])).rejects.toThrow('away');
    asked.isAway = false;
    expect(await count.count(LIST, [])).toBe(5);
  });
});
