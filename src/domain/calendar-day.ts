import { Temporal } from 'temporal-polyfill';

/** A calendar day as in tables and requests: `YYYY-MM-DD`. */
export type IsoDay = string;

/** The time zone of ages and days by law. */
export const KYIV = 'Europe/Kyiv';

const ISO_DAY = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/;

/** Whether the text is a day of the calendar; 30 February is not. */
export function isIsoDay(text: string): boolean {
  return parsed(text) !== 'malformed';
}

/** Reads a day that was checked before. The error does not repeat the text, which may be a birth date. */
export function calendarDay(day: IsoDay): Temporal.PlainDate {
  const plainDate = parsed(day);
  if (plainDate === 'malformed') throw new Error('This is not a calendar day of the form YYYY-MM-DD.');
  return plainDate;
}

/** The calendar day in Kyiv at this moment. */
export function dayInKyiv(now: Date): IsoDay {
  return Temporal.Instant.fromEpochMilliseconds(now.getTime())
    .toZonedDateTimeISO(KYIV)
    .toPlainDate()
    .toString();
}

/** What calendar and clock in Kyiv show at this moment: `DD.MM.YYYY HH:MM`. */
export function minuteInKyiv(now: Date): string {
  const local = Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(KYIV);
  const day = local.toPlainDate().toString().split('-').reverse().join('.');
  return `${day} ${local.toPlainTime().toString({ smallestUnit: 'minute' })}`;
}

/** The moment at which the day begins in Kyiv, `later` days on. */
export function startInKyiv(day: IsoDay, later = 0): Date {
  const start = calendarDay(day).add({ days: later }).toZonedDateTime(KYIV);
  return new Date(start.epochMilliseconds);
}

function parsed(text: string): Temporal.PlainDate | 'malformed' {
  if (!ISO_DAY.test(text)) return 'malformed';
  try {
    return Temporal.PlainDate.from(text);
  } catch {
    return 'malformed';
  }
}

/** The whole years from birth to the day; negative before birth. */
export function ageInYears(birthDate: IsoDay, on: IsoDay): number {
  const born = calendarDay(birthDate);
  const day = calendarDay(on);
  const birthdayIsAhead = day.month < born.month || (day.month === born.month && day.day < born.day);
  return day.year - born.year - (birthdayIsAhead ? 1 : 0);
}

/**
 * The first day with that age. A person born on 29 February reaches it on 1 March in a common year.
 */
export function dayOfReachingAge(birthDate: IsoDay, years: number): IsoDay {
  const born = calendarDay(birthDate);
  const birthday = born.add({ years });
  return (birthday.day === born.day ? birthday : birthday.add({ days: 1 })).toString();
}
