import { z } from 'zod';
import type { Transactions } from '../database/transactions';
import { Refusal } from '../domain/refusal';
import { type NhsMove, nextNhsByOfficial } from '../domain/verification/next-nhs-status';
import { STREAM_STATUSES, type StreamPair } from '../domain/verification/status';
import { parseBody, text } from '../http';
import { lockActivePerson, type PersonsAtHand } from './lock-active-person';
import type { NhsStatusRepository } from './nhs-status.repository';
import { recordPersonChanges } from './record-changes';

/** A reason in a few sentences; the limit is ours, the published column has none. */
const LONGEST_COMMENT = 1_000;

/** What an official may ask for. */
export const NHS_MOVE = z.strictObject({
  status: z.enum(STREAM_STATUSES),
  comment: text({ least: 0, most: LONGEST_COMMENT }).nullish(),
});

export interface NhsMoveAsked {
  readonly personId: string;
  /** The official. */
  readonly actorId: string;
  /** Status and comment as they were sent: the published order looks at the person first. */
  readonly asked: unknown;
}

/** Rows N4–N6: an official takes a person into work, accepts him or rejects him. */
export class MoveNhsStatus {
  constructor(
    private readonly transactions: Transactions,
    private readonly persons: PersonsAtHand,
    private readonly streams: NhsStatusRepository,
  ) {}

  /** Refuses in the published order; a refusal leaves everything as it was. */
  run({ personId, actorId, asked }: NhsMoveAsked): Promise<void> {
    return this.transactions.inTransaction(async (sql) => {
      await lockActivePerson(sql, personId, this.persons);
      const { status, comment: written } = parseBody(NHS_MOVE, asked);
      const before = await this.streams.standing(sql, personId);
      const row = allowed(nextNhsByOfficial(before, status), { from: before.verificationStatus, to: status });
      // Blanks are no reason that anybody could read.
      const comment = written?.trim() ? written.trim() : null;
      if (row.comment === 'required' && comment === null) throw new Refusal('comment_required');
      const { sum } = await this.streams.move(sql, { personId, actorId, row, comment });
      const after: StreamPair = {
        verificationStatus: row.verificationStatus,
        verificationReason: row.verificationReason,
      };
      const nothing = { claimId: null, messageId: null, durationMs: null };
      await recordPersonChanges(
        sql,
        { actorId, runId: null },
        {
          changes: [{ id: personId, stream: 'nhs', row: row.row, before, after, ...nothing }],
          sums: [sum],
        },
      );
    });
  }
}

function allowed(move: NhsMove, words: { readonly from: string; readonly to: string }) {
  if (move.allowed) return move.row;
  throw new Refusal(move.code, move.code === 'status_change_refused' ? { words } : {});
}
