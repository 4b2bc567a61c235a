import type { Statement, Transactions } from '../database/transactions';
import { CANNOT_BE_CHECKED_AFTER_ATTEMPTS } from '../domain/verification/retry-wait';
import type { Metrics } from '../observability';
import { PARTIES, PERSONS, type Subject } from './subject';

const ledgerOf = ({ locks, suffix }: Subject): Statement => ({
  name: `count_ledger${suffix}`,
  text: `
    SELECT stream,
           count(*) FILTER (WHERE claim_id IS NOT NULL) AS held,
           count(*) FILTER (WHERE claim_id IS NULL AND attempts < ${CANNOT_BE_CHECKED_AFTER_ATTEMPTS}) AS waiting,
           count(*) FILTER (WHERE claim_id IS NULL AND attempts >= ${CANNOT_BE_CHECKED_AFTER_ATTEMPTS}) AS cannot_be_checked
      FROM ${locks} GROUP BY stream`,
});

const STATES = ['held', 'waiting', 'cannot_be_checked'] as const;

type LedgerRow = { readonly stream: string } & Readonly<Record<(typeof STATES)[number], string>>;

/** Where everybody stands who was taken and is not done with: read from the small tables of locks at each collection. */
export function countLedger(transactions: Transactions, metrics: Metrics): void {
  for (const [subject, gauge] of [
    [PERSONS, metrics.ledger],
    [PARTIES, metrics.partyLedger],
  ] as const) {
    const ledger = ledgerOf(subject);
    metrics.refreshBy(async () => {
      const rows = await transactions.query<LedgerRow>(ledger);
      gauge.reset();
      for (const row of rows) {
        for (const state of STATES) gauge.set({ stream: row.stream, state }, Number(row[state]));
      }
    });
  }
}
