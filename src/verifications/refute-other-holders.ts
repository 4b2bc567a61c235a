import type { Sql } from '../database/transactions';
import type { Holder, RegisterStream } from '../domain/verification/register-stream';
import { STREAM_STATUS_TABLE } from '../domain/verification/stream-status.table';
import type { Answered } from './outcome';
import type { ChangedPerson, OutcomeRepository, RefutedHolder } from './outcome.repository';
import type { PartyRepository } from './party.repository';
import { type Author, type Changes, recordPartyChanges, type StreamChange } from './record-changes';

const S8 = STREAM_STATUS_TABLE.S8;

interface Refuted<Question, Answer extends string> {
  readonly refuted: readonly Answered<Question, Answer>[];
  readonly dataIds: ReadonlyMap<string, string>;
}

/**
 * Row S8: a refuted document is refuted for everybody who holds it. Who that is, is read twice: once to know whom to
 * lock, and again under the locks, since a holder may have changed his document while we waited for him.
 */
export class RefuteOtherHolders<Question, Answer extends string> {
  constructor(
    private readonly stream: RegisterStream<Question, Answer, Sql>,
    private readonly outcomes: OutcomeRepository,
    private readonly parties: PartyRepository,
  ) {}

  /** Persons who seem to hold one of the documents: to be locked together with those asked about. */
  async find(sql: Sql, refuted: readonly Answered<Question, Answer>[]): Promise<readonly string[]> {
    if (refuted.length === 0) return [];
    const holders = await this.stream.personsHolding(sql, this.questions(refuted));
    return holders.map(({ id }) => id);
  }

  /** Refutes the other holders among the locked; the persons asked about are never among them. */
  async refutePersons(
    sql: Sql,
    {
      refuted,
      dataIds,
      locked,
      actorId,
    }: Refuted<Question, Answer> & { locked: readonly string[]; actorId: string },
  ): Promise<Changes> {
    if (refuted.length === 0 || locked.length === 0) return { changes: [], sums: [] };
    const holders = await this.stream.personsHolding(sql, this.questions(refuted));
    const mayBeTouched = new Set(locked);
    const asked = new Set(
      refuted.map(({ held, question }) => `${held.facts.personId} ${this.stream.keyOf(question)}`),
    );
    const others = holders.filter(({ id, key }) => mayBeTouched.has(id) && !asked.has(`${id} ${key}`));
    const changed = await this.outcomes.refuteHolders(
      sql,
      { stream: this.stream.name, actorId },
      this.decided(others, { refuted, dataIds }),
    );
    return this.changesOf(changed, others, refuted);
  }

  /** Refutes the parties that hold one of the documents; gives how many. */
  async refuteParties(
    sql: Sql,
    { refuted, dataIds, author }: Refuted<Question, Answer> & { readonly author: Author },
  ): Promise<number> {
    if (refuted.length === 0) return 0;
    const seeming = await this.stream.partiesHolding(sql, this.questions(refuted));
    if (seeming.length === 0) return 0;
    const locked = new Set(
      await this.parties.lock(
        sql,
        seeming.map(({ id }) => id),
      ),
    );
    const holders = (await this.stream.partiesHolding(sql, this.questions(refuted))).filter(({ id }) =>
      locked.has(id),
    );
    const changed = await this.parties.refuteHolders(
      sql,
      this.stream.name,
      this.decided(holders, { refuted, dataIds }),
    );
    await recordPartyChanges(sql, author, this.changesOf(changed, holders, refuted));
    return changed.length;
  }

  private questions(refuted: readonly Answered<Question, Answer>[]): Question[] {
    return [...new Map(refuted.map(({ question }) => [this.stream.keyOf(question), question])).values()];
  }

  /** One row a holder, also when two of his documents were refuted at once: the later answer stands. */
  private decided(
    holders: readonly Holder[],
    { refuted, dataIds }: Refuted<Question, Answer>,
  ): RefutedHolder[] {
    const answers = new Map(refuted.map((outcome) => [this.stream.keyOf(outcome.question), outcome.answer]));
    const byId = new Map<string, RefutedHolder>();
    for (const { id, key } of holders) {
      const answer = answers.get(key);
      if (answer === undefined) continue;
      const { reason, keep } = this.stream.answers[answer];
      byId.set(id, {
        id,
        reason,
        dataId: keep === 'answer' ? (dataIds.get(key) ?? null) : null,
        dataStatus: this.stream.dataStatus[answer],
      });
    }
    return [...byId.values()];
  }

  private changesOf(
    changed: readonly ChangedPerson[],
    holders: readonly Holder[],
    refuted: readonly Answered<Question, Answer>[],
  ): Changes {
    const keyOf = new Map(holders.map(({ id, key }) => [id, key]));
    const causes = new Map(refuted.map((outcome) => [this.stream.keyOf(outcome.question), outcome]));
    const changes = changed.flatMap(({ id, before }): StreamChange[] => {
      const cause = causes.get(keyOf.get(id) ?? '');
      if (cause === undefined) return [];
      const after = {
        verificationStatus: S8.to,
        verificationReason: this.stream.answers[cause.answer].reason,
      };
      const { held, messageId, durationMs } = cause;
      return [
        {
          id,
          stream: this.stream.name,
          row: S8.row,
          before,
          after,
          claimId: held.claimId,
          messageId,
          durationMs,
        },
      ];
    });
    return { changes, sums: changed.map(({ sum }) => sum) };
  }
}
