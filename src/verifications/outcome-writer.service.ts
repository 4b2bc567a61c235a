import type { Sql, Transactions } from '../database/transactions';
import { retryWaitSeconds } from '../domain/verification/technical-error';
import type { RegisterStream, AskedQuestion } from '../domain/verification/register-stream';
import type { SubjectName } from '../domain/verification/stream';
import type { StreamRowName } from '../domain/verification/stream-status.table';
import {
  type ChangedPerson,
  type Changes,
  recordPartyChanges,
  recordPersonChanges,
  type StreamChange,
} from './status-change.repository';
import type { Held, ClaimLeaseRepository } from './claim.repository';
import {
  clearMalformed,
  type DecidedHeld,
  type GivenBack,
  holdOf,
  type OutcomeRepository,
} from './outcome.repository';
import { decideAnswered, decideUnasked, type Answered, type Outcome } from './outcome';
import { type CheckObserver, RunCounts, type RunCounter } from './verification-metrics';
import type { OtherHolders } from './other-holders.service';
import { SUBJECTS } from './subject';

/** For whom a group is written. */
export interface Writer {
  /** Null for a check that belongs to no run; nobody counts it then. */
  readonly runId: string | null;
  readonly worker: string;
  readonly actorId: string;
}

export interface RetrySettings {
  readonly firstSeconds: number;
  readonly capSeconds: number;
}

export interface WriteParts<Question, Answer extends string> {
  readonly stream: RegisterStream<Question, Answer, Sql>;
  /** Of those who are asked about. */
  readonly outcomes: OutcomeRepository;
  readonly others: OtherHolders<Question, Answer>;
  readonly leases: ClaimLeaseRepository;
  readonly retry: RetrySettings;
  readonly observer: Pick<CheckObserver, 'written'>;
}

/** Under which name a row is counted. */
const COUNTER_OF: Readonly<Partial<Record<StreamRowName, RunCounter>>> = {
  S4: 'absent',
  S5: 'incorrect',
  S6: 'verified',
  S7: 'refuted',
};

const RECORD = { persons: recordPersonChanges, parties: recordPartyChanges } as const;

/**
 * Writes a group of outcomes in one short transaction: the answers that are kept, then the guarded changes, then
 * sums, events, audit rows and counts of everybody touched. What is no longer under its claim is dropped. Persons are
 * written before parties, whichever of them were asked about: that is the order in which everybody locks.
 */
export class OutcomeWriter<Question, Answer extends string> {
  private readonly stream: RegisterStream<Question, Answer, Sql>;
  private readonly outcomes: OutcomeRepository;
  private readonly others: OtherHolders<Question, Answer>;
  private readonly asked: SubjectName;

  constructor(
    private readonly transactions: Transactions,
    private readonly parts: WriteParts<Question, Answer>,
  ) {
    this.stream = parts.stream;
    this.outcomes = parts.outcomes;
    this.asked = parts.outcomes.subject.name;
    this.others = parts.others;
  }

  /** Tells what was counted, and how long it took, after the commit. */
  async run(group: readonly Outcome<Question, Answer>[], writer: Writer): Promise<void> {
    const startedAtMs = performance.now();
    const written = await this.transactions.inTransaction(async (sql) => {
      const counts = new RunCounts();
      const answered = group.filter((outcome) => outcome.kind === 'answered');
      const refuted = answered.filter(
        ({ answer }) => this.stream.answers[answer].reaches === 'other_holders',
      );
      const dataIds = await keepAnswers(sql, this.stream, answered);
      const work = { group, answered, refuted, dataIds, writer, counts };
      for (const { name } of SUBJECTS) {
        if (name === this.asked) await this.writeAsked(sql, work);
        else await this.writeReached(sql, name, work);
      }
      if (writer.runId !== null) await counts.save(sql, writer.runId, writer.worker);
      return counts;
    });
    this.parts.observer.written(this.stream.name, written, performance.now() - startedAtMs);
  }

  /** Those who were asked about, and the other holders of their kind. */
  private async writeAsked(sql: Sql, work: Work<Question, Answer>): Promise<void> {
    const { group, answered, refuted, dataIds, writer, counts } = work;
    const holders = await this.others.find(sql, this.asked, refuted);
    await this.outcomes.lock(sql, [...group.map(({ held }) => held.facts.personId), ...holders]);

    const step = {
      ...work,
      overtaken: await overtakenAnswers(sql, this.stream, answered),
      late: [] as Held[],
    };
    const changes = await this.apply(sql, step);
    await this.putBack(sql, step);
    await this.countLate(sql, step.late, counts);

    const { actorId } = writer;
    const reached = await this.others.refute(sql, this.asked, { refuted, dataIds, locked: holders, actorId });
    counts.add(`propagated_${this.asked}`, reached.changes.length);
    await clearMalformed(sql, writer, { stream: this.stream, group, changes: changes.changes });
    await RECORD[this.asked](sql, writer, {
      changes: [...changes.changes, ...reached.changes],
      sums: [...changes.sums, ...reached.sums],
    });
  }

  /** Holders of the other kind: parties when persons were asked about, persons when parties were. */
  private async writeReached(sql: Sql, name: SubjectName, work: Work<Question, Answer>): Promise<void> {
    const { refuted, dataIds, writer, counts } = work;
    const locked = await this.others.lock(sql, name, await this.others.find(sql, name, refuted));
    const { actorId } = writer;
    const reached = await this.others.refute(sql, name, { refuted, dataIds, locked, actorId });
    counts.add(`propagated_${name}`, reached.changes.length);
    await RECORD[name](sql, writer, reached);
  }

