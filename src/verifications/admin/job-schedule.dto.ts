import {
  AnswerId,
  AnswerObject,
  AnswerSchema,
  AnswerText,
  AnswerTime,
  AnswerWord,
  AnyText,
  TextLike,
} from '../../http';
import { JOB_NAMES, type TimetableEntry } from '../../jobs';

/** The path of a job. */
export class JobPath {
  @AnyText({ example: 'dms-passport-persons' })
  name!: string;
}

/** What a pause needs. */
export class PauseDto {
  /** In free words, for other operators; it must not be blank. No data of persons. */
  @TextLike(/\S/, { example: 'maintenance of the register until 06:00' })
  reason!: string;
}

/** The last run of a job that ended as FINISHED. */
export class FinishedRunDto {
  @AnswerId()
  run_id!: string;

  @AnswerTime()
  finished_at!: string;
}

/** One job of the timetable. */
export class ScheduleDto {
  @AnswerWord(JOB_NAMES)
  job!: string;

  /** Cron expression: minute, hour, day, month, day of the week. */
  @AnswerText()
  schedule!: string;

  /** Of the expression; a name of the IANA time zone database. */
  @AnswerText()
  time_zone!: string;

  /** The last tick that started a run, or was skipped. */
  @AnswerTime({ nullable: true })
  last_tick!: string | null;

  /** Soonest first. While the job is paused they start nothing; the latest one is caught up when it is resumed. */
  @AnswerSchema({ type: 'array', items: { type: 'string', format: 'date-time' } })
  next_ticks!: string[];

  @AnswerId({ nullable: true })
  running_run_id!: string | null;

  @AnswerObject(FinishedRunDto, { nullable: true })
  last_finished!: FinishedRunDto | null;

  /** Null while the job is not paused; then so are the user and the reason. */
  @AnswerTime({ nullable: true })
  paused_at!: string | null;

  @AnswerId({ nullable: true })
  paused_by!: string | null;

  @AnswerText({ nullable: true })
  reason!: string | null;
}

export function shownSchedule(entry: TimetableEntry): ScheduleDto {
  const { finishedId, finishedAt } = entry;
  return {
    job: entry.job,
    schedule: entry.schedule,
    time_zone: entry.timeZone,
    last_tick: entry.lastTick?.toISOString() ?? null,
    next_ticks: entry.nextTicks.map((tick) => tick.toISOString()),
    running_run_id: entry.runningId,
    last_finished:
      finishedId === null || finishedAt === null
        ? null
        : { run_id: finishedId, finished_at: finishedAt.toISOString() },
    paused_at: entry.pausedAt?.toISOString() ?? null,
    paused_by: entry.pausedBy,
    reason: entry.reason,
  };
}

export const SCHEDULE_EXAMPLE: ScheduleDto = {
  job: 'dms-passport-persons',
  schedule: '0 1 * * *',
  time_zone: 'Europe/Kyiv',
  last_tick: '2026-03-01T23:00:00.000Z',
  next_ticks: ['2026-03-02T23:00:00.000Z', '2026-03-03T23:00:00.000Z', '2026-03-04T23:00:00.000Z'],
  running_run_id: null,
  last_finished: {
    run_id: '5a5b1c9e-0000-4000-8000-000000000005',
    finished_at: '2026-03-01T23:00:09.204Z',
  },
  paused_at: null,
  paused_by: null,
  reason: null,
};

export const PAUSED_EXAMPLE: ScheduleDto = {
  ...SCHEDULE_EXAMPLE,
  paused_at: '2026-03-02T08:30:00.000Z',
  paused_by: '5a5b1c9e-0000-4000-8000-000000000004',
  reason: 'maintenance of the register until 06:00',
};
