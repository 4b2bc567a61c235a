import { array, assert, constantFrom, property, shuffledSubarray, tuple } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cumulativeRowOf, cumulativeStatusOf, partyStatusOf } from './cumulative-status.rules';
import { CUMULATIVE_STATUSES, STREAM_STATUSES, type CumulativeStatus, type StreamStatus } from './stream';

const aStanding = constantFrom<(CumulativeStatus | null)[]>(null, ...CUMULATIVE_STATUSES);
const someStreams = array(constantFrom(...STREAM_STATUSES), { maxLength: 9 });

/** The sum computed another way: how bad the worst stream is, on a scale from nothing to count to refuted. */
const BADNESS: Readonly<Record<StreamStatus, number>> = {
  VERIFICATION_NOT_NEEDED: 0,
  VERIFIED: 0,
  VERIFICATION_NEEDED: 1,
  IN_REVIEW: 1,
  NOT_VERIFIED: 2,
};

function worst(streams: readonly StreamStatus[]): number {
  return Math.max(0, ...streams.map((status) => BADNESS[status]));
}

describe('what the streams of a person add up to', () => {
  it('C0: a NOT_VERIFIED set by hand stays, whatever the streams are', () => {
    const allGood = { current: 'NOT_VERIFIED', streams: ['VERIFIED', 'VERIFIED'] } as const;
    const bad = { current: 'NOT_VERIFIED', streams: ['NOT_VERIFIED'] } as const;
    expect(cumulativeRowOf(allGood)).toEqual({ row: 'C0', status: 'NOT_VERIFIED' });
    expect(cumulativeRowOf(bad)).toEqual({ row: 'C0', status: 'NOT_VERIFIED' });
  });

  it('C1: one refuted stream is enough for CHANGES_NEEDED, also beside streams that still wait', () => {
    const streams = ['VERIFIED', 'VERIFICATION_NEEDED', 'NOT_VERIFIED', 'IN_REVIEW'] as const;
    expect(cumulativeRowOf({ current: 'VERIFIED', streams })).toEqual({
      row: 'C1',
      status: 'CHANGES_NEEDED',
    });
  });

  it('C2: a person is VERIFIED when every stream that counts is', () => {
    const streams = ['VERIFIED', 'VERIFICATION_NOT_NEEDED', 'VERIFIED'] as const;
    expect(cumulativeRowOf({ current: 'CHANGES_NEEDED', streams })).toEqual({
      row: 'C2',
      status: 'VERIFIED',
    });
  });

  it.each([{ streams: [] }, { streams: ['VERIFICATION_NOT_NEEDED'] as const }])(
    'C2: a person of whom nothing counts is VERIFIED: $streams',
    ({ streams }) => {
      expect(cumulativeRowOf({ current: null, streams })).toEqual({ row: 'C2', status: 'VERIFIED' });
    },
  );

  it.each(['VERIFICATION_NEEDED', 'IN_REVIEW'] as const)(
    'C3: a stream in %s keeps the person waiting',
    (waits) => {
      const streams = ['VERIFIED', waits] as const;
      expect(cumulativeRowOf({ current: 'VERIFIED', streams })).toEqual({
        row: 'C3',
        status: 'VERIFICATION_NEEDED',
      });
    },
  );

  it('C0–C3: is the standing block, or else as bad as the worst stream', () => {
    const byBadness = ['VERIFIED', 'VERIFICATION_NEEDED', 'CHANGES_NEEDED'] as const;
    assert(
      property(aStanding, someStreams, (standing, streams) => {
        const reported = standing === 'NOT_VERIFIED' ? standing : byBadness[worst(streams)];
        expect(cumulativeStatusOf({ current: standing, streams })).toBe(reported);
      }),
    );
  });

  it('C0–C3: does not depend on the order of the streams, nor on streams that are not needed', () => {
    const twoOrders = someStreams.chain((streams) =>
      tuple(
        someStreams.map(() => streams),
        shuffledSubarray(streams, { minLength: streams.length }),
      ),
    );
    assert(
      property(aStanding, twoOrders, (standing, [streams, shuffled]) => {
        const status = cumulativeStatusOf({ current: standing, streams });
        expect(cumulativeStatusOf({ current: standing, streams: shuffled })).toBe(status);
        expect(
          cumulativeStatusOf({ current: standing, streams: ['VERIFICATION_NOT_NEEDED', ...streams] }),
        ).toBe(status);
      }),
    );
  });

  it('C0–C3: adding it up again changes nothing', () => {
    assert(
      property(aStanding, someStreams, (standing, streams) => {
        const once = cumulativeStatusOf({ current: standing, streams });
        expect(cumulativeStatusOf({ current: once, streams })).toBe(once);
      }),
    );
  });

  it('C0: never sets NOT_VERIFIED by itself', () => {
    const notBlocked = aStanding.filter((standing) => standing !== 'NOT_VERIFIED');
    assert(
      property(notBlocked, someStreams, (standing, streams) => {
        expect(cumulativeStatusOf({ current: standing, streams })).not.toBe('NOT_VERIFIED');
      }),
    );
  });
});

describe('what the streams of a party add up to', () => {
  it('C1: one refuted stream makes a party NOT_VERIFIED', () => {
    expect(partyStatusOf(['VERIFIED', 'NOT_VERIFIED', 'VERIFICATION_NEEDED'])).toBe('NOT_VERIFIED');
  });

  it('C2, C3: is as bad as the worst stream', () => {
    const byBadness = ['VERIFIED', 'VERIFICATION_NEEDED', 'NOT_VERIFIED'] as const;
    assert(
      property(someStreams, (streams) => {
        expect(partyStatusOf(streams)).toBe(byBadness[worst(streams)]);
      }),
    );
  });
});
