import { describe, expect, it } from 'vitest';
import { fromStatuses, nextStreamStatus } from './stream-status.rules';
import { SELECTION_BRANCHES, type SelectionBranch } from './selection.rules';
import { STREAM_REASONS, STREAM_STATUSES, type StreamReason, type StreamStatus } from './stream';
import { STREAM_STATUS_TABLE } from './stream-status.table';

const BRANCHES: readonly SelectionBranch[] = SELECTION_BRANCHES;

interface Stream {
  readonly status: StreamStatus;
  readonly reason: StreamReason;
  readonly synced: 'never' | 'past_period' | 'lately';
  readonly retry: 'not_waiting' | 'wait_is_over' | 'waits';
}

const EVERY_STREAM: readonly Stream[] = STREAM_STATUSES.flatMap((status) =>
  STREAM_REASONS.flatMap((reason) =>
    (['never', 'past_period', 'lately'] as const).flatMap((synced) =>
      (['not_waiting', 'wait_is_over', 'waits'] as const).map((retry) => ({ status, reason, synced, retry })),
    ),
  ),
);

function takes({ statuses, reason, synced, retry }: SelectionBranch, stream: Stream): boolean {
  if (!statuses.includes(stream.status) || synced !== stream.synced || retry !== stream.retry) return false;
  if (reason === 'any') return true;
  return 'only' in reason ? reason.only === stream.reason : reason.allBut !== stream.reason;
}

/** The published condition, in one sentence and without branches. */
function isDue({ status, synced, retry }: Stream): boolean {
  return (
    (status === 'VERIFICATION_NEEDED' || status === 'VERIFIED') && synced !== 'lately' && retry !== 'waits'
  );
}

/** The published line of the order that contains a stream that is due. */
function lineOf({ status, reason, synced, retry }: Stream): number {
  if (retry === 'wait_is_over') return 5;
  if (status === 'VERIFICATION_NEEDED') return reason === 'ONLINE_TRIGGERED' ? 1 : 2;
  return synced === 'never' ? 3 : 4;
}

describe('the selection of a scheduled run', () => {
  it('S3: selects exactly the due persons, each in one branch, on the published line', () => {
    for (const stream of EVERY_STREAM) {
      const lines = BRANCHES.filter((branch) => takes(branch, stream)).map(({ line }) => line);
      expect(lines).toEqual(isDue(stream) ? [lineOf(stream)] : []);
    }
  });

  it('S3: goes through the lines in order, and on each selects first who was never checked', () => {
    const order = BRANCHES.map(({ line, synced }) => `${line} ${synced === 'never' ? 'a' : 'b'}`);
    expect(order).toEqual([...order].sort());
  });

  it('S3: reads only statuses from which the row may start', () => {
    for (const status of BRANCHES.flatMap(({ statuses }) => statuses)) {
      expect(fromStatuses(STREAM_STATUS_TABLE.S3)).toContain(status);
      expect(nextStreamStatus(status, 'taken_for_review').allowed).toBe(true);
    }
  });
});
