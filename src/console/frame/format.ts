import type { Language } from './languages';

const LOCALES = { uk: 'uk-UA', en: 'en-GB' } as const;

const UNITS = {
  uk: { days: 'д', hours: 'год', minutes: 'хв', seconds: 'с', milliseconds: 'мс' },
  en: { days: 'd', hours: 'h', minutes: 'min', seconds: 's', milliseconds: 'ms' },
} as const;

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What is shown where there is no value. */
const NOTHING = '—';

type Moment = Date | string | null | undefined;

/** Numbers, times and spans as readers of one language write them. Nothing is shown as a dash. */
export class Format {
  private readonly moments: Intl.DateTimeFormat;
  private readonly days: Intl.DateTimeFormat;
  private readonly calendarDays: Intl.DateTimeFormat;
  private readonly clocks: Intl.DateTimeFormat;

  constructor(
    private readonly language: Language,
    timeZone: string,
  ) {
    const locale = LOCALES[language];
    const day = { day: '2-digit', month: '2-digit', year: 'numeric' } as const;
    const clock = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const;
    this.moments = new Intl.DateTimeFormat(locale, { timeZone, ...day, ...clock });
    this.days = new Intl.DateTimeFormat(locale, { timeZone, ...day });
    this.calendarDays = new Intl.DateTimeFormat(locale, { timeZone: 'UTC', ...day });
    this.clocks = new Intl.DateTimeFormat(locale, { timeZone, ...clock });
  }

  /** `28.11.2026, 13:06:05` */
  time(moment: Moment): string {
    return ofMoment(moment, this.moments);
  }

  /** `13:06:05` */
  clock(moment: Moment): string {
    return ofMoment(moment, this.clocks);
  }

  /** `28.11.2026`. A day of the calendar (YYYY-MM-DD) has no time zone and stays the same day. */
  day(moment: Moment): string {
    if (typeof moment === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(moment))
      return this.calendarDays.format(new Date(moment));
    return ofMoment(moment, this.days);
  }

  /** For the attribute `datetime`. */
  iso(moment: Moment): string {
    const date = dateOf(moment);
    return date === undefined ? '' : date.toISOString();
  }

  /** `12 345` */
  number(value: number | null | undefined, fractionDigits = 0): string {
    if (value === null || value === undefined || !Number.isFinite(value)) return NOTHING;
    return value.toLocaleString(LOCALES[this.language], { maximumFractionDigits: fractionDigits });
  }

  /** A share from 0 to 1: `12,5 %` */
  share(value: number | null | undefined): string {
    if (value === null || value === undefined || !Number.isFinite(value)) return NOTHING;
    return value.toLocaleString(LOCALES[this.language], { style: 'percent', maximumFractionDigits: 1 });
  }

  /** A span in its two largest units: `2 год 5 хв` */
  span(milliseconds: number | null | undefined): string {
    if (milliseconds === null || milliseconds === undefined || !Number.isFinite(milliseconds)) return NOTHING;
    const units = UNITS[this.language];
    if (milliseconds < SECOND) return `${Math.round(milliseconds)} ${units.milliseconds}`;
    const parts = [
      [Math.floor(milliseconds / DAY), units.days],
      [Math.floor((milliseconds % DAY) / HOUR), units.hours],
      [Math.floor((milliseconds % HOUR) / MINUTE), units.minutes],
      [Math.floor((milliseconds % MINUTE) / SECOND), units.seconds],
    ] as const;
    const first = parts.findIndex(([count]) => count > 0);
    return parts
      .slice(first, first + 2)
      .filter(([count]) => count > 0)
      .map(([count, unit]) => `${count} ${unit}`)
      .join(' ');
  }

  /** The word for a key. A key that this version does not know, perhaps of a newer one, is shown itself. */
  word(words: Readonly<Record<string, string>>, key: string): string {
    return Object.hasOwn(words, key) ? (words[key] ?? key) : key;
  }

  /** The first eight signs of an id, enough to tell rows apart; the whole id is in the title beside it. */
  id(id: string | null | undefined): string {
    return id?.slice(0, 8) ?? NOTHING;
  }
}

function ofMoment(moment: Moment, format: Intl.DateTimeFormat): string {
  if (moment === null || moment === undefined) return NOTHING;
  const date = dateOf(moment);
  return date === undefined ? withoutCalendar(String(moment)) : format.format(date);
}

/** Undefined for what is no moment of our calendar. */
function dateOf(moment: Moment): Date | undefined {
  const date = new Date(moment ?? NaN);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/** Other programs may store what PostgreSQL knows and no calendar shows: `infinity`, and years far away. */
const withoutCalendar = (stored: string): string => stored.toLowerCase().replace('infinity', '∞');
