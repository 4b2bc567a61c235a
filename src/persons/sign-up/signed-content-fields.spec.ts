import { fault, faultsIn } from '../../../test/support/request-errors';
import { day, text, textLike } from './signed-content.schema';
import { describe, expect, it } from 'vitest';

describe('A text', () => {
  const short = text({ least: 2, most: 4 });

  it.each([
    ['a', [fault('length', 'expected value to have a minimum length of 2 but was 1')]],
    ['ab', []],
    ['abcd', []],
    ['abcde', [fault('length', 'expected value to have a maximum length of 4 but was 5')]],
    // A character beyond the basic plane is one, though it is written with two halves.
    ['😀😀😀😀', []],
    ['😀', [fault('length', 'expected value to have a minimum length of 2 but was 1')]],
  ])('is as long as it must be: %j', (value, faults) => {
    expect(faultsIn(short, value)).toEqual(faults);
  });

  it.each(['a\u0000b', '\ud800ab', 'ab\udc00'])('that no database could keep is refused: %j', (value) => {
    expect(faultsIn(short, value)).toEqual([
      fault('format', 'string must not hold NUL or half of a surrogate pair'),
    ]);
  });

  it('of a pattern says the pattern and not itself', () => {
    expect(faultsIn(textLike(/^[0-9]{3}$/), '12a')).toEqual([
      fault('format', 'string does not match pattern "^[0-9]{3}$"'),
    ]);
  });

  it('too long is never held against its pattern', () => {
    let asked = 0;
    const field = text({ most: 255, fits: () => (asked += 1) > 0 });
    expect(faultsIn(field, 'x'.repeat(1_000_000))).toHaveLength(1);
    expect(asked).toBe(0);
  });

  it.each([
    ['2024-02-29', true],
    ['2023-02-29', false],
    ['2023-2-1', false],
    ['0000-01-01', false],
    ['2023-01-01T00:00:00Z', false],
    [' 2023-01-01', false],
    ['٢٠٢٣-٠١-٠١', false],
  ])('for a day is one of the calendar: %s', (value, isDay) => {
    expect(faultsIn(day(), value)).toHaveLength(isDay ? 0 : 1);
  });
});
