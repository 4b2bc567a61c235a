import { parseExpression } from 'cron-parser';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { faultInCronExpression } from '../../src/config/cron-expression';

const number = (min: number, max: number) => fc.integer({ min, max }).map(String);

function field(min: number, max: number) {
  const range = fc
    .tuple(fc.integer({ min, max }), fc.integer({ min, max }))
    .map(([from, to]) => `${from}-${to}`);
  const stepped = fc
    .tuple(fc.oneof(fc.constant('*'), range), fc.integer({ min: 0, max }))
    .map(([span, step]) => `${span}/${step}`);
  const part = fc.oneof(fc.constant('*'), number(min, max), range, stepped);
  return fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(','));
}

const expression = fc
  .tuple(field(0, 60), field(0, 24), field(0, 32), field(0, 13), field(0, 8))
  .map((fields) => fields.join(' '));

describe('A schedule that the settings accept', () => {
  it('is one the scheduler can read, and has a next time', () => {
    fc.assert(
      fc.property(expression, (written) => {
        fc.pre(faultInCronExpression(written) === undefined);
        const next = parseExpression(written, { tz: 'Europe/Kyiv' }).next();
        expect(next.toDate().getTime()).toBeGreaterThan(0);
      }),
      { numRuns: 300 },
    );
  });
});
