import { z } from 'zod';
import type { Transactions } from '../database/transactions';
import { Refusal } from '../domain/refusal';
import { REGISTER_STREAMS, type RegisterStreamName } from '../domain/verification/stream';
import { STREAM_STATUS_TABLE } from '../domain/verification/stream-status.table';
import { parseBody } from '../http';
import { lockActivePerson, type PersonsAtHand } from './lock-active-person';
import { beginning } from './person-data-changed';
import { recordPersonChanges } from './record-changes';

const S10 = STREAM_STATUS_TABLE.S10;

/** A repeat is asked for by the status in which the stream begins again. */
const REPEAT = { status: S10.to } as const;
const ASKED = z.strictObject({ status: z.literal(S10.to) });

export interface RepeatAsked {
  readonly personId: string;
  readonly stream: RegisterStreamName;
  /** The official. */
  readonly actorId: string;
  /** What he asked for, as it was sent: the published order looks at the person first. */
  readonly asked?: unknown;
}

/** Row S10: an official has a register stream of a person checked again. */
export class RequeueCheck {
  constructor(
    private readonly transactions: Transactions,
    private readonly persons: PersonsAtHand,
  ) {}

  /** Refuses when there is no such person, when he is not active, or when something else than a repeat is asked for. */
  run({ personId, stream, actorId, asked = REPEAT }: RepeatAsked): Promise<void> {
    return this.transactions.run(async (sql) => {
      await lockActivePerson(sql, personId, this.persons);
      parseBody(ASKED, asked);
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
    });
  }
}

/** Whether a word of a path names a register stream. */
export function isRegisterStream(word: string): word is RegisterStreamName {
  return REGISTER_STREAMS.some((name) => name === word);
}
