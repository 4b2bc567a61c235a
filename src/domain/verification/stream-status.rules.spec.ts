import { describe, expect, it } from 'vitest';
import {
  STREAM_TRIGGERS,
  type StreamTrigger,
  type StreamStatusRow,
  STREAM_STATUS_TABLE,
} from './stream-status.table';
import {
  afterRow,
  fromStatuses,
  nextStreamStatus,
  type RowFacts,
  type StreamColumns,
} from './stream-status.rules';
import { STREAM_STATUSES, type StreamPair, type StreamStatus } from './stream';

const GROUNDS = Object.keys(STREAM_TRIGGERS) as StreamTrigger[];
const ROWS: readonly StreamStatusRow[] = Object.values(STREAM_STATUS_TABLE);
const NOW = new Date('2026-03-01T10:00:00Z');
const YESTERDAY = new Date('2026-02-28T10:00:00Z');
const DATA_ID = '11111111-1111-4111-8111-111111111111';

const VERIFIED_YESTERDAY: StreamPair = { verificationStatus: 'VERIFIED', verificationReason: 'AUTO_VALID' };

/** A stream with something in every column, so that each emptied or kept column shows. */
function standing(verificationStatus: StreamStatus): StreamColumns {
  return {
    verificationStatus,
    verificationReason: 'AUTO',
    dataId: DATA_ID,
    dataStatus: 1,
    syncedAt: YESTERDAY,
    unverifiedAt: YESTERDAY,
  };
}

function move(from: StreamStatus, trigger: StreamTrigger, more: Partial<RowFacts> = {}): StreamColumns {
  const decided = nextStreamStatus(from, trigger);
  if (!decided.allowed) throw new Error(decided.why);
  return afterRow({ row: decided.row, before: standing(from), now: NOW, ...more });
}

const EMPTIED = { dataId: null, dataStatus: null, syncedAt: null };
const KEPT = { dataId: DATA_ID, dataStatus: 1, syncedAt: YESTERDAY };

describe('what follows for a register stream', () => {
  it.each(STREAM_STATUSES)(
    'S1: new data for the stream makes %s due, with nothing left of the old answer',
    (from) => {
      expect(move(from, 'signed_with_data')).toEqual({
        ...EMPTIED,
        verificationStatus: 'VERIFICATION_NEEDED',
        verificationReason: 'ONLINE_TRIGGERED',
        unverifiedAt: null,
      });
    },
  );

  it.each(STREAM_STATUSES)('S2: a signature without such data takes %s out of the checks', (from) => {
    expect(move(from, 'signed_without_data')).toEqual({
      ...EMPTIED,
      verificationStatus: 'VERIFICATION_NOT_NEEDED',
      verificationReason: 'AUTO_DATA_ABSENT',
      unverifiedAt: null,
    });
  });

  it.each(['VERIFICATION_NEEDED', 'VERIFIED'] as const)(
    'S3: a scheduled run locks %s and changes nothing else',
    (from) => {
      expect(move(from, 'taken_for_review')).toEqual({
        ...KEPT,
        verificationStatus: 'IN_REVIEW',
        verificationReason: 'AUTO',
        unverifiedAt: YESTERDAY,
      });
    },
  );

  it('S4: a person in review with nothing to check is not checked any more', () => {
    expect(move('IN_REVIEW', 'nothing_to_check')).toEqual({
      ...EMPTIED,
      verificationStatus: 'VERIFICATION_NOT_NEEDED',
      verificationReason: 'AUTO_DATA_ABSENT',
      unverifiedAt: null,
    });
  });

  it('S5: malformed data is NOT_VERIFIED from now on, without any saved answer', () => {
    expect(move('IN_REVIEW', 'data_malformed')).toEqual({
      ...EMPTIED,
      verificationStatus: 'NOT_VERIFIED',
      verificationReason: 'AUTO_INCORRECT_DATA',
      unverifiedAt: NOW,
    });
  });

  it("S6: a confirmed stream is VERIFIED for the stream's reason, and unverified_at is emptied", () => {
    const answer = { reason: 'AUTO_VALID', dataId: null, dataStatus: 0 } as const;
    expect(move('IN_REVIEW', 'register_confirmed', { answer })).toEqual({
      verificationStatus: 'VERIFIED',
      verificationReason: 'AUTO_VALID',
      dataId: null,
      dataStatus: 0,
      syncedAt: NOW,
      unverifiedAt: null,
    });
  });

  it("S7: a refuted stream is NOT_VERIFIED for the stream's reason, with the answer kept", () => {
    const answer = { reason: 'AUTO_NOT_VALID', dataId: DATA_ID, dataStatus: 1 } as const;
    expect(move('IN_REVIEW', 'register_refuted', { answer })).toEqual({
      verificationStatus: 'NOT_VERIFIED',
      verificationReason: 'AUTO_NOT_VALID',
      dataId: DATA_ID,
      dataStatus: 1,
      syncedAt: NOW,
      unverifiedAt: NOW,
    });
  });

  it.each(STREAM_STATUSES.filter((status) => status !== 'IN_REVIEW'))(
    'S8: another holder in %s is refuted with the document, from now on even if refuted before',
    (from) => {
      const answer = { reason: 'AUTO_NOT_VALID', dataId: DATA_ID, dataStatus: 1 } as const;
      expect(move(from, 'document_refuted_elsewhere', { answer })).toMatchObject({
        verificationStatus: 'NOT_VERIFIED',
        verificationReason: 'AUTO_NOT_VALID',
        syncedAt: NOW,
        unverifiedAt: NOW,
      });
    },
  );

  it('S8: a holder in review keeps the answer of that review', () => {
    expect(nextStreamStatus('IN_REVIEW', 'document_refuted_elsewhere')).toEqual({
      allowed: false,
      why: 'own_review_decides',
    });
  });

  it('S9: after a technical error the pair before the lock returns and the lock row waits', () => {
    expect(move('IN_REVIEW', 'technical_error', { beforeLock: VERIFIED_YESTERDAY })).toEqual({
      ...KEPT,
      ...VERIFIED_YESTERDAY,
      unverifiedAt: YESTERDAY,
    });
    expect(STREAM_STATUS_TABLE.S9.lock).toBe('wait');
  });

  it.each(STREAM_STATUSES)('S10: a repeat makes %s due, with nothing left of the old answer', (from) => {
    expect(move(from, 'repeat_asked')).toEqual({
      ...EMPTIED,
      verificationStatus: 'VERIFICATION_NEEDED',
      verificationReason: 'ONLINE_TRIGGERED',
      unverifiedAt: null,
    });
  });

  it.each(['lock_expired', 'released_unasked', 'answer_overtaken'] as const)(
    'S11: %s releases the lock without counting, and the pair before it returns',
    (trigger) => {
      expect(move('IN_REVIEW', trigger, { beforeLock: VERIFIED_YESTERDAY })).toEqual({
        ...KEPT,
        ...VERIFIED_YESTERDAY,
        unverifiedAt: YESTERDAY,
      });
      expect(STREAM_STATUS_TABLE.S11.lock).toBe('release');
    },
  );

  it('S6, S7: a row that takes the reason of the stream cannot be applied without an answer', () => {
    expect(() => move('IN_REVIEW', 'register_confirmed')).toThrow('without an answer');
  });

  it('S9, S11: a row that goes back cannot be applied without the pair before the lock', () => {
    expect(() => move('IN_REVIEW', 'technical_error')).toThrow('without the pair before the lock');
  });
});

