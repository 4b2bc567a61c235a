import { assert, date, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  calendarDay,
  dayInKyiv,
  isIsoDay,
  minuteInKyiv,
  ageInYears,
  dayOfReachingAge,
  startInKyiv,
} from './calendar-day';

describe('the age of a person', () => {
  it.each([
    ['2012-03-15', '2026-03-14', 13],
    ['2012-03-15', '2026-03-15', 14],
    ['2008-03-15', '2026-03-14', 17],
    ['2008-03-15', '2026-03-15', 18],
    ['2012-12-31', '2026-01-01', 13],
    ['2026-03-15', '2026-03-15', 0],
    ['2026-03-16', '2026-03-15', -1],
  ])('who was born on %s is on %s %i years old', (birthDate, today, age) => {
    expect(ageInYears(birthDate, today)).toBe(age);
  });

  it.each([
    ['2012-02-29', '2026-02-28', 13],
    ['2012-02-29', '2026-03-01', 14],
    ['2008-02-29', '2026-02-28', 17],
    ['2008-02-29', '2026-03-01', 18],
    ['2008-02-29', '2024-02-28', 15],
    ['2008-02-29', '2024-02-29', 16],
  ])('who was born on 29 February %s is on %s %i years old', (birthDate, today, age) => {
    expect(ageInYears(birthDate, today)).toBe(age);
  });

  it('the day of reaching an age is the birthday, for 29 February 1 March of a common year', () => {
    expect(dayOfReachingAge('2012-03-15', 14)).toBe('2026-03-15');
    expect(dayOfReachingAge('2012-02-29', 14)).toBe('2026-03-01');
    expect(dayOfReachingAge('2008-02-29', 18)).toBe('2026-03-01');
    expect(dayOfReachingAge('2008-02-29', 16)).toBe('2024-02-29');
    expect(dayOfReachingAge('2012-12-31', 14)).toBe('2026-12-31');
  });

  it('the day of reaching an age is the first day with that age', () => {
    const aBirthDate = date({
      min: new Date('1900-01-01'),
      max: new Date('2030-12-31'),
      noInvalidDate: true,
    });
    assert(
      property(aBirthDate, integer({ min: 0, max: 130 }), (born, years) => {
        const birthDate = born.toISOString().slice(0, 10);
        const day = dayOfReachingAge(birthDate, years);
        expect(ageInYears(birthDate, day)).toBe(years);
        expect(ageInYears(birthDate, calendarDay(day).subtract({ days: 1 }).toString())).toBe(years - 1);
      }),
    );
  });
});

describe('calendar days', () => {
  it('today is the day in Kyiv, which starts before the day in Greenwich', () => {
    expect(dayInKyiv(new Date('2026-01-10T21:59:59Z'))).toBe('2026-01-10');
    expect(dayInKyiv(new Date('2026-01-10T22:00:00Z'))).toBe('2026-01-11');
    expect(dayInKyiv(new Date('2026-07-10T20:59:59Z'))).toBe('2026-07-10');
    expect(dayInKyiv(new Date('2026-07-10T21:00:00Z'))).toBe('2026-07-11');
  });

  it.each(['2001-02-30', '2023-02-29', '2001-13-01', '20010101', '2001-1-1', '2001-01-01T00:00:00Z', ''])(
    '%j is no day',
    (text) => {
      expect(isIsoDay(text)).toBe(false);
    },
  );

  it('the error of a wrong day does not repeat it, since it may be a birth date', () => {
    expect(isIsoDay('2024-02-29')).toBe(true);
    expect(() => calendarDay('1985-02-31')).toThrow(/^This is not a calendar day of the form YYYY-MM-DD\.$/);
  });
});

describe('A minute in Kyiv', () => {
  it.each([
    ['2026-01-10T22:05:59.999Z', '11.01.2026 00:05'],
    ['2026-07-31T20:59:00Z', '31.07.2026 23:59'],
  ])('of %s', (moment, minute) => {
    expect(minuteInKyiv(new Date(moment))).toBe(minute);
  });
});

describe('The start of a day in Kyiv', () => {
  it.each([
    ['2026-01-15', 0, '2026-01-14T22:00:00.000Z'],
    ['2026-07-15', 0, '2026-07-14T21:00:00.000Z'],
    ['2026-03-29', 0, '2026-03-28T22:00:00.000Z'],
    ['2026-03-29', 1, '2026-03-29T21:00:00.000Z'],
  ])('%s and %i days is %s', (day, later, moment) => {
    expect(startInKyiv(day, later).toISOString()).toBe(moment);
  });
});
