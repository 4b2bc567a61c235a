import { Inject, Injectable } from '@nestjs/common';
import type { Settings } from '../config/settings.schema';
import { SETTINGS } from '../config/settings.module';
import { type Sql, Transactions } from '../database/transactions';
import { maskedNumber } from '../domain/person/masking';
import { retryWaitSeconds } from '../domain/verification/technical-error';
import { STREAM_STATUS_TABLE, type StreamRowName } from '../domain/verification/stream-status.table';
import { ClaimRepository, type ClaimedPerson } from './claim.repository';
import { OtherHolders } from './other-holders.service';
import { type Answered, decideAnswered, decideUnasked, meaningOf, type Outcome } from './outcome';
import {
  claimKeyOf,
  type DecidedPerson,
  type MalformedValue,
  OutcomeRepository,
  type ReleasedPerson,
} from './outcome.repository';
import {
  type Changes,
  type ChangedPerson,
  StatusChangeRepository,
  type StreamChange,
} from './status-change.repository';
import type { AnyRegisterStream, CheckedStream } from './stream-registry';
import { type Subject, SUBJECTS } from './subject';
import { type RunCounter, RunCounts, VerificationObserver } from './verification-metrics';

/** For whom a group is written. */
export interface Writer {
  /** Null for a check outside of a run, which is not counted. */
  readonly runId: string | null;
  readonly worker: string;
  readonly actorId: string;
}

const S5 = STREAM_STATUS_TABLE.S5.row;

/** The counter of each row of the status table. */
const COUNTER_OF: Readonly<Partial<Record<StreamRowName, RunCounter>>> = {
  S4: 'absent',
  S5: 'incorrect',
  S6: 'verified',
  S7: 'refuted',
};

/** One group while it is written. */
interface Work {
  readonly checked: CheckedStream;
  readonly group: readonly Outcome[];
  readonly answered: readonly Answered[];
  /** Answers that apply to everybody with the same document. */
  readonly refuted: readonly Answered[];
  readonly dataIds: ReadonlyMap<string, string>;
  readonly writer: Writer;
  readonly counts: RunCounts;
}

interface LockedWork extends Work {
  readonly overtaken: ReadonlySet<Outcome>;
  /** Receives the persons who are no longer under their claim. */
  readonly late: ClaimedPerson[];
}

interface DecidedOutcome extends DecidedPerson {
  readonly outcome: Outcome;
}

/**
 * Writes a group of outcomes in one short transaction: the answers to keep, the guarded changes, then the cumulative
 * statuses, events, audit rows and counts of everybody changed. Outcomes of persons who are no longer under their claim
 * are dropped. Persons are written before parties, whichever the register was asked about: everybody locks in this order.
 */
