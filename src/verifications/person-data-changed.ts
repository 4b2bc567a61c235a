import type { Sql } from '../database/transactions';
import { next } from '../domain/verification/next-status';
import { STREAM_STATUS_TABLE } from '../domain/verification/stream-status.table';
import type { PersonFacts, RegisterStream } from '../domain/verification/register-stream';
import type { StreamPair } from '../domain/verification/status';
import type { StreamStatusRow } from '../domain/verification/stream-status-row';
import type { ChecksAtOnce } from './at-once/checks-at-once';
import type { FactsRepository } from './facts.repository';
import type { OutcomeRepository } from './outcome.repository';
import { recordPersonChanges, type StreamChange, type SumChange } from './record-changes';
import type { AnyRegisterStream } from './streams';

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
    return this.checks.bell.ring();
  }
}

function whatFollows(
  stream: Pick<RegisterStream<never, never, never>, 'hasData'>,
  facts: PersonFacts,
): { readonly row: StreamStatusRow; readonly after: StreamPair } {
  const ground = stream.hasData(facts) ? 'signed_with_data' : 'signed_without_data';
  // Both rows start from any status, so the present one does not matter.
  const move = next('VERIFIED', ground);
  if (!move.allowed) throw new Error(`The tables refuse ${ground}.`);
  return { row: move.row, after: beginning(move.row) };
}

/** The pair of a row that begins the stream again. */
export function beginning({ row, to, reason }: StreamStatusRow): StreamPair {
  if (to === 'as_before' || reason === 'as_before' || reason === 'of_the_stream') {
    throw new Error(`Row ${row} does not begin a stream again.`);
  }
  return { verificationStatus: to, verificationReason: reason };
}
