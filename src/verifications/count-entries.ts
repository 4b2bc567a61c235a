import type { Statement, Transactions } from '../database/transactions';
import type { CountedList } from './listed-statement';

/** How old the count of a long list may be: who turns over its pages does not have millions of entries counted for each. */
const COUNT_LASTS_MS = 60_000;

interface Counted {
  readonly atMs: number;
  readonly total: Promise<number>;
}

/**
 * How many entries a list has. A short one is counted each time. A long one is counted as exactly, from its index alone,
 * but by each process at most once a minute and never twice at once: five million entries take a good part of a second.
 */
export class CountEntries {
  private readonly counted = new Map<string, Counted>();

  constructor(private readonly transactions: Transactions) {}

  async run({ count, countShort, shortList }: CountedList, values: readonly unknown[]): Promise<number> {
    const few = await this.ask(countShort, values);
    if (few <= shortList) return few;
    const key = [count.name, ...values].join(' ');
    const known = this.counted.get(key);
    if (known !== undefined && performance.now() - known.atMs < COUNT_LASTS_MS) return known.total;
    const total = this.ask(count, values);
    this.counted.set(key, { atMs: performance.now(), total });
    // What failed is nothing to remember.
    total.catch(() => this.counted.delete(key));
    return total;
  }

  private async ask(statement: Statement, values: readonly unknown[]): Promise<number> {
    const [row] = await this.transactions.query<{ total: number }>(statement, values);
    return row?.total ?? 0;
  }
}
