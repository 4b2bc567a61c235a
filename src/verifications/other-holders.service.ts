import type { Sql } from '../database/transactions';
import type { Holder, RegisterStream } from '../domain/verification/register-stream';
import type { SubjectName } from '../domain/verification/stream';
import { STREAM_STATUS_TABLE } from '../domain/verification/stream-status.table';
import type { ChangedPerson, Changes, StreamChange } from './status-change.repository';
import type { Answered } from './outcome';
import type { OutcomeRepository, RefutedHolder } from './outcome.repository';

const S8 = STREAM_STATUS_TABLE.S8;

interface Refuted<Question, Answer extends string> {
  readonly refuted: readonly Answered<Question, Answer>[];
  readonly dataIds: ReadonlyMap<string, string>;
}

/** Who is refuted, and for whom. */
interface Refutation<Question, Answer extends string> extends Refuted<Question, Answer> {
  /** Nobody else may be touched. */
  readonly locked: readonly string[];
  readonly actorId: string;
}

export interface RefuteParts<Question, Answer extends string> {
  readonly stream: RegisterStream<Question, Answer, Sql>;
  readonly outcomes: Readonly<Record<SubjectName, OutcomeRepository>>;
  /** Whether persons or parties are asked about. */
  readonly asked: SubjectName;
}

/**
 * Row S8: a refuted document is refuted for everybody who holds it. Who that is, is read twice: once to know whom to
 * lock, and again under the locks, since a holder may have changed his document while we waited for him.
 */
export class OtherHolders<Question, Answer extends string> {
  private readonly stream: RegisterStream<Question, Answer, Sql>;

  constructor(private readonly parts: RefuteParts<Question, Answer>) {
    this.stream = parts.stream;
  }

  /** Those who seem to hold one of the documents: to be locked, together with those asked about. */
  async find(
    sql: Sql,
    subject: SubjectName,
    refuted: readonly Answered<Question, Answer>[],
  ): Promise<readonly string[]> {
    if (refuted.length === 0) return [];
    const holders = await this.holding(sql, subject, refuted);
    return holders.map(({ id }) => id);
  }

  /** Locks those whom nobody was asked about; gives whom it found. */
  async lock(sql: Sql, subject: SubjectName, ids: readonly string[]): Promise<readonly string[]> {
    return ids.length === 0 ? [] : this.parts.outcomes[subject].lock(sql, ids);
  }

  /** Refutes the other holders among the locked; those asked about are never among them. */
  async refute(
    sql: Sql,
    subject: SubjectName,
    { refuted, dataIds, locked, actorId }: Refutation<Question, Answer>,
  ): Promise<Changes> {
    if (refuted.length === 0 || locked.length === 0) return { changes: [], sums: [] };
    const holders = await this.holding(sql, subject, refuted);
    const mayBeTouched = new Set(locked);
    const asked = this.askedAmong(subject, refuted);
    const others = holders.filter(({ id, key }) => mayBeTouched.has(id) && !asked.has(`${id} ${key}`));
    const changed = await this.parts.outcomes[subject].refuteHolders(
      sql,
      { stream: this.stream.name, actorId },
      this.decided(others, { refuted, dataIds }),
    );
    return this.changesOf(changed, others, refuted);
  }

  private askedAmong(
    subject: SubjectName,
    refuted: readonly Answered<Question, Answer>[],
  ): ReadonlySet<string> {
    if (subject !== this.parts.asked) return new Set();
    return new Set(
      refuted.map(({ held, question }) => `${held.facts.personId} ${this.stream.keyOf(question)}`),
    );
  }

  private holding(
    sql: Sql,
    subject: SubjectName,
    refuted: readonly Answered<Question, Answer>[],
  ): Promise<readonly Holder[]> {
    const questions = this.questions(refuted);
    return subject === 'persons'
      ? this.stream.personsHolding(sql, questions)
      : this.stream.partiesHolding(sql, questions);
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
