import { calendarDay, type IsoDay } from '../calendar-day';

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
