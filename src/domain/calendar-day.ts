import { Temporal } from 'temporal-polyfill';

/** A calendar day as it stands in tables and requests: `YYYY-MM-DD`. */
export type IsoDay = string;

/** The time zone in which the law counts ages and days. */
export const KYIV = 'Europe/Kyiv';

const ISO_DAY = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/;

/** Whether the text is a day of the calendar; 30 February is not. */
export function isIsoDay(text: string): boolean {
  return parsed(text) !== 'malformed';
}

/** Reads a day that was checked before. What is wrong here is a bug; its text may be a birth date and is not told. */
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

function parsed(text: string): Temporal.PlainDate | 'malformed' {
  if (!ISO_DAY.test(text)) return 'malformed';
  try {
    return Temporal.PlainDate.from(text);
  } catch {
    return 'malformed';
  }
}

/** The whole years between birth and the day. Nobody has an age before he was born: the count is then negative. */
export function ageInYears(birthDate: IsoDay, on: IsoDay): number {
  const born = calendarDay(birthDate);
  const day = calendarDay(on);
  const birthdayIsAhead = day.month < born.month || (day.month === born.month && day.day < born.day);
  return day.year - born.year - (birthdayIsAhead ? 1 : 0);
}

/**
 * The first day with that age. Who was born on 29 February reaches it on 1 March in a common year: on the 28th the
 * birthday is still ahead.
 */
export function dayOfReachingAge(birthDate: IsoDay, years: number): IsoDay {
  const born = calendarDay(birthDate);
  const birthday = born.add({ years });
  return (birthday.day === born.day ? birthday : birthday.add({ days: 1 })).toString();
}
