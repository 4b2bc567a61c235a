import { Injectable } from '@nestjs/common';
import type { Sql, Statement } from '../database/transactions';
import { RETRY_KINDS } from '../domain/verification/technical-error';
import { Log, Metrics, startAtZero } from '../observability';
import { BACKLOG_STATES, BacklogRepository } from './overview/backlog.repository';
import { DueCounts } from './overview/due-counts.service';
import { type CheckedStream, StreamRegistry } from './stream-registry';
import { PARTIES, PERSONS, type Subject } from './subject';

/** Outcomes of persons; technical errors have a counter for each kind. */
const OUTCOME_COUNTERS = [
  'verified',
  'refuted',
  'absent',
  'incorrect',
  'propagated_persons',
  'propagated_parties',
  'superseded',
] as const;

/** The counters of a run. */
export const RUN_COUNTERS = ['batches', 'taken', ...OUTCOME_COUNTERS] as const;

export type RunCounter = (typeof RUN_COUNTERS)[number] | `technical_errors.${string}`;

/** Sent in the transaction of the counted writes, so that the counts are exact. */
const ADD_COUNTS: Statement = {
  name: 'add_run_counts',
  text: `
    INSERT INTO mpi.job_run_counts AS c (run_id, worker, counter, n)
    SELECT $1::uuid, $2::varchar, counter, n FROM unnest($3::varchar[], $4::bigint[]) AS d (counter, n)
     ORDER BY counter
    ON CONFLICT (run_id, worker, counter) DO UPDATE SET n = c.n + excluded.n, updated_at = now()`,
};

/** Counts of one group of writes. */
export class RunCounts {
  private readonly counts = new Map<RunCounter, number>();

  add(counter: RunCounter, n = 1): void {
    if (n !== 0) this.counts.set(counter, (this.counts.get(counter) ?? 0) + n);
  }

  entries(): readonly (readonly [RunCounter, number])[] {
    return [...this.counts];
  }

  async save(sql: Sql, runId: string, worker: string): Promise<void> {
    if (this.counts.size === 0) return;
    await sql.query(ADD_COUNTS, [runId, worker, [...this.counts.keys()], [...this.counts.values()]]);
  }
}

const CLAIM_ENDS = ['taken', 'expired'];
const OUTCOMES: readonly RunCounter[] = [
  ...OUTCOME_COUNTERS,
  ...RETRY_KINDS.map((kind) => `technical_errors.${kind}` as const),
];

/** The validation period of a run, and that of a worker which takes part in it. */
interface RunPeriods {
  readonly runId: string;
  readonly ofRun: number;
  readonly ofWorker: number;
}

/** Metrics and log of the checks. They never contain a person, not even an id: the audit log does. */
@Injectable()
export class VerificationObserver {
  constructor(
    private readonly log: Log,
    private readonly metrics: Metrics,
  ) {}

  /** Initialises all counters of the stream with 0, before the first check. */
  startAtZero({ stream: { name: stream }, subject: { name: subject } }: CheckedStream): void {
    startAtZero(this.metrics.claims, { stream: [stream], subject: [subject], end: CLAIM_ENDS });
    startAtZero(this.metrics.jobSettingsDiffer, { stream: [stream], subject: [subject] });
    startAtZero(this.metrics[subject], { stream: [stream], outcome: OUTCOMES });
  }

  claimed({ stream: { name: stream }, subject: { name: subject } }: CheckedStream): void {
    this.metrics.claims.inc({ stream, subject, end: 'taken' });
  }

  written({ stream, subject }: CheckedStream, counts: RunCounts, durationMs: number): void {
    this.metrics.writeSeconds.observe({ stream: stream.name, subject: subject.name }, durationMs / 1000);
    for (const [outcome, n] of counts.entries()) {
      if (n > 0 && outcome !== 'taken') this.metrics[subject.name].inc({ stream: stream.name, outcome }, n);
    }
  }

  reclaimed({ stream: { name: stream }, subject: { name: subject } }: CheckedStream, n: number): void {
    this.metrics.claims.inc({ stream, subject, end: 'expired' });
    this.log.warn(`released ${subject} whose claims expired`, { stream, [subject]: n });
  }

  /** The run goes on with its own period: it decides who is due for every worker. */
  settingsDiffer(
    { stream: { name: stream }, subject: { name: subject } }: CheckedStream,
    periods: RunPeriods,
  ): void {
    this.metrics.jobSettingsDiffer.inc({ stream, subject });
    const counts = { days_of_the_run: periods.ofRun, days_of_this_worker: periods.ofWorker };
    this.log.warn('a run began with another validation period than the settings of this worker have', {
      stream,
      run_id: periods.runId,
      counts,
    });
  }

  readonly failed = (error: unknown): void => this.log.error('check interrupted', error);
}

/**
 * Persons and parties by state, as each collection reads them: from the small tables of locks, and from the last count of
 * those who are due, which it does not wait for.
 */
@Injectable()
export class BacklogGauge {
  constructor(
    private readonly backlogs: BacklogRepository,
    private readonly dueCounts: DueCounts,
    private readonly streams: StreamRegistry,
    metrics: Metrics,
  ) {
    const gauges = new Map([
      [PERSONS, metrics.backlog],
      [PARTIES, metrics.partyBacklog],
    ]);
    metrics.refreshBy(() => this.refresh(gauges));
  }

  private async refresh(gauges: ReadonlyMap<Subject, Metrics['backlog']>): Promise<void> {
    const [backlogs, due] = await Promise.all([
      this.backlogs.readAll(),
      this.dueCounts.last(this.streams.all.map(({ stream }) => stream.job.name)),
    ]);
    for (const [subject, gauge] of gauges) {
      gauge.reset();
      for (const row of backlogs.get(subject) ?? []) {
        for (const state of BACKLOG_STATES) gauge.set({ stream: row.stream, state }, row[state]);
      }
    }
    for (const { stream, subject } of this.streams.all) {
      const count = due.get(stream.job.name);
      if (count !== undefined) gauges.get(subject)?.set({ stream: stream.name, state: 'due' }, count.due);
    }
  }
}