@Injectable()
export class OutcomeWriter {
  constructor(
    private readonly transactions: Transactions,
    private readonly outcomes: OutcomeRepository,
    private readonly otherHolders: OtherHolders,
    private readonly statusChanges: StatusChangeRepository,
    private readonly claims: ClaimRepository,
    private readonly observer: VerificationObserver,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  async writeGroup(checked: CheckedStream, group: readonly Outcome[], writer: Writer): Promise<void> {
    const { stream } = checked;
    const startedAtMs = performance.now();
    const written = await this.transactions.inTransaction(async (sql) => {
      const counts = new RunCounts();
      const answered = group.filter((outcome) => outcome.kind === 'answered');
      const refuted = answered.filter(({ answer }) => meaningOf(stream, answer).reaches === 'other_holders');
      const dataIds = await keepAnswers(sql, stream, answered);
      const work = { checked, group, answered, refuted, dataIds, writer, counts };
      for (const subject of SUBJECTS) {
        if (subject.name === checked.subject.name) await this.writeAsked(sql, work);
        else await this.writeReached(sql, subject, work);
      }
      if (writer.runId !== null) await counts.save(sql, writer.runId, writer.worker);
      return counts;
    });
    this.observer.written(checked, written, performance.now() - startedAtMs);
  }

  /** The persons asked about, and the other holders of the same kind. */
  private async writeAsked(sql: Sql, work: Work): Promise<void> {
    const { checked, group, answered, refuted, writer } = work;
    const { stream, subject } = checked;
    const holders = await this.otherHolders.find(sql, stream, subject, refuted);
    await this.outcomes.lock(sql, subject, [...group.map(({ person }) => person.facts.personId), ...holders]);

    const overtaken = await overtakenAnswers(sql, stream, answered);
    const lockedWork: LockedWork = { ...work, overtaken, late: [] };
    const own = await this.applyDecided(sql, lockedWork);
    await this.release(sql, lockedWork);
    await this.countLate(sql, lockedWork);

    const reached = await this.refuteHolders(sql, subject, holders, work);
    await this.clearMalformed(sql, work, own.changes);
    await this.statusChanges.record(sql, subject, writer, {
      changes: [...own.changes, ...reached.changes],
      sums: [...own.sums, ...reached.sums],
    });
  }

  /** Holders of the other kind: parties if the register was asked about persons, persons if about parties. */
  private async writeReached(sql: Sql, subject: Subject, work: Work): Promise<void> {
    const holders = await this.otherHolders.find(sql, work.checked.stream, subject, work.refuted);
    const locked = await this.otherHolders.lock(sql, subject, holders);
    const reached = await this.refuteHolders(sql, subject, locked, work);
    await this.statusChanges.record(sql, subject, work.writer, reached);
  }

  private async refuteHolders(
    sql: Sql,
    subject: Subject,
    locked: readonly string[],
    { checked, refuted, dataIds, writer, counts }: Work,
  ): Promise<Changes> {
    const { actorId } = writer;
    const refutation = { refuted, dataIds, subject, locked, actorId };
    const reached = await this.otherHolders.refute(sql, checked, refutation);
    counts.add(`propagated_${subject.name}`, reached.changes.length);
    return reached;
  }

  private async applyDecided(sql: Sql, work: LockedWork): Promise<Changes> {
    const { checked, writer, counts, late } = work;
    const { stream, subject } = checked;
    const decided = decisionsOf(work);
    const changed = await this.outcomes.applyDecided(
      sql,
      { stream: stream.name, subject },
      writer.actorId,
      decided,
    );
    const byClaim = new Map(changed.map((person) => [claimKeyOf(person.id, person.claimId), person]));
    const changes: StreamChange[] = [];
    for (const one of decided) {
      const person = byClaim.get(claimKeyOf(one.personId, one.claimId));
      if (person === undefined) late.push(one.outcome.person);
      else changes.push(changeOf(stream, one, person));
      counts.add(person === undefined ? 'superseded' : (COUNTER_OF[one.decision.row] ?? 'superseded'));
    }
    return { changes, sums: changed.map(({ sum }) => sum) };
  }

  /** Technical errors, persons who were not asked about, and answers that a later refuting answer overtook. */
  private async release(sql: Sql, work: LockedWork): Promise<void> {
    const { checked, group, overtaken, writer, counts, late } = work;
    const { stream, subject } = checked;
    const notDecided = group.filter(
      (outcome) =>
        outcome.kind === 'technical_error' || outcome.kind === 'released' || overtaken.has(outcome),
    );
    const released = await this.outcomes.release(
      sql,
      { stream: stream.name, subject },
      writer,
      notDecided.map((outcome) => this.releasedPerson(outcome)),
    );
    for (const outcome of notDecided) {
      const { person } = outcome;
      const isReleased = released.has(claimKeyOf(person.facts.personId, person.claimId));
      if (!isReleased) late.push(person);
      if (!isReleased || outcome.kind === 'answered') counts.add('superseded');
      else if (outcome.kind === 'technical_error') counts.add(`technical_errors.${outcome.error}`);
      else counts.add('taken', -1);
    }
  }

  private releasedPerson(outcome: Outcome): ReleasedPerson {
    const { claimId, facts, attempts } = outcome.person;
    const { personId } = facts;
    if (outcome.kind !== 'technical_error') {
      return { personId, claimId, waitSeconds: null, error: null, messageId: null };
    }
    const waitSeconds = retryWaitSeconds({
      attempts: attempts + 1,
      firstSeconds: this.settings.VERIFICATION_RETRY_FIRST_SECONDS,
      capSeconds: this.settings.VERIFICATION_RETRY_CAP_SECONDS,
      random: Math.random(),
    });
    return { personId, claimId, waitSeconds, error: outcome.error, messageId: outcome.messageId };
  }

  /**
   * A person reclaimed from an expired claim was subtracted from the count `taken`. Their late answer counts as
   * `superseded`, so they are added again: the outcomes of a run always add up to what it took.
   */
  private async countLate(sql: Sql, { late, counts }: LockedWork): Promise<void> {
    if (late.length === 0) return;
    const living = await this.claims.living(sql, [...new Set(late.map(({ claimId }) => claimId))]);
    counts.add('taken', late.filter(({ claimId }) => !living.has(claimId)).length);
  }

  /** Row S5 of a stream that keeps no malformed data: removes it from the persons whose change was written. */
  private async clearMalformed(
    sql: Sql,
    { checked, group, writer }: Work,
    changes: readonly StreamChange[],
  ): Promise<void> {
    const data = checked.stream.clearedWhenMalformed;
    if (data === null) return;
    const values = new Map(
      group.map(({ person: { facts, claimId } }) => [claimKeyOf(facts.personId, claimId), facts[data]]),
    );
    const malformed = changes.flatMap(({ row, id: personId, claimId }): MalformedValue[] => {
      const value = values.get(claimKeyOf(personId, claimId)) ?? null;
      if (row !== S5 || value === null || claimId === null) return [];
      const changeset = JSON.stringify({ [data]: { old_value: maskedNumber(value), new_value: null } });
      return [{ personId, claimId, value, changeset }];
    });
    await this.outcomes.clearMalformed(sql, data, writer, malformed);
  }
}

function decisionsOf({ checked, group, overtaken, dataIds }: LockedWork): DecidedOutcome[] {
  const decided: DecidedOutcome[] = [];
  for (const outcome of group) {
    const { facts, claimId } = outcome.person;
    const key = { outcome, personId: facts.personId, claimId };
    if (outcome.kind === 'decided') decided.push({ ...key, decision: decideUnasked(outcome) });
    if (outcome.kind === 'answered' && !overtaken.has(outcome)) {
      decided.push({ ...key, decision: decideAnswered(checked.stream, outcome, dataIds) });
    }
  }
  return decided;
}

function changeOf(
  stream: AnyRegisterStream,
  { outcome, claimId, decision }: DecidedOutcome,
  person: ChangedPerson,
): StreamChange {
  return {
    id: person.id,
    stream: stream.name,
    row: decision.row,
    before: person.before,
    after: decision.after,
    claimId,
    messageId: outcome.kind === 'answered' ? outcome.messageId : null,
    durationMs: outcome.kind === 'answered' ? outcome.durationMs : null,
  };
}

/** Keeps the answers that the stream keeps; returns the id of the `mimir` row by key of the question. */
async function keepAnswers(
  sql: Sql,
  stream: AnyRegisterStream,
  answered: readonly Answered[],
): Promise<ReadonlyMap<string, string>> {
  const kept = answered.flatMap(({ question, description, answer }) => {
    const dataStatus = stream.dataStatus[answer];
    if (dataStatus === undefined || meaningOf(stream, answer).keep !== 'answer') return [];
    return [{ question, description, dataStatus }];
  });
  return kept.length === 0 ? new Map() : stream.keep(sql, kept);
}

/** Confirming answers that are older than a refuting answer about the same document, from somebody else's check. */
async function overtakenAnswers(
  sql: Sql,
  stream: AnyRegisterStream,
  answered: readonly Answered[],
): Promise<ReadonlySet<Outcome>> {
  const confirmed = answered.filter(({ answer }) => meaningOf(stream, answer).means === 'confirmed');
  if (confirmed.length === 0) return new Set();
  const keys = await stream.overtaken(
    sql,
    confirmed.map(({ question, sentAt }) => ({ question, sentAt })),
  );
  return new Set(confirmed.filter(({ question }) => keys.has(stream.keyOf(question))));
}
