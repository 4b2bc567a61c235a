import {
  AnswerId,
  AnswerInteger,
  AnswerList,
  AnswerSchema,
  AnswerText,
  AnswerTime,
  AnswerWord,
} from '../../http';
import { REGISTER_STREAMS, SUBJECT_NAMES } from '../../domain/verification/stream';
import { JOB_NAMES } from '../../jobs';
import { type Condition, CONDITIONS } from '../overview/conditions.rules';
import type { Overview } from '../overview/overview.service';
import type { RunningRun } from '../../jobs';
import { PROGRESS_LIMITS, type StreamProgress } from '../overview/progress.rules';

/** Where the paragraph of a condition is: below the root of the repository. */
const PARAGRAPHS = 'docs/operating.md';

const RATE = { type: ['number', 'null'], minimum: 0 };

/** How far the checks of one stream of persons or parties are. */
export class SweepDto {
  @AnswerWord(JOB_NAMES)
  job!: string;

  @AnswerWord(REGISTER_STREAMS)
  stream!: string;

  @AnswerWord(SUBJECT_NAMES)
  subject!: string;

  @AnswerInteger({
    minimum: 0,
    nullable: true,
    description: 'Who is due, retries aside; null before the first count.',
  })
  due!: number | null;

  @AnswerTime({ nullable: true, description: 'They are counted at most once a minute.' })
  due_counted_at!: string | null;

  @AnswerInteger({ minimum: 0, description: 'Claimed by a worker.' })
  claimed!: number;

  @AnswerInteger({ minimum: 0 })
  waiting_for_retry!: number;

  @AnswerInteger({ minimum: 0, description: 'After ten technical errors in a row.' })
  cannot_be_checked!: number;

  @AnswerId({ nullable: true, description: 'The run that is going on, or null.' })
  run_id!: string | null;

  @AnswerTime({ nullable: true })
  run_started_at!: string | null;

  @AnswerInteger({ minimum: 0, nullable: true, description: 'With a result since the run began.' })
  done!: number | null;

  @AnswerSchema(RATE)
  per_second_1m!: number | null;

  @AnswerSchema(RATE)
  per_second_10m!: number | null;

  @AnswerTime({ nullable: true, description: 'When all will be done at the speed of the last ten minutes.' })
  done_at!: string | null;

  @AnswerWord(PROGRESS_LIMITS, { nullable: true, description: 'What keeps the run from being faster.' })
  limited_by!: string | null;
}

/** A condition that is true now, named as the alert that fires when it lasts. */
export class ConditionDto {
  @AnswerWord(Object.keys(CONDITIONS))
  name!: string;

  @AnswerWord(['critical', 'warning'])
  severity!: string;

  @AnswerText({ description: 'The method, job or process it is true for.' })
  about!: string;

  @AnswerText({ description: 'The paragraph that says what it means and what to do.' })
  documentation!: string;
}

/** How the checks of all streams go on. */
export class SweepsDto {
  @AnswerTime()
  at!: string;

  @AnswerList(SweepDto)
  sweeps!: SweepDto[];

  @AnswerList(ConditionDto)
  conditions!: ConditionDto[];
}

/** The heading of a condition, as Markdown makes an anchor of it. */
const paragraphOf = ({ name }: Condition): string => `${PARAGRAPHS}#${name.toLowerCase()}`;

const rounded = (perSecond: number): number => Math.round(perSecond * 100) / 100;

/** Of a run, or of none. */
const runDto = (run: RunningRun | undefined): RunDto =>
  run === undefined
    ? { run_id: null, run_started_at: null, done: null, per_second_1m: null, per_second_10m: null }
    : {
        run_id: run.id,
        run_started_at: run.startedAt.toISOString(),
        done: run.done,
        per_second_1m: rounded(run.perSecond1m),
        per_second_10m: rounded(run.perSecond10m),
      };

type RunDto = Pick<SweepDto, 'run_id' | 'run_started_at' | 'done' | 'per_second_1m' | 'per_second_10m'>;

function sweepDto({ due, run, doneAt, ...row }: StreamProgress): SweepDto {
  return {
    ...{ job: row.job, stream: row.stream, subject: row.subject },
    due: due?.due ?? null,
    due_counted_at: due?.countedAt.toISOString() ?? null,
    claimed: row.claimed,
    waiting_for_retry: row.waitingForRetry,
    cannot_be_checked: row.cannotBeChecked,
    ...runDto(run),
    done_at: doneAt?.toISOString() ?? null,
    limited_by: row.limitedBy ?? null,
  };
}

/** The answer as it is sent. */
export function sweepsDto({ at, streams, conditions }: Overview): SweepsDto {
  return {
    at: at.toISOString(),
    sweeps: streams.map(sweepDto),
    conditions: conditions.map((condition) => ({ ...condition, documentation: paragraphOf(condition) })),
  };
}

export const SWEEPS_EXAMPLE: SweepsDto = {
  at: '2026-03-02T01:04:00.000Z',
  sweeps: [
    {
      job: 'dms-passport-persons',
      stream: 'dms_passport',
      subject: 'persons',
      due: 61_200,
      due_counted_at: '2026-03-02T01:03:31.480Z',
      claimed: 100,
      waiting_for_retry: 12,
      cannot_be_checked: 0,
      run_id: '5a5b1c9e-0000-4000-8000-000000000005',
      run_started_at: '2026-03-02T01:00:00.016Z',
      done: 8_640,
      per_second_1m: 35.8,
      per_second_10m: 36,
      done_at: '2026-03-02T01:32:22.777Z',
      limited_by: 'register',
    },
  ],
  conditions: [
    {
      name: 'RegisterErrors',
      severity: 'warning',
      about: 'CheckPassportDMSStatus',
      documentation: 'docs/operating.md#registererrors',
    },
  ],
};
