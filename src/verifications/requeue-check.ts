import { z } from 'zod';
import type { Sql, Transactions } from '../database/transactions';
import { Refusal } from '../domain/refusal';
import { REGISTER_STREAMS, type RegisterStreamName } from '../domain/verification/stream';
import { STREAM_STATUS_TABLE } from '../domain/verification/stream-status.table';
import { parseBody } from '../http';
import type { RequestedCheck } from './at-once/check-request.repository';
import type { ChecksAtOnce } from './at-once/checks-at-once';
import { lockActivePerson, type PersonsAtHand } from './lock-active-person';
import { beginning } from './person-data-changed';
import { recordPersonChanges } from './record-changes';

const S10 = STREAM_STATUS_TABLE.S10;

/** A repeat is asked for by the status in which the stream begins again. */
const REPEAT = { status: S10.to } as const;
/** What an official may ask for. */
export const REPEAT_ASKED = z.strictObject({ status: z.literal(S10.to), run: z.boolean().optional() });

interface Repeat extends RequestedCheck {
  /** The official. */
  readonly actorId: string;
}

export interface RepeatAsked extends Repeat {
  /** What he asked for, as it was sent: the published order looks at the person first. */
  readonly asked?: unknown;
}

/** What became of a repeat. */
export interface Requeued {
  /** The check is made at once. */
  readonly atOnce: boolean;
}

/** Row S10: an official has a register stream of a person checked again: in its turn, or at once (`run`). */
export class RequeueCheck {
  constructor(
    private readonly transactions: Transactions,
    private readonly persons: PersonsAtHand,
    private readonly checks: ChecksAtOnce,
  ) {}

  /** Refuses when there is no such person, when he is not active, or when something else than a repeat is asked for. */
  async run({ asked = REPEAT, ...repeat }: RepeatAsked): Promise<Requeued> {
    const atOnce = await this.transactions.inTransaction(async (sql) => {
      await lockActivePerson(sql, repeat.personId, this.persons);
      const { run = false } = parseBody(REPEAT_ASKED, asked);
      // Whoever asks again while the first request is under way waits for the same answer.
      if (run && (await this.isUnderWay(sql, repeat))) return run;
      await this.beginAgain(sql, repeat);
      if (run) await this.checks.requests.request(sql, repeat, repeat.actorId);
      return run;
    });
    if (atOnce) await this.checks.bell.ring();
    return { atOnce };
  }

  private async isUnderWay(sql: Sql, check: RequestedCheck): Promise<boolean> {
    const request = await this.checks.requests.read(check, sql);
    return request?.state === 'waiting' || request?.state === 'asking';
  }

  private async beginAgain(sql: Sql, { personId, stream, actorId }: Repeat): Promise<void> {
    const after = beginning(S10);
    const changed = await this.persons.outcomes.beginAgain(sql, { stream, actorId, personId }, after);
    if (changed === undefined) throw new Refusal('person_not_found');
    const nothing = { claimId: null, messageId: null, durationMs: null };
    await recordPersonChanges(
      sql,
      { actorId, runId: null },
      {
        changes: [{ id: personId, stream, row: S10.row, before: changed.before, after, ...nothing }],
        sums: [changed.sum],
      },
    );
  }
}

/** Whether a word of a path names a register stream. */
export function isRegisterStream(word: string): word is RegisterStreamName {
  return REGISTER_STREAMS.some((name) => name === word);
}
