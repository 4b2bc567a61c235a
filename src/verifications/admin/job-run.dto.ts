import { RETRY_KINDS } from '../../domain/verification/technical-error';
import {
  AllowsMore,
  AnswerId,
  AnswerInteger,
  AnswerSchema,
  AnswerText,
  AnswerTime,
  AnswerWord,
  AnyText,
  EmptyIsAbsent,
  IsDay,
  MayBeAbsent,
  OneOf,
  PageQuery,
  UuidInPath,
} from '../../http';
import { JOB_NAMES, type JobName, RUN_STATUSES, type RunFilter, type RunStatus } from '../../jobs';
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

/** The path of a job. */
export class JobPath {
  @AnyText({ example: 'dms-passport-persons' })
  name!: string;
}

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
}

for (const counter of RUN_COUNTERS)
  AnswerInteger({ minimum: 0, required: false })(JobRunDto.prototype, counter);

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
};
