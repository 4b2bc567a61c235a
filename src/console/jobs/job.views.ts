import type { TimetableEntry } from '../../jobs';
import type { DueCount } from '../../verifications';
import { type FormState, freshForm } from '../frame/submitted-form';
import { view } from '../frame/view';
import { type Paging, pagingOf } from '../../http';
import type { RunModel, RunRow } from './run.model';
import type { ScheduleWords } from './schedule-words';

const NOW = new Date('2026-03-02T01:00:00Z');

const PAGE = { page: 2, pageSize: 1, offset: 1 };

const ROW: RunRow = {
  id: '5a5b1c9e-0000-4000-8000-000000000005',
  job: 'dms-passport-persons',
  status: 'RUNNING',
  startedAt: NOW,
  tookMs: 61_000,
  done: 12,
  errors: 1,
  perSecond: 0.2,
  isScheduled: true,
  startedBy: null,
};

interface RunsModel {
  readonly runs: readonly RunRow[];
  readonly paging: Paging;
  readonly filter: FormState;
}

export const RUNS_PAGE = view<RunsModel>('runs', (freeText) => [
  {
    runs: [
      { ...ROW, isScheduled: false, startedBy: freeText },
      { ...ROW, job: undefined, status: 'SKIPPED', perSecond: null },
      { ...ROW, job: 'purge', status: 'FINISHED' },
    ],
    paging: pagingOf(PAGE, 3),
    filter: freshForm({ from: freeText }),
  },
  { runs: [], paging: pagingOf(PAGE, 0), filter: freshForm() },
]);

const runs = (freeText: string): RunModel[] => {
  const going: RunModel = {
    ...ROW,
    isScheduled: false,
    startedBy: freeText,
    finishedAt: null,
    pausedAt: null,
    dueAtStart: 100,
    etaMs: 400_000,
    holder: freeText,
    leaseLeftMs: 40_000,
    funnel: [
      { step: 'due', count: 100 },
      { step: 'taken', count: 12 },
      { step: 'verified', count: 11 },
      { error: 'timeout', count: 1 },
      { error: freeText, count: 1 },
    ],
    workers: [
      { worker: freeText, isHolder: true, counts: {}, done: 8, share: 0.6, lastWriteAt: NOW },
      { worker: 'another', isHolder: false, counts: {}, done: 4, share: 0.4, lastWriteAt: NOW },
    ],
    rates: [
      { at: NOW, perSecond: 12.5 },
      { at: new Date('2026-03-02T01:00:10Z'), perSecond: 0 },
    ],
  };
  const nothing = {
    dueAtStart: null,
    etaMs: null,
    leaseLeftMs: null,
    perSecond: null,
    rates: [],
    workers: [],
  };
  return [
    going,
    { ...going, ...nothing, pausedAt: NOW, holder: null },
    {
      ...{ ...going, ...nothing, job: 'purge', status: 'FINISHED', finishedAt: NOW },
      funnel: [{ table: freeText, count: 3 }],
    },
    { ...going, ...nothing, job: undefined, status: 'SKIPPED', finishedAt: NOW, funnel: [], startedBy: null },
  ];
};

export const RUN_PAGE = view<RunModel>('run', runs);
export const RUN_PART = view<RunModel>('run-part', runs);

/** One job of the timetable, with its schedule in words. */
export interface TimetableRow extends TimetableEntry {
  readonly words: ScheduleWords;
}

interface TimetableModel {
  readonly jobs: readonly TimetableRow[];
  /** Whether the reader may start, pause and resume jobs. */
  readonly mayRun: boolean;
}

const JOB: TimetableRow = {
  job: 'dms-passport-persons',
  schedule: '0 1 * * *',
  timeZone: 'Europe/Kyiv',
  words: { kind: 'daily', time: '01:00' },
  now: NOW,
  lastTick: NOW,
  nextTicks: [NOW, NOW],
  runningId: null,
  finishedId: '5a5b1c9e-0000-4000-8000-000000000005',
  finishedAt: NOW,
  pausedAt: null,
  pausedBy: null,
  reason: null,
};

const NEVER = { lastTick: null, finishedId: null, finishedAt: null };

export const TIMETABLE_PAGE = view<TimetableModel>('timetable', (freeText) => [
  {
    jobs: [
      JOB,
      {
        ...{ ...JOB, ...NEVER, pausedAt: NOW, pausedBy: freeText, reason: freeText },
        ...{ schedule: '*/5 * * * *', words: { kind: 'minutes', every: 5 } },
      },
      {
        ...JOB,
        runningId: freeText,
        schedule: '30 4 * * 1',
        words: { kind: 'weekly', day: 1, time: '04:30' },
      },
      { ...JOB, schedule: '0 0 29 2 *', words: { kind: 'yearly', day: 29, month: 2, time: '00:00' } },
      { ...JOB, schedule: '0 0 1 * *', words: { kind: 'monthly', day: 1, time: '00:00' } },
      { ...JOB, schedule: '7 * * * *', words: { kind: 'hourly', minute: 7 } },
      { ...JOB, schedule: freeText, words: { kind: 'other' } },
    ],
    mayRun: true,
  },
  { jobs: [], mayRun: false },
]);

/** What somebody checks before they change a job. */
export interface JobChangeModel {
  readonly action: 'run' | 'pause' | 'resume';
  readonly entry: TimetableRow;
  /** Undefined for a job that does not check people. */
  readonly due: DueCount | undefined;
  /** For as many as are due, at the speed of the last finished run; null when it cannot be estimated. */
  readonly lastsMs: number | null;
  readonly form: FormState;
}

export const JOB_CHANGE_PAGE = view<JobChangeModel>('job-change', (freeText) => [
  { action: 'run', entry: JOB, due: { due: 100, countedAt: NOW }, lastsMs: 400_000, form: freshForm() },
  {
    action: 'run',
    entry: { ...JOB, ...NEVER, pausedAt: NOW, pausedBy: freeText, reason: freeText, runningId: freeText },
    ...{ due: undefined, lastsMs: null, form: freshForm() },
  },
  {
    ...{ action: 'pause', entry: JOB, due: undefined, lastsMs: null },
    form: { values: { reason: freeText }, faults: [{ field: 'reason', rule: 'required' }] },
  },
  {
    ...{ action: 'resume', due: undefined, lastsMs: null, form: freshForm() },
    entry: { ...JOB, pausedAt: NOW, pausedBy: freeText, reason: freeText },
  },
]);
