import type { Sql, Transactions } from '../database/transactions';
import { nextStreamStatus } from '../domain/verification/stream-status.rules';
import { STREAM_STATUS_TABLE, type StreamStatusRow } from '../domain/verification/stream-status.table';
import type { PersonFacts, RegisterStream } from '../domain/verification/register-stream';
import { type StreamPair, REGISTER_STREAMS, type RegisterStreamName } from '../domain/verification/stream';
import { CHECKS_AT_ONCE_QUEUE, type ChecksAtOnce } from './check-request.service';
import type { FactsRepository } from './facts.repository';
import type { OutcomeRepository } from './outcome.repository';
import { recordPersonChanges, type StreamChange, type SumChange } from './status-change.repository';
import type { AnyRegisterStream } from './stream-registry';
import { z } from 'zod';
import { Refusal } from '../domain/refusal';
import { parseBody } from '../http';
import type { RequestedCheck } from './check-request.repository';

const { S1 } = STREAM_STATUS_TABLE;

/** Whose data changed, and who changed it. */
export interface ChangedData {
  readonly personId: string;
  readonly actorId: string;
  /** Somebody waits for the checks: they are made at once. Ring when the transaction is committed. */
  readonly run?: boolean;
}

/**
 * Rows S1 and S2: the one door through which changed data reaches the register streams. Called in the transaction of
 * whoever changed the data, after the documents are written: whatever a register answers about the old data is dropped.
 */
export class PersonDataChanged {
  constructor(
    private readonly streams: readonly AnyRegisterStream[],
    private readonly facts: FactsRepository,
    private readonly outcomes: OutcomeRepository,
    private readonly checks: ChecksAtOnce,
  ) {}

  async run(sql: Sql, { personId, actorId, run = false }: ChangedData): Promise<void> {
    const [locked] = await this.outcomes.lock(sql, [personId]);
    if (locked === undefined) return;
    const facts = await this.facts.of(sql, personId);
    const changes: StreamChange[] = [];
    let sum: SumChange | undefined;
    for (const stream of this.streams) {
      const { row, after } = whatFollows(stream, facts);
      const changed = await this.outcomes.beginAgain(sql, { stream: stream.name, actorId, personId }, after);
      if (changed === undefined) continue;
      if (run && row === S1)
        await this.checks.requests.request(sql, { personId, stream: stream.name }, actorId);
      sum = changed.sum;
      changes.push({
        id: personId,
        stream: stream.name,
        row: row.row,
        before: changed.before,
        after,
        claimId: null,
        messageId: null,
        durationMs: null,
      });
    }
    await recordPersonChanges(
      sql,
      { actorId, runId: null },
      { changes, sums: sum === undefined ? [] : [sum] },
    );
  }

  /** Makes the checks that were asked for quick; without it they are found all the same, a little later. */
  ring(): Promise<void> {
    return this.checks.wakeUps.notify(CHECKS_AT_ONCE_QUEUE);
  }
}

function whatFollows(
  stream: Pick<RegisterStream<never, never, never>, 'hasData'>,
  facts: PersonFacts,
): { readonly row: StreamStatusRow; readonly after: StreamPair } {
  const trigger = stream.hasData(facts) ? 'signed_with_data' : 'signed_without_data';
  // Both rows start from any status, so the present one does not matter.
  const move = nextStreamStatus('VERIFIED', trigger);
  if (!move.allowed) throw new Error(`The tables refuse ${trigger}.`);
  return { row: move.row, after: beginning(move.row) };
}

/** The pair of a row that begins the stream again. */
export function beginning({ row, to, reason }: StreamStatusRow): StreamPair {
  if (to === 'as_before' || reason === 'as_before' || reason === 'of_the_stream') {
    throw new Error(`Row ${row} does not begin a stream again.`);
  }
  return { verificationStatus: to, verificationReason: reason };
}

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
    if (atOnce) await this.checks.wakeUps.notify(CHECKS_AT_ONCE_QUEUE);
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

/** Where a person is found and held. */
export interface PersonsAtHand {
  readonly facts: FactsRepository;
  readonly outcomes: OutcomeRepository;
}

/**
 * Holds a person's verifications until the end of the transaction. Refuses when there is no such person, or when he is
 * not active: an official is told so before anything he asked for is looked at.
 */
export async function lockActivePerson(
  sql: Sql,
  personId: string,
  { facts, outcomes }: PersonsAtHand,
): Promise<void> {
  const [locked] = await outcomes.lock(sql, [personId]);
  const active = await facts.isActive(sql, personId);
  if (active === undefined || locked === undefined) throw new Refusal('person_not_found');
  if (!active) throw new Refusal('person_not_active');
}
