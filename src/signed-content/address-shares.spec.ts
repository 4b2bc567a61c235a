import { describe, expect, it } from 'vitest';
import { BudgetByAddress, TurnsByAddress } from './address-shares';

const MINUTE_MS = 60_000;
const unused = (): number => 0;

/** Checks that wait, each under a name that begins with its address. */
function waitingOf(...names: readonly string[]) {
  const turns = new TurnsByAddress();
  const begun: string[] = [];
  const gaveWay: string[] = [];
  for (const name of names)
    turns.add(name.replace(/\d/, ''), {
      begin: () => begun.push(name),
      giveWay: () => gaveWay.push(name),
    });
  const begin = (usedBy: (address: string) => number): string | undefined => {
    turns.next(usedBy)?.begin();
    return begun.at(-1);
  };
  return { turns, gaveWay, begin };
}

describe('Checks that wait', () => {
  it('take turns by address', () => {
    const { begin, turns } = waitingOf('a1', 'a2', 'a3', 'b1', 'c1', 'c2');
    const order = Array.from({ length: 6 }, () => begin(unused));
    expect(order).toEqual(['a1', 'b1', 'c1', 'a2', 'c2', 'a3']);
    expect(turns.next(unused)).toBeUndefined();
  });

  it('go behind those of addresses that have used less', () => {
    const { begin } = waitingOf('a1', 'a2', 'b1', 'b2', 'c1');
    const used: Record<string, number> = { a: 3, b: 1, c: 1 };
    const order = Array.from({ length: 5 }, () => begin((address) => used[address] ?? 0));
    expect(order).toEqual(['b1', 'c1', 'b2', 'a1', 'a2']);
  });

  it('replace a check of the longest queue, unless the newcomer has the longest one then', () => {
    const { turns, gaveWay } = waitingOf('a1', 'a2', 'a3', 'b1');
    expect(turns.makeRoomFor('a')).toBe(false);
    expect(turns.makeRoomFor('c')).toBe(true);
    expect(turns.makeRoomFor('b')).toBe(false);
    expect(gaveWay).toEqual(['a3']);
    expect(new TurnsByAddress().makeRoomFor('a')).toBe(false);
  });
});

describe('The budget of an address', () => {
  const clock = { ms: 5_000 };
  const budget = (seconds: number) => new BudgetByAddress(seconds, () => clock.ms);
  const refusal = (retryAfterSeconds: number): unknown =>
    expect.objectContaining({ code: 'signature_budget_spent', details: { retryAfterSeconds } });

  it('is spent by that address alone, until its minute is over', () => {
    const one = budget(2);
    one.charge('a', 1_999);
    expect(() => one.refuseIfSpent('a')).not.toThrow();
    clock.ms += 10_000;
    one.charge('a', 1);
    expect(() => one.refuseIfSpent('a')).toThrow(refusal(50));
    expect(() => one.refuseIfSpent('b')).not.toThrow();
    clock.ms += MINUTE_MS - 10_000 - 1;
    expect(() => one.refuseIfSpent('a')).toThrow(refusal(1));
    clock.ms += 1;
    expect(() => one.refuseIfSpent('a')).not.toThrow();
    one.charge('a', 1_000);
    expect(() => one.refuseIfSpent('a')).not.toThrow();
  });

  it('counts what was used in steps of a quarter of a second', () => {
    const one = budget(60);
    expect(one.usedSteps('a')).toBe(0);
    one.charge('a', 249);
    expect(one.usedSteps('a')).toBe(0);
    one.charge('a', 1_001);
    expect(one.usedSteps('a')).toBe(5);
    clock.ms += MINUTE_MS;
    expect(one.usedSteps('a')).toBe(0);
  });
});
