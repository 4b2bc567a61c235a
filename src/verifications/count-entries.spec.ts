import { describe, expect, it, vi } from 'vitest';
import type { Transactions } from '../database/transactions';
import { CountEntries } from './count-entries';
import type { CountedList } from './listed-statement';

const LIST: CountedList = {
  page: { name: 'page', text: '' },
  count: { name: 'count', text: '' },
  countShort: { name: 'count_short', text: '' },
  shortList: 3,
};

/** A database with a list of so many entries, which counts how often the whole list was counted. */
function listOf(entries: number) {
  const asked = { whole: 0, entries, isAway: false };
  const rows = async ({ name }: { name?: string }) => {
    if (name === 'count_short') return [{ total: Math.min(asked.entries, LIST.shortList + 1) }];
    asked.whole += 1;
    if (asked.isAway) throw new Error('away');
    return [{ total: asked.entries }];
  };
  return { asked, count: new CountEntries({ query: rows } as unknown as Transactions) };
}

describe('The number of entries of a list', () => {
  it('is counted each time while the list is short', async () => {
    const { asked, count } = listOf(3);
    expect(await count.run(LIST, [])).toBe(3);
    asked.entries = 2;
    expect(await count.run(LIST, [])).toBe(2);
    expect(asked.whole).toBe(0);
  });

  it('is counted once a minute when the list is long, however many ask, and for each list by itself', async () => {
    vi.useFakeTimers();
    try {
      const { asked, count } = listOf(5);
      expect(await Promise.all([count.run(LIST, ['a']), count.run(LIST, ['a'])])).toEqual([5, 5]);
      asked.entries = 6;
      vi.advanceTimersByTime(59_000);
      expect(await count.run(LIST, ['a'])).toBe(5);
      expect(await count.run(LIST, ['b'])).toBe(6);
      vi.advanceTimersByTime(2_000);
      expect(await count.run(LIST, ['a'])).toBe(6);
      expect(asked.whole).toBe(3);
    } finally {
      vi.useRealTimers();
    }
  });

  it('is counted anew after a count that failed', async () => {
    const { asked, count } = listOf(5);
    asked.isAway = true;
    await expect(count.run(LIST, [])).rejects.toThrow('away');
    asked.isAway = false;
    expect(await count.run(LIST, [])).toBe(5);
  });
});
