import { describe, expect, it } from 'vitest';
import { AdaptiveLimit } from './adaptive-limit';

function limitOf(ceiling: number): AdaptiveLimit {
  const limit = new AdaptiveLimit();
  limit.ceilingIs(ceiling);
  return limit;
}

describe('The adaptive limit', () => {
  it('starts at its ceiling', () => {
    expect(limitOf(20).current()).toBe(20);
  });

  it.each(['timeout', 'connection', 'http_error'] as const)('gives a tenth way after a %s', (end) => {
    const limit = limitOf(20);
    limit.ended(end, 20);
    expect(limit.current()).toBe(18);
  });

  it.each(['fault_server', 'fault_configuration', 'not_sent', 'circuit_open'] as const)(
    'stays as it is after a %s, which says nothing of the load',
    (end) => {
      const limit = limitOf(20);
      limit.ended('timeout', 20);
      limit.ended(end, 20);
      expect(limit.current()).toBe(18);
    },
  );

  it('never falls below one, however long the register is overloaded', () => {
    const limit = limitOf(20);
    for (let i = 0; i < 1000; i += 1) limit.ended('timeout', 1);
    expect(limit.current()).toBe(1);
  });

  it('climbs by one per answer back to its ceiling and not above', () => {
    const limit = limitOf(5);
    for (let i = 0; i < 100; i += 1) limit.ended('timeout', 1);
    const climbed = [1, 2, 3, 4, 5, 5].map((inUse) => {
      limit.ended('answered', inUse);
      return limit.current();
    });
    expect(climbed).toEqual([2, 3, 4, 5, 5, 5]);
  });

  it('does not climb while less than half of it is in use', () => {
    const limit = limitOf(20);
    limit.ended('timeout', 20);
    limit.ended('answered', 8);
    expect(limit.current()).toBe(18);
    limit.ended('answered', 9);
    expect(limit.current()).toBe(19);
  });

  it('follows its ceiling down, and up again only when it was not cut', () => {
    const uncut = limitOf(20);
    uncut.ceilingIs(10);
    uncut.ceilingIs(20);
    expect(uncut.current()).toBe(20);
    const cut = limitOf(20);
    cut.ended('timeout', 20);
    cut.ceilingIs(40);
    expect(cut.current()).toBe(18);
  });

  it('is nothing when the worker has no place', () => {
    const limit = limitOf(0);
    limit.ended('timeout', 1);
    expect(limit.current()).toBe(0);
  });
});
