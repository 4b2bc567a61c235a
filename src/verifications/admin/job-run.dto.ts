import { RETRY_KINDS } from '../../domain/verification/technical-error';
import {
  AllowsMore,
  AnswerId,
  AnswerInteger,
  AnswerList,
  AnswerSchema,
  AnswerText,
  AnswerTime,
  AnswerWord,
  AnswerYesOrNo,
  EmptyIsAbsent,
  IsDay,
  MayBeAbsent,
  OneOf,
  PageQuery,
  UuidInPath,
} from '../../http';
import {
  JOB_NAMES,
  type JobName,
  type JobRun,
  RUN_STATUSES,
  type RunDetails,
  type RunFilter,
  type RunPace,
  runSummary,
  type RunStatus,
} from '../../jobs';
import { startInKyiv } from '../../domain/calendar-day';
import { RUN_COUNTERS } from '../verification-metrics';

/** The path of a run. */
export class RunPath {
  @UuidInPath()
  run_id!: string;
}

/** The query of the list of runs. Filters narrow the list together. */
export class JobRunQuery extends PageQuery {
  @EmptyIsAbsent()
  @MayBeAbsent()
  @OneOf(JOB_NAMES, { example: 'dms-passport-persons' })
  job?: JobName;

  @EmptyIsAbsent()
  @MayBeAbsent()
  @OneOf(RUN_STATUSES, { example: 'FAILED' })
  status?: RunStatus;

  /** The first day on which a run started, in Kyiv. */
  @EmptyIsAbsent()
  @MayBeAbsent()
  @IsDay()
  from?: string;

  /** The last day on which a run started, in Kyiv. */
  @EmptyIsAbsent()
  @MayBeAbsent()
  @IsDay()
  to?: string;

  get filter(): RunFilter {
    const { job, status, from, to } = this;
    return {
      job,
      status,
      startedFrom: from === undefined ? undefined : startInKyiv(from),
      startedBefore: to === undefined ? undefined : startInKyiv(to, 1),
    };
  }
}

/** A figure that may be unknown. */
const MaybeNumber = () => AnswerSchema({ type: ['number', 'null'], minimum: 0 });

/** A run of a job. Which counters it has depends on the job: those of `purge` are tables. */
@AllowsMore()
export class JobRunDto {
  @AnswerText()
  job!: string;

  @AnswerId()
  run_id!: string;

  @AnswerWord(RUN_STATUSES)
  status!: string;

  @AnswerTime()
  started_at!: string;

  @AnswerTime({ nullable: true })
  finished_at!: string | null;

  @AnswerSchema({
    type: 'object',
    propertyNames: { type: 'string', enum: RETRY_KINDS },
    additionalProperties: { type: 'integer', minimum: 0 },
  })
  technical_errors!: object;

  @AnswerId({ nullable: true })
  started_by!: string | null;

  /** The tick of the schedule that started it; null for a run started by hand. */
  @AnswerTime({ nullable: true })
  tick!: string | null;

  /** Until its end, or until now. */
  @AnswerSchema({ type: 'number', minimum: 0 })
  took_seconds!: number;

  /** Persons, parties or rows done, on average since the start, pauses included. */
  @MaybeNumber()
  rate_per_second!: number | null;
}

for (const counter of RUN_COUNTERS)
  AnswerInteger({ minimum: 0, required: false })(JobRunDto.prototype, counter);

/** What one worker did in a run. */
export class WorkerPartDto {
  @AnswerText()
  worker!: string;

  @AnswerYesOrNo()
  is_holder!: boolean;

  @AnswerInteger({ minimum: 0 })
  done!: number;

  /** Of what all workers did, from 0 to 1. */
  @AnswerSchema({ type: 'number', minimum: 0, maximum: 1 })
  share!: number;

  @AnswerTime()
  last_write_at!: string;

  @AnswerSchema({ type: 'object', additionalProperties: { type: 'integer', minimum: 0 } })
  counts!: object;
}

/** A run with the workers that take part in it. */
@AllowsMore()
export class JobRunDetailsDto extends JobRunDto {
  /** The worker that holds the run and will end it, or that ended it. */
  @AnswerText({ nullable: true })
  holder!: string | null;

  @AnswerTime({ nullable: true })
  lease_until!: string | null;

  /** Only while it is RUNNING; 0 when the holder is dead, until another worker takes over. */
  @MaybeNumber()
  lease_left_seconds!: number | null;

  /** About how many were due when the run started, retries aside. Null until it is counted, and for a job that cannot count it. */
  @AnswerInteger({ minimum: 0, nullable: true })
  due_at_start!: number | null;

  /** Estimated by the rate of the last two minutes, at first by the average. Null when the run is over or paused, or nothing can be said yet. */
  @MaybeNumber()
  eta_seconds!: number | null;

  /** Since when the job is paused. */
  @AnswerTime({ nullable: true })
  paused_at!: string | null;

  @AnswerList(WorkerPartDto)
  workers!: WorkerPartDto[];
}

/** A run as a row of the list. */
export function shownRun(
  run: JobRun,
  counters: readonly string[],
  { perSecond }: RunPace,
): Record<string, unknown> {
  return {
    ...runSummary(run, counters),
    started_by: run.startedBy,
    tick: run.tick?.toISOString() ?? null,
    took_seconds: run.tookSeconds,
    rate_per_second: perSecond,
  };
}

/** One run with everything about it. */
export function shownDetails(details: RunDetails, counters: readonly string[]): Record<string, unknown> {
  return {
    ...shownRun(details.run, counters, details.pace),
    holder: details.holder,
    lease_until: details.leaseUntil?.toISOString() ?? null,
    lease_left_seconds: details.leaseLeftSeconds,
    due_at_start: details.dueAtStart,
    eta_seconds: details.etaSeconds,
    paused_at: details.pausedAt?.toISOString() ?? null,
    workers: details.workers.map(({ worker, isHolder, done, share, lastWriteAt, counts }) => ({
      worker,
      is_holder: isHolder,
      done,
      share,
      last_write_at: lastWriteAt.toISOString(),
      counts,
    })),
  };
}

export const JOB_RUN_EXAMPLE = {
  job: 'dms-passport-persons',
  run_id: '5a5b1c9e-0000-4000-8000-000000000005',
  status: 'FINISHED',
  started_at: '2026-03-02T01:00:00.016Z',
  finished_at: '2026-03-02T01:00:09.204Z',
  ...Object.fromEntries(RUN_COUNTERS.map((counter) => [counter, 0])),
  batches: 20,
  taken: 1765,
  verified: 1530,
  technical_errors: { fault_server: 5 },
  started_by: '5a5b1c9e-0000-4000-8000-000000000004',
  tick: '2026-03-02T01:00:00.000Z',
  took_seconds: 9.188,
  rate_per_second: 167.1,
};

const WORKER = '5a5b1c9e-0000-4000-8000-000000000006';

export const JOB_RUN_DETAILS_EXAMPLE = {
  ...JOB_RUN_EXAMPLE,
  holder: WORKER,
  lease_until: null,
  lease_left_seconds: null,
  due_at_start: 1765,
  eta_seconds: null,
  paused_at: null,
  workers: [
    {
      worker: WORKER,
      is_holder: true,
      done: 1535,
      share: 1,
      last_write_at: '2026-03-02T01:00:09.190Z',
      counts: { batches: 20, taken: 1765, verified: 1530, 'technical_errors.fault_server': 5 },
    },
  ],
};