  private async apply(sql: Sql, step: Step<Question, Answer>): Promise<Changes> {
    const { group, overtaken, dataIds, writer, counts, late } = step;
    const decided: (DecidedHeld & { readonly outcome: Outcome<Question, Answer> })[] = [];
    for (const outcome of group) {
      if (outcome.kind === 'decided')
        decided.push({ outcome, held: outcome.held, decision: decideUnasked(outcome) });
      if (outcome.kind === 'answered' && !overtaken.has(outcome)) {
        decided.push({
          outcome,
          held: outcome.held,
          decision: decideAnswered(this.stream, outcome, dataIds),
        });
      }
    }
    const changed = await this.outcomes.applyDecided(
      sql,
      { stream: this.stream.name, actorId: writer.actorId },
      decided,
    );
    const byHold = new Map(changed.map((person) => [holdOf(person.id, person.claimId), person]));
    const changes: StreamChange[] = [];
    for (const one of decided) {
      const person = byHold.get(holdOf(one.held.facts.personId, one.held.claimId));
      if (person === undefined) late.push(one.held);
      else changes.push(this.changeOf(one, person));
      counts.add(person === undefined ? 'superseded' : (COUNTER_OF[one.decision.row] ?? 'superseded'));
    }
    return { changes, sums: changed.map(({ sum }) => sum) };
  }

  private changeOf(
    { outcome, held, decision }: DecidedHeld & { readonly outcome: Outcome<Question, Answer> },
    person: ChangedPerson,
  ): StreamChange {
    return {
      id: person.id,
      stream: this.stream.name,
      row: decision.row,
      before: person.before,
      after: decision.after,
      claimId: held.claimId,
      messageId: outcome.kind === 'answered' ? outcome.messageId : null,
      durationMs: outcome.kind === 'answered' ? outcome.durationMs : null,
    };
  }

  private async putBack(sql: Sql, step: Step<Question, Answer>): Promise<void> {
    const { group, overtaken, writer, counts, late } = step;
    const given = group.filter(
      (outcome) =>
        outcome.kind === 'technical_error' || outcome.kind === 'released' || overtaken.has(outcome),
    );
    const { runId, actorId } = writer;
    const back = await this.outcomes.giveBack(
      sql,
      { stream: this.stream.name, actorId, runId },
      given.map((outcome) => this.givenBack(outcome)),
    );
    for (const outcome of given) {
      const isBack = back.has(holdOf(outcome.held.facts.personId, outcome.held.claimId));
      if (!isBack) late.push(outcome.held);
      if (!isBack || outcome.kind === 'answered') counts.add('superseded');
      else if (outcome.kind === 'technical_error') counts.add(`technical_errors.${outcome.error}`);
      else counts.add('taken', -1);
    }
  }

  /**
   * Whoever was rescued from a claim was taken off the count; his answer came after all, and is counted as dropped, so
   * he is put on again: what a run took is always what became of it.
   */
  private async countLate(sql: Sql, late: readonly Held[], counts: RunCounts): Promise<void> {
    if (late.length === 0) return;
    const living = await this.parts.leases.living(sql, [...new Set(late.map(({ claimId }) => claimId))]);
    counts.add('taken', late.filter(({ claimId }) => !living.has(claimId)).length);
  }

  private givenBack(outcome: Outcome<Question, Answer>): GivenBack {
    if (outcome.kind !== 'technical_error') {
      return { held: outcome.held, waitSeconds: null, error: null, messageId: null };
    }
    const waitSeconds = retryWaitSeconds({
      attempts: outcome.held.attempts + 1,
      ...this.parts.retry,
      random: Math.random(),
    });
    return { held: outcome.held, waitSeconds, error: outcome.error, messageId: outcome.messageId };
  }
}

interface Work<Question, Answer extends string> {
  readonly group: readonly Outcome<Question, Answer>[];
  readonly answered: readonly Answered<Question, Answer>[];
  /** Answers that are true of everybody with the same document. */
  readonly refuted: readonly Answered<Question, Answer>[];
  readonly dataIds: ReadonlyMap<string, string>;
  readonly writer: Writer;
  readonly counts: RunCounts;
}

interface Step<Question, Answer extends string> extends Work<Question, Answer> {
  readonly overtaken: ReadonlySet<Outcome<Question, Answer>>;
  /** Filled with those who are no longer under their claim. */
  readonly late: Held[];
}

type Stream<Question, Answer extends string> = RegisterStream<Question, Answer, Sql>;

/** Keeps the answers that are to be kept; gives the `mimir` row of each document. */
export async function keepAnswers<Question, Answer extends string>(
  sql: Sql,
  stream: Stream<Question, Answer>,
  answered: readonly Answered<Question, Answer>[],
): Promise<ReadonlyMap<string, string>> {
  const kept = answered.filter(({ answer }) => stream.answers[answer].keep === 'answer');
  if (kept.length === 0) return new Map();
  return stream.keep(
    sql,
    kept.map(({ question, description, answer }) => ({
      question,
      description,
      dataStatus: stream.dataStatus[answer],
    })),
  );
}

/** Good answers older than a bad one about the same document: somebody else's check found it meanwhile. */
export async function overtakenAnswers<Question, Answer extends string>(
  sql: Sql,
  stream: Stream<Question, Answer>,
  answered: readonly Answered<Question, Answer>[],
): Promise<ReadonlySet<Outcome<Question, Answer>>> {
  const good = answered.filter(({ answer }) => stream.answers[answer].means === 'confirmed');
  if (good.length === 0) return new Set();
  const asked: AskedQuestion<Question>[] = good.map(({ question, sentAt }) => ({ question, sentAt }));
  const keys = await stream.overtaken(sql, asked);
  return new Set(good.filter(({ question }) => keys.has(stream.keyOf(question))));
}
