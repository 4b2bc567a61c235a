import type { StreamReason, StreamStatus } from './stream';
import { calendarDay, type IsoDay } from '../calendar-day';

/** Which reasons a branch takes. */
export type SelectionReason = 'any' | { readonly only: StreamReason } | { readonly allBut: StreamReason };

/**
 * When the stream was asked last. `never`: `synced_at` is null. `past_period`: `synced_at` is not later than the
 * start of the day that lies the validation period before today.
 */
export type SelectionSynced = 'never' | 'past_period';

/**
 * Whether the stream waits for a retry. `not_waiting`: `retry_at` is null. `wait_is_over`: `retry_at` has come;
 * a run that was started by hand takes those whose wait is not over as well.
 */
export type SelectionRetry = 'not_waiting' | 'wait_is_over';

/** One query of the selection: it reads one index from its head. */
export interface SelectionBranch {
  readonly name: string;
  /** The line of the published order; lines whose `synced_at` may be null or not are two branches. */
  readonly line: 1 | 2 | 3 | 4 | 5;
  readonly statuses: readonly StreamStatus[];
  readonly reason: SelectionReason;
  readonly synced: SelectionSynced;
  readonly retry: SelectionRetry;
}

/** Whom every branch is about; the two other conditions stand in the branches. */
export const SELECTION_PERSONS = 'active persons (status active, and is_active)';

/** The order inside a branch. Where `synced_at` is null throughout, `person_id` alone remains. */
export const SELECTION_ORDER = ['synced_at', 'person_id'] as const;

/**
 * Whom a timetable run takes, in this order, until the batch is full. It is split into branches because one
 * query with OR and a computed order grows with the table, while each of these stops at the batch size.
 * IN_REVIEW, NOT_VERIFIED and VERIFICATION_NOT_NEEDED stand in no branch: the timetable never takes them.
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
 * The instant up to which a saved result is too old: the start of the day that lies the validation period before
 * today. Whole calendar days are counted, so a change of the clocks in between moves nobody to another day.
 */
export function dueThreshold({ today, periodDays, timeZone }: ValidationPeriod): Date {
  const day = calendarDay(today).subtract({ days: periodDays });
  return new Date(day.toZonedDateTime({ timeZone }).epochMilliseconds);
}
