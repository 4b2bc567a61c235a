import { expect, it } from 'vitest';
import { scheduleWords } from './schedule-words';

it.each([
  ['* * * * *', { kind: 'minutes', every: 1 }],
  ['*/5 * * * *', { kind: 'minutes', every: 5 }],
  ['*/7 * * * *', { kind: 'other' }],
  ['7 * * * *', { kind: 'hourly', minute: 7 }],
  ['0 1 * * *', { kind: 'daily', time: '01:00' }],
  ['30 04 * * 1', { kind: 'weekly', day: 1, time: '04:30' }],
  ['0 0 * * 7', { kind: 'weekly', day: 0, time: '00:00' }],
  ['0 0 1 * *', { kind: 'monthly', day: 1, time: '00:00' }],
  ['0 0 29 2 *', { kind: 'yearly', day: 29, month: 2, time: '00:00' }],
  ['0 1-3 * * *', { kind: 'other' }],
  ['0,30 1 * * *', { kind: 'other' }],
  ['0 1 1 * 1', { kind: 'other' }],
  ['0 1 * 2 *', { kind: 'other' }],
])('%s in words is %j', (expression, words) => {
  expect(scheduleWords(expression)).toEqual(words);
});
