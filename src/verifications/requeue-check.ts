import type { Transactions } from '../database/transactions';
import { Refusal } from '../domain/refusal';
import type { RegisterStreamName } from '../domain/verification/stream';
import { STREAM_STATUS_TABLE } from '../domain/verification/stream-status.table';
import type { FactsRepository } from './facts.repository';
import type { OutcomeRepository } from './outcome.repository';
import { beginning } from './person-data-changed';
import { recordPersonChanges } from './record-changes';

export interface RepeatAsked {
  readonly personId: string;
  readonly stream: RegisterStreamName;
  /** The official. */
  readonly actorId: string;
}

const S10 = STREAM_STATUS_TABLE.S10;

/** Row S10: an official has a register stream of a person checked again. */
export class RequeueCheck {
  constructor(
    private readonly transactions: Transactions,
    private readonly facts: FactsRepository,
    private readonly outcomes: OutcomeRepository,
  ) {}

  /** Refuses when there is no such person, or when he is not active. */
  run({ personId, stream, actorId }: RepeatAsked): Promise<void> {
    return this.transactions.run(async (sql) => {
      const [locked] = await this.outcomes.lock(sql, [personId]);
      const active = await this.facts.isActive(sql, personId);
      if (active === undefined || locked === undefined) throw new Refusal('person_not_found');
      if (!active) throw new Refusal('person_not_active');
      const after = beginning(S10);
      const changed = await this.outcomes.beginAgain(sql, { stream, actorId, personId }, after);
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
