import type { Sql, Transactions } from '../database/transactions';
import { retryWaitSeconds } from '../domain/verification/retry-wait';
import type { AskedQuestion, RegisterStream } from '../domain/verification/register-stream';
import type { StreamRowName } from '../domain/verification/stream-status-row';
import type { Held } from './claim.repository';
import type { ClaimLeaseRepository } from './claim-lease.repository';
import { clearMalformed } from './clear-malformed';
import { decideAnswered, decideUnasked } from './decide-outcome';
import type { Answered, Outcome } from './outcome';
import {
  type ChangedPerson,
  type DecidedHeld,
  type GivenBack,
  holdOf,
  type OutcomeRepository,
} from './outcome.repository';
import { type Changes, recordPersonChanges, type StreamChange } from './record-changes';
import type { RefuteOtherHolders } from './refute-other-holders';
import { RunCounts, type RunCounter } from './run-counts';

/** For whom a group is written. */
export interface Writer {
  readonly runId: string;
  readonly worker: string;
  readonly actorId: string;
}

export interface RetrySettings {
  readonly firstSeconds: number;
  readonly capSeconds: number;
}

export interface WriteParts<Question, Answer extends string> {
  readonly stream: RegisterStream<Question, Answer, Sql>;
  readonly outcomes: OutcomeRepository;
  readonly others: RefuteOtherHolders<Question, Answer>;
  readonly leases: ClaimLeaseRepository;
  readonly retry: RetrySettings;
}

/** Under which name a row is counted. */
const COUNTER_OF: Readonly<Partial<Record<StreamRowName, RunCounter>>> = {
  S4: 'absent',
  S5: 'incorrect',
  S6: 'verified',
  S7: 'refuted',
};

/**
 * Writes a group of outcomes in one short transaction: the answers that are kept, then the guarded changes, then
 * sums, events, audit rows and counts of everybody touched. What is no longer under its claim is dropped.
 */
export class WriteOutcomes<Question, Answer extends string> {
  private readonly stream: RegisterStream<Question, Answer, Sql>;
  private readonly outcomes: OutcomeRepository;
  private readonly others: RefuteOtherHolders<Question, Answer>;

  constructor(
    private readonly transactions: Transactions,
    private readonly parts: WriteParts<Question, Answer>,
  ) {
    this.stream = parts.stream;
    this.outcomes = parts.outcomes;
    this.others = parts.others;
  }

  /** Gives what was counted, after the commit. */
  run(group: readonly Outcome<Question, Answer>[], writer: Writer): Promise<RunCounts> {
    return this.transactions.run(async (sql) => {
      const counts = new RunCounts();
      const late: Held[] = [];
      const answered = group.filter((outcome) => outcome.kind === 'answered');
      const refuted = answered.filter(
        ({ answer }) => this.stream.answers[answer].reaches === 'other_holders',
      );
      const dataIds = await this.keep(sql, answered);
      const holders = await this.others.find(sql, refuted);
      await this.outcomes.lock(sql, [...group.map(({ held }) => held.facts.personId), ...holders]);

      const overtaken = await this.overtaken(sql, answered);
      const changes = await this.apply(sql, { group, overtaken, dataIds, writer, counts, late });
      await this.putBack(sql, { group, overtaken, dataIds, writer, counts, late });
      await this.countLate(sql, late, counts);

      const reached = await this.others.refutePersons(sql, {
        refuted,
        dataIds,
        locked: holders,
        actorId: writer.actorId,
      });
      counts.add('propagated_persons', reached.changes.length);
      await clearMalformed(sql, writer, { stream: this.stream, group, changes: changes.changes });
      await recordPersonChanges(sql, writer, {
        changes: [...changes.changes, ...reached.changes],
        sums: [...changes.sums, ...reached.sums],
      });
      counts.add(
        'propagated_parties',
        await this.others.refuteParties(sql, { refuted, dataIds, author: writer }),
      );
      await counts.save(sql, writer.runId, writer.worker);
      return counts;
    });
  }

  private async keep(
    sql: Sql,
    answered: readonly Answered<Question, Answer>[],
  ): Promise<ReadonlyMap<string, string>> {
    const kept = answered.filter(({ answer }) => this.stream.answers[answer].keep === 'answer');
    if (kept.length === 0) return new Map();
    return this.stream.keep(
      sql,
      kept.map(({ question, description, answer }) => ({
        question,
        description,
        dataStatus: this.stream.dataStatus[answer],
      })),
    );
  }

  /** Good answers older than a bad one about the same document: somebody else's check found it meanwhile. */
  private async overtaken(
    sql: Sql,
    answered: readonly Answered<Question, Answer>[],
  ): Promise<ReadonlySet<Outcome<Question, Answer>>> {
    const good = answered.filter(({ answer }) => this.stream.answers[answer].means === 'confirmed');
    if (good.length === 0) return new Set();
    const asked: AskedQuestion<Question>[] = good.map(({ question, sentAt }) => ({ question, sentAt }));
    const keys = await this.stream.overtaken(sql, asked);
    return new Set(good.filter(({ question }) => keys.has(this.stream.keyOf(question))));
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

interface Step<Question, Answer extends string> {
  readonly group: readonly Outcome<Question, Answer>[];
  readonly overtaken: ReadonlySet<Outcome<Question, Answer>>;
  readonly dataIds: ReadonlyMap<string, string>;
  readonly writer: Writer;
  readonly counts: RunCounts;
  /** Filled with those who are no longer under their claim. */
  readonly late: Held[];
}
