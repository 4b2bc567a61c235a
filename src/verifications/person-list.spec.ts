import { describe, expect, it, vi } from 'vitest';
import { STREAM_STATUSES, STREAMS } from '../domain/verification/stream';
import {
  ALL_UNVERIFIED,
  type CountedList,
  LISTED,
  ListCounts,
  listedBy,
  PersonListRepository,
  unverifiedBy,
} from './person-list.repository';

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
    .flatMap(({ page, pageAfter, count, countShort }) => [page, pageAfter, count, countShort])
    .map((statement) => statement?.name ?? '');
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

/** A database with so many persons, whose ids are their places; and every statement that reads a page of them. */
function registryOf(persons: number) {
  const pages: (readonly [statement: string, ...values: unknown[]])[] = [];
  const query = ({ name = '' }: { name?: string }, values: readonly unknown[]) => {
    if (/_(count|short)$/.test(name)) return Promise.resolve([{ total: persons }]);
    pages.push([name, ...values]);
    const [size, from] = values.slice(-2).map(Number) as [number, number];
    const begin = name.endsWith('_after') ? from + 1 : from;
    const ids = Array.from({ length: Math.max(0, Math.min(size, persons - begin)) }, (_, at) => begin + at);
    return Promise.resolve(ids.map((id) => ({ id: String(id), verification_status: null })));
  };
  return { lists: new PersonListRepository({ query } as never), pages };
}

const pageOf = (page: number) => ({ page, pageSize: 300, offset: (page - 1) * 300 });

describe('Pages far inside a long list', () => {
  it('are not read beyond the end', async () => {
    const { lists, pages } = registryOf(20_000);
    expect(await lists.ofStatus(undefined, pageOf(1_000_000))).toEqual({ entries: [], total: 20_000 });
    expect(await lists.rows(listedBy(undefined), { offset: 999_999_999, size: 51 })).toEqual([]);
    expect(pages).toEqual([]);
  });

  it('begin behind the page before when that was read, and skip entries otherwise', async () => {
    const { lists, pages } = registryOf(20_000);
    const read: string[] = [];
    for (let page = 40; page <= 67; page += 1)
      read.push(...(await lists.ofStatus(undefined, pageOf(page))).entries.map(({ id }) => id));
    expect(read).toEqual(Array.from({ length: 20_000 - 39 * 300 }, (_, at) => String(39 * 300 + at)));
    expect(pages[0]).toEqual(['listed_persons', 300, 39 * 300]);
    expect(new Set(pages.slice(1).map(([name]) => name))).toEqual(new Set(['listed_persons_after']));
    await lists.ofStatus('VERIFIED', pageOf(41));
    expect(pages.at(-1)).toEqual(['listed_persons_of_status', 'VERIFIED', 300, 40 * 300]);
  });

  it('begin behind the page before in GraphQL, which reads one row more', async () => {
    const { lists, pages } = registryOf(20_000);
    await lists.rows(listedBy(undefined), { offset: 15_000, size: 51 });
    const next = await lists.rows(listedBy(undefined), { offset: 15_050, size: 51 });
    expect(next[0]?.id).toBe('15050');
    expect(pages.at(-1)).toEqual(['listed_persons_after', 51, '15049']);
  });
});
