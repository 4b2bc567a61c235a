import { expect, it } from 'vitest';
import type { Statement, Transactions } from '../../database/transactions';
import type { JobRegistry } from '../../jobs';
import { Log } from '../../observability';
import { DueCounts } from './due-counts.service';

const JOBS = ['dms-passport-persons', 'unzr-persons'];

it('A process that closes ends the count under way, and begins no other', async () => {
  const events: string[] = [];
  const transactions = {
    query: ({ name }: Statement, [job]: readonly unknown[]) => {
      if (name !== 'stored_due_counts') events.push(`${name} ${String(job)}`);
      const stored = { due: null, counted_at: null, may_count: true, too_old: true };
      return Promise.resolve(JOBS.map((each) => ({ job: each, ...stored })));
    },
  } as unknown as Transactions;
  let [isCounting, counted] = [(): void => undefined, (_due: number): void => undefined];
  const counting = new Promise<void>((resolve) => (isCounting = resolve));
  const firstCount = new Promise<number>((resolve) => (counted = resolve));
  const due = () => (isCounting(), firstCount);
  const jobs = { get: () => ({ due }) } as unknown as JobRegistry;
  const counts = new DueCounts(transactions, jobs, new Log({ LOG_LEVEL: 'silent' }));
  await counts.last(JOBS);
  await counting;
  counts.beforeApplicationShutdown();
  const closed = counts.onApplicationShutdown().then(() => events.push('closed'));
  counted(7);
  await closed;
  await counts.last(JOBS);
  expect(events).toEqual([`start_due_count ${JOBS[0]}`, `end_due_count ${JOBS[0]}`, 'closed']);
});
