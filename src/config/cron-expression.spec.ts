import { describe, expect, it } from 'vitest';
import { faultInCronExpression } from './cron-expression';

describe('A cron expression', () => {
  it.each([
    '0 1 * * *',
    '*/5 * * * *',
    '0,30 8-18/2 1 jan-mar MON,wed',
    '59 23 31 12 7',
    '0 0 29 2 *',
    '0  3 * *\t0',
  ])('of five readable fields is accepted: %s', (expression) => {
    expect(faultInCronExpression(expression)).toBeUndefined();
  });

  it.each(['', 'daily', '@daily', '0 1 * *', '0 0 1 * * *'])('needs five fields: "%s"', (expression) => {
    expect(faultInCronExpression(expression)).toBe('must be a cron expression of five fields');
  });

  it.each([
    ['60 * * * *', 'minute'],
    ['-1 * * * *', 'minute'],
    ['*/0 * * * *', 'minute'],
    ['5/10 * * * *', 'minute'],
    ['1,,2 * * * *', 'minute'],
    ['0 24 * * *', 'hour'],
    ['0 5-1 * * *', 'hour'],
    ['0 1 0 * *', 'day of month'],
    ['0 1 L * *', 'day of month'],
    ['0 1 * 13 *', 'month'],
    ['0 1 * foo *', 'month'],
    ['0 1 * * 8', 'day of week'],
    ['0 1 * * mon#2', 'day of week'],
  ])('names the field that cannot be read: %s (%s)', (expression, field) => {
    const says = `must be a cron expression of five fields; its ${field} cannot be read`;
    expect(faultInCronExpression(expression)).toBe(says);
  });

  it.each(['0 0 30 2 *', '0 0 31 4,6,9,11 *', '0 0 30-31 feb *', '0 * 31 6 0'])(
    'must come some day: %s',
    (expression) => {
      expect(faultInCronExpression(expression)).toMatch(/whose day exists/);
    },
  );
});