describe('the common table as a whole', () => {
  const everyMove = STREAM_STATUSES.flatMap((status) => GROUNDS.map((trigger) => ({ status, trigger })));

  it.each(everyMove)('S1–S11: $status × $trigger is decided', ({ status, trigger }) => {
    const decided = nextStreamStatus(status, trigger);
    if (!decided.allowed) return;
    expect(decided.row.triggers).toContain(trigger);
    expect(fromStatuses(decided.row)).toContain(status);
  });

  it('S1–S11: allows these changes and no others', () => {
    const allowed = everyMove.filter(({ status, trigger }) => nextStreamStatus(status, trigger).allowed);
    // S1, S2, S10 from five statuses; S3 from two; S8 from four; S4, S5, S6, S7, S9 and three S11 from one.
    expect(allowed).toHaveLength(3 * 5 + 2 + 4 + 8);
  });

  it('S1–S11: every trigger belongs to exactly one row', () => {
    expect(ROWS.flatMap((row) => row.triggers).sort()).toEqual([...GROUNDS].sort());
  });

  it.each([
    'nothing_to_check',
    'data_malformed',
    'register_confirmed',
    'register_refuted',
    'technical_error',
  ] as const)('S4–S7, S9: %s without the lock is refused from every other status', (trigger) => {
    for (const status of STREAM_STATUSES.filter((other) => other !== 'IN_REVIEW')) {
      expect(nextStreamStatus(status, trigger)).toEqual({ allowed: false, why: 'lock_is_gone' });
    }
  });

  it('S3: a scheduled run selects nobody in review, refuted, or not to be checked', () => {
    expect(nextStreamStatus('IN_REVIEW', 'taken_for_review')).toEqual({
      allowed: false,
      why: 'already_in_review',
    });
    expect(nextStreamStatus('NOT_VERIFIED', 'taken_for_review')).toEqual({
      allowed: false,
      why: 'not_scheduled',
    });
    expect(nextStreamStatus('VERIFICATION_NOT_NEEDED', 'taken_for_review')).toEqual({
      allowed: false,
      why: 'not_scheduled',
    });
  });

  it('S3, S9, S11: changes into and out of the lock record nothing, all others do', () => {
    const silent = ROWS.filter((row) => !row.records).map(({ row }) => row);
    expect(silent).toEqual(['S3', 'S9', 'S11']);
  });

  it('S5, S7, S8: unverified_at is set by these rows, and emptied by every row to VERIFIED or NOT_NEEDED', () => {
    const set = ROWS.filter((row) => row.unverifiedAt === 'now').map(({ row }) => row);
    expect(set).toEqual(['S5', 'S7', 'S8']);
    for (const row of ROWS.filter(({ to }) => to === 'VERIFIED' || to === 'VERIFICATION_NOT_NEEDED')) {
      expect(row.unverifiedAt).toBe('clear');
    }
  });

  it('S1, S2, S8, S10: every row that may end a lock from outside removes it', () => {
    const { S1, S2, S8, S10 } = STREAM_STATUS_TABLE;
    expect([S1, S2, S8, S10].map(({ lock }) => lock)).toEqual(['delete', 'delete', 'delete', 'delete']);
  });

  it.each(STREAM_STATUSES)('S1–S11: %s can be reached from every other status', (wanted) => {
    for (const start of STREAM_STATUSES) expect(reachableFrom(start)).toContain(wanted);
  });
});

/** Follows the rows with a fixed target; S9 and S11 only lead back to where a walk has been already. */
function reachableFrom(start: StreamStatus): ReadonlySet<StreamStatus> {
  const seen = new Set<StreamStatus>([start]);
  for (const status of seen) {
    for (const { to } of ROWS.filter((row) => fromStatuses(row).includes(status))) {
      if (to !== 'as_before') seen.add(to);
    }
  }
  return seen;
}
