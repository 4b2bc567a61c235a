import { describe, expect, it } from 'vitest';
import { TECHNICAL_ERROR_KINDS } from '../domain/verification/technical-error';
import { MOST_TRIES, nextTryInSeconds } from './next-try.rules';

describe('The next call after a failed one', () => {
  it('comes after one second, then after four, and then no more', () => {
    expect([1, 2, 3].map((tries) => nextTryInSeconds(tries, 'timeout'))).toEqual([1, 4, undefined]);
    expect(MOST_TRIES).toBe(3);
  });

  it('does not come when it could mend nothing', () => {
    const final = TECHNICAL_ERROR_KINDS.filter((kind) => nextTryInSeconds(1, kind) === undefined);
    expect([...final].sort()).toEqual(['circuit_open', 'fault_client', 'fault_configuration']);
  });
});
