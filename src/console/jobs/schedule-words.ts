/** A schedule that can be put in a few words; `time` is HH:MM, a week begins with Sunday, 0. */
export type ScheduleWords =
  | { readonly kind: 'minutes'; readonly every: number }
  | { readonly kind: 'hourly'; readonly minute: number }
  | { readonly kind: 'daily'; readonly time: string }
  | { readonly kind: 'weekly'; readonly day: number; readonly time: string }
  | { readonly kind: 'monthly'; readonly day: number; readonly time: string }
  | { readonly kind: 'yearly'; readonly day: number; readonly month: number; readonly time: string }
  | { readonly kind: 'other' };

const NUMBER = /^\d{1,2}$/;
const OTHER: ScheduleWords = { kind: 'other' };

/** Of a valid cron expression with five fields. Ranges and lists are `other`: readers see the expression beside it. */
export function scheduleWords(expression: string): ScheduleWords {
  const [minute = '', hour = '', ...days] = expression.trim().split(/\s+/);
  if ([hour, ...days].join(' ') === '* * * *') return withinHour(minute);
  if (!NUMBER.test(minute) || !NUMBER.test(hour)) return OTHER;
  return onDays(days, `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`);
}

function withinHour(minute: string): ScheduleWords {
  if (minute === '*') return { kind: 'minutes', every: 1 };
  const [, step] = /^\*\/(\d{1,2})$/.exec(minute) ?? [];
  // In another rhythm the steps are not equal over the full hour.
  if (step !== undefined && 60 % Number(step) === 0) return { kind: 'minutes', every: Number(step) };
  return NUMBER.test(minute) ? { kind: 'hourly', minute: Number(minute) } : OTHER;
}

function onDays(days: readonly string[], time: string): ScheduleWords {
  const [day, month, weekday] = days.map(Number) as [number, number, number];
  switch (days.map((field) => (NUMBER.test(field) ? 'n' : field)).join(' ')) {
    case '* * *':
      return { kind: 'daily', time };
    case '* * n':
      return { kind: 'weekly', day: weekday % 7, time };
    case 'n * *':
      return { kind: 'monthly', day, time };
    case 'n n *':
      return { kind: 'yearly', day, month, time };
    default:
      return OTHER;
  }
}
