import type { StreamReason, StreamStatus } from './stream';
import { calendarDay, type IsoDay } from '../calendar-day';

/** The reasons that a branch selects. */
export type SelectionReason = 'any' | { readonly only: StreamReason } | { readonly allBut: StreamReason };

/**
 * When the register last answered. `never`: `synced_at` is null. `past_period`: `synced_at` is not later than the start of
 * the day one validation period before today.
 */
export type SelectionSynced = 'never' | 'past_period';

/**
 * Whether the stream waits for a retry. `not_waiting`: `retry_at` is null. `wait_is_over`: `retry_at` is in the past; a run
 * that was started by hand also selects those whose wait is not over.
 */
export type SelectionRetry = 'not_waiting' | 'wait_is_over';

/** One query of the selection. It reads one index from its head. */
export interface SelectionBranch {
  readonly name: string;
  /** The line of the published order. A line with and without `synced_at` has two branches. */
  readonly line: 1 | 2 | 3 | 4 | 5;
  readonly statuses: readonly StreamStatus[];
  readonly reason: SelectionReason;
  readonly synced: SelectionSynced;
  readonly retry: SelectionRetry;
}

/** The common condition of all branches. */
export const SELECTION_PERSONS = 'active persons (status active, and is_active)';

/** The order inside a branch. Where `synced_at` is always null, only `person_id`. */
export const SELECTION_ORDER = ['synced_at', 'person_id'] as const;

/**
 * Whom a scheduled run claims, in this order, until the batch is full. The selection has branches because one query with
 * OR and a computed order grows with the table, while each of these stops at the batch size. IN_REVIEW, NOT_VERIFIED and
 * VERIFICATION_NOT_NEEDED are in no branch: scheduled runs never claim them.
 */
export const SELECTION_BRANCHES = [
  {
    name: 'needed_online_never_asked',
    line: 1,
    statuses: ['VERIFICATION_NEEDED'],
    reason: { only: 'ONLINE_TRIGGERED' },
    synced: 'never',
    retry: 'not_waiting',
  },
  {
    name: 'needed_online_past_period',
    line: 1,
    statuses: ['VERIFICATION_NEEDED'],
    reason: { only: 'ONLINE_TRIGGERED' },
    synced: 'past_period',
    retry: 'not_waiting',
  },
  {
    name: 'needed_otherwise_never_asked',
    line: 2,
    statuses: ['VERIFICATION_NEEDED'],
    reason: { allBut: 'ONLINE_TRIGGERED' },
    synced: 'never',
    retry: 'not_waiting',
  },
  {
    name: 'needed_otherwise_past_period',
    line: 2,
    statuses: ['VERIFICATION_NEEDED'],
    reason: { allBut: 'ONLINE_TRIGGERED' },
    synced: 'past_period',
    retry: 'not_waiting',
  },
  {
    name: 'verified_never_asked',
    line: 3,
    statuses: ['VERIFIED'],
    reason: 'any',
    synced: 'never',
    retry: 'not_waiting',
  },
  {
    name: 'verified_past_period',
    line: 4,
    statuses: ['VERIFIED'],
    reason: 'any',
    synced: 'past_period',
    retry: 'not_waiting',
  },
  {
    name: 'retry_due_never_asked',
    line: 5,
    statuses: ['VERIFICATION_NEEDED', 'VERIFIED'],
    reason: 'any',
    synced: 'never',
    retry: 'wait_is_over',
  },
  {
    name: 'retry_due_past_period',
    line: 5,
    statuses: ['VERIFICATION_NEEDED', 'VERIFIED'],
    reason: 'any',
    synced: 'past_period',
    retry: 'wait_is_over',
  },
] as const satisfies readonly SelectionBranch[];

export type SelectionBranchName = (typeof SELECTION_BRANCHES)[number]['name'];

export interface ValidationPeriod {
  readonly today: IsoDay;
  readonly periodDays: number;
  readonly timeZone: string;
}

/**
 * Saved results up to this instant are too old: the start of the day one validation period before today. Whole calendar
 * days count, so daylight saving time moves nobody to another day.
 */
export function dueThreshold({ today, periodDays, timeZone }: ValidationPeriod): Date {
  const day = calendarDay(today).subtract({ days: periodDays });
  return new Date(day.toZonedDateTime({ timeZone }).epochMilliseconds);
}
