import { parseExpression } from 'cron-parser';

/** A moment of the timetable. */
export interface TickQuestion {
  /** Cron expression with five fields. */
  readonly schedule: string;
  readonly timeZone: string;
  readonly now: Date;
}

/** The last tick of a schedule that is not later than now. */
export function latestTick({ schedule, timeZone, now }: TickQuestion): Date {
  // `prev` looks strictly before its date; a tick at this very millisecond has come.
  const justAfter = new Date(now.getTime() + 1);
  return parseExpression(schedule, { tz: timeZone, currentDate: justAfter }).prev().toDate();
}
