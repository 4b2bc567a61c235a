import { Injectable } from '@nestjs/common';
import type { Sql } from '../database/transactions';
import type { Holder } from '../domain/verification/register-stream';
import { STREAM_STATUS_TABLE } from '../domain/verification/stream-status.table';
import { type Answered, meaningOf } from './outcome';
import { OutcomeRepository, type RefutedHolder } from './outcome.repository';
import type { ChangedPerson, Changes, StreamChange } from './status-change.repository';
import type { AnyRegisterStream, CheckedStream } from './stream-registry';
import type { Subject } from './subject';

const { S8 } = STREAM_STATUS_TABLE;

const NO_CHANGES: Changes = { changes: [], sums: [] };

/** Refuting answers of one group. */
export interface Refuted {
  readonly refuted: readonly Answered[];
  /** The kept answer of each question, by key. */
  readonly dataIds: ReadonlyMap<string, string>;
}

/** Whom the answers refute. */
interface Refutation extends Refuted {
  /** Persons or parties: the kind of holders. */
  readonly subject: Subject;
  /** Nobody else may be changed. */
  readonly locked: readonly string[];
  readonly actorId: string;
}

/**
 * Row S8: a refuted document is refuted for everybody who holds it. The holders are read twice: before the locks, to know
 * whom to lock, and again under the locks, since a holder may have changed their document in between.
 */
@Injectable()
export class OtherHolders {
  constructor(private readonly outcomes: OutcomeRepository) {}

  /** Ids of those who hold one of the documents: to be locked together with the persons asked about. */
  async find(
    sql: Sql,
    stream: AnyRegisterStream,
    subject: Subject,
    refuted: readonly Answered[],
  ): Promise<readonly string[]> {
    if (refuted.length === 0) return [];
    const holders = await holding(sql, stream, subject, refuted);
    return holders.map(({ id }) => id);
  }

  /** Locks holders about whom nobody asked; returns the ids that exist. */
  async lock(sql: Sql, subject: Subject, ids: readonly string[]): Promise<readonly string[]> {
    return ids.length === 0 ? [] : this.outcomes.lock(sql, subject, ids);
  }

  /** Refutes the locked holders, but not the persons asked about. */
  async refute(sql: Sql, asked: CheckedStream, refutation: Refutation): Promise<Changes> {
    const { refuted, subject, locked, actorId } = refutation;
    if (refuted.length === 0 || locked.length === 0) return NO_CHANGES;
    const { stream } = asked;
    const holders = await holding(sql, stream, subject, refuted);
    const mayChange = new Set(locked);
    const askedAbout = subject.name === asked.subject.name ? keysOf(stream, refuted) : new Set<string>();
    const others = holders.filter(({ id, key }) => mayChange.has(id) && !askedAbout.has(`${id} ${key}`));
    const changed = await this.outcomes.refuteHolders(
      sql,
      { stream: stream.name, subject },
      actorId,
      refutedHolders(stream, others, refutation),
    );
    return changesOf(stream, changed, others, refuted);
  }
}

/** The persons asked about, each with the document. */
function keysOf(stream: AnyRegisterStream, refuted: readonly Answered[]): ReadonlySet<string> {
  return new Set(refuted.map(({ person, question }) => `${person.facts.personId} ${stream.keyOf(question)}`));
}

function holding(
  sql: Sql,
  stream: AnyRegisterStream,
  subject: Subject,
  refuted: readonly Answered[],
): Promise<readonly Holder[]> {
  const questions = [...new Map(refuted.map(({ question }) => [stream.keyOf(question), question])).values()];
  return subject.name === 'persons'
    ? stream.personsHolding(sql, questions)
    : stream.partiesHolding(sql, questions);
}

/** One row for each holder, also if two of their documents were refuted at once: the later answer wins. */
function refutedHolders(
  stream: AnyRegisterStream,
  holders: readonly Holder[],
  { refuted, dataIds }: Refuted,
): RefutedHolder[] {
  const answers = new Map(refuted.map(({ question, answer }) => [stream.keyOf(question), answer]));
  const byId = new Map<string, RefutedHolder>();
  for (const { id, key } of holders) {
    const answer = answers.get(key);
    if (answer === undefined) continue;
    const { reason, keep } = meaningOf(stream, answer);
    const dataId = keep === 'answer' ? (dataIds.get(key) ?? null) : null;
    byId.set(id, { id, reason, dataId, dataStatus: stream.dataStatus[answer] ?? null });
  }
  return [...byId.values()];
}

function changesOf(
  stream: AnyRegisterStream,
  changed: readonly ChangedPerson[],
  holders: readonly Holder[],
  refuted: readonly Answered[],
): Changes {
  const keyOf = new Map(holders.map(({ id, key }) => [id, key]));
  const causes = new Map(refuted.map((outcome) => [stream.keyOf(outcome.question), outcome]));
  const changes = changed.flatMap(({ id, before }): StreamChange[] => {
    const cause = causes.get(keyOf.get(id) ?? '');
    if (cause === undefined) return [];
    const { person, messageId, durationMs, answer } = cause;
    const after = { verificationStatus: S8.to, verificationReason: meaningOf(stream, answer).reason };
    const { claimId } = person;
    return [{ id, stream: stream.name, row: S8.row, before, after, claimId, messageId, durationMs }];
  });
  return { changes, sums: changed.map(({ sum }) => sum) };
}
