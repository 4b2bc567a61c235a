import { calendarDay, type IsoDay } from '../calendar-day';

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
