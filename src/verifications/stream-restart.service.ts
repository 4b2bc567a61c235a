import { Injectable } from '@nestjs/common';
import { type Sql, Transactions } from '../database/transactions';
import { Refusal } from '../domain/refusal';
import type { PersonFacts } from '../domain/verification/register-stream';
import { REGISTER_STREAMS, type RegisterStreamName, type StreamPair } from '../domain/verification/stream';
import { nextStreamStatus } from '../domain/verification/stream-status.rules';
import { STREAM_STATUS_TABLE, type StreamStatusRow } from '../domain/verification/stream-status.table';
import type { UncheckedInput } from '../http';
import type { RepeatDto } from './admin/verification.dto';
import type { RequestedCheck } from './check-request.repository';
import { CheckRequestService } from './check-request.service';
import { FactsRepository } from './facts.repository';
import { OutcomeRepository } from './outcome.repository';
import { PersonCardRepository } from './person-card.repository';
import {
  StatusChangeRepository,
  type StreamChange,
  type SumChange,
  WITHOUT_CALL,
} from './status-change.repository';
import { type AnyRegisterStream, StreamRegistry } from './stream-registry';
import { PERSONS } from './subject';

const { S1, S10 } = STREAM_STATUS_TABLE;

/** Whose data changed, and who changed it. */
export interface ChangedData {
  readonly personId: string;
  readonly actorId: string;
  /** Somebody waits for the checks: make them at once. Call `notify` after the commit. */
  readonly run?: boolean;
}

interface Repeat extends RequestedCheck {
  /** The official. */
  readonly actorId: string;
}

export interface RepeatAsked extends Repeat {
  /** The body as it was sent, checked after the person: that is the published order. */
  readonly asked?: UncheckedInput<RepeatDto>;
}

export interface Requeued {
  /** The check is made at once. */
  readonly atOnce: boolean;
}

/** Restarts register streams: after a change of the person's data (S1, S2), or because an official repeats a check (S10). */
@Injectable()
export class StreamRestartService {
  constructor(
    private readonly transactions: Transactions,
    private readonly streams: StreamRegistry,
    private readonly persons: PersonCardRepository,
    private readonly facts: FactsRepository,
    private readonly outcomes: OutcomeRepository,
    private readonly statusChanges: StatusChangeRepository,
    private readonly checks: CheckRequestService,
  ) {}

  /**
   * Rows S1 and S2: every change of a person's data restarts their register streams. Called in the transaction of the
   * change, after the documents are written: answers about the old data are dropped.
   */
  async onDataChanged(sql: Sql, { personId, actorId, run = false }: ChangedData): Promise<void> {
    const [locked] = await this.outcomes.lock(sql, PERSONS, [personId]);
    if (locked === undefined) return;
    const facts = await this.facts.ofPerson(sql, personId);
    const changes: StreamChange[] = [];
    let sum: SumChange | undefined;
    for (const { stream, subject } of this.streams.ofPersons()) {
      const row = rowAfterChange(stream, facts);
      const after = pairOf(row);
      const checked = { stream: stream.name, subject };
      const changed = await this.outcomes.restart(sql, checked, { actorId, personId }, after);
      if (changed === undefined) continue;
      if (run && row === S1) await this.checks.request(sql, { personId, stream: stream.name }, actorId);
      sum = changed.sum;
      const { before } = changed;
      changes.push({ id: personId, stream: stream.name, row: row.row, before, after, ...WITHOUT_CALL });
    }
    const sums = sum === undefined ? [] : [sum];
    await this.statusChanges.record(sql, PERSONS, { actorId, runId: null }, { changes, sums });
  }

  /** Wakes a worker for the checks that `run` requested. Without it workers find them a little later. */
  notify(): Promise<void> {
    return this.checks.notify();
  }

  /**
   * Row S10: an official repeats a check, with the next run of the job or at once (`run`). Refuses if the person does not
   * exist or is not active, or if the body is anything but a repeat.
   */
  async requeue({ asked, ...repeat }: RepeatAsked): Promise<Requeued> {
    const atOnce = await this.transactions.inTransaction(async (sql) => {
      await this.persons.lockActive(sql, repeat.personId);
      const { run = false } = (await asked?.validated()) ?? {};
      // A second request while the first is under way waits for the same answer.
      if (run && (await this.checks.isUnderWay(sql, repeat))) return run;
      await this.repeat(sql, repeat);
      if (run) await this.checks.request(sql, repeat, repeat.actorId);
      return run;
    });
    if (atOnce) await this.checks.notify();
    return { atOnce };
  }

  private async repeat(sql: Sql, { personId, stream, actorId }: Repeat): Promise<void> {
    const after = pairOf(S10);
    const checked = { stream, subject: PERSONS };
    const changed = await this.outcomes.restart(sql, checked, { actorId, personId }, after);
    if (changed === undefined) throw new Refusal('person_not_found');
    const { before, sum } = changed;
    await this.statusChanges.record(
      sql,
      PERSONS,
      { actorId, runId: null },
      {
        changes: [{ id: personId, stream, row: S10.row, before, after, ...WITHOUT_CALL }],
        sums: [sum],
      },
    );
  }
}

function rowAfterChange(stream: Pick<AnyRegisterStream, 'hasData'>, facts: PersonFacts): StreamStatusRow {
  const trigger = stream.hasData(facts) ? 'signed_with_data' : 'signed_without_data';
  // Both rows start from any status, so the current one does not matter.
  const move = nextStreamStatus('VERIFIED', trigger);
  if (!move.allowed) throw new Error(`The tables refuse ${trigger}.`);
  return move.row;
}

/** Status and reason of a row that restarts the stream. */
function pairOf({ row, to, reason }: StreamStatusRow): StreamPair {
  if (to === 'as_before' || reason === 'as_before' || reason === 'of_the_stream') {
    throw new Error(`Row ${row} does not restart a stream.`);
  }
  return { verificationStatus: to, verificationReason: reason };
}

/** Whether a part of a path is the name of a register stream. */
export function isRegisterStream(name: string): name is RegisterStreamName {
  return REGISTER_STREAMS.some((stream) => stream === name);
}
