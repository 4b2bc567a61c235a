import { type JobFigures, PURGE_JOB, type RunningRun, type SeenInstance } from '../../jobs';
import type { RegisterState } from '../../mvs-trembita';
import type { StreamProgress } from './progress.rules';

/**
 * Conditions that the installation can see in its database, by the names of docs/alerts.yml and with its limits. The
 * others need the history that Prometheus keeps. A condition is shown as soon as it is true: an alert waits longer.
 */
export const CONDITIONS = {
  ProcessDown: 'critical',
  RegisterCircuitOpen: 'warning',
  RegisterErrors: 'warning',
  RegisterRefusesUs: 'critical',
  RegisterForeignAnswers: 'warning',
  RunFailed: 'warning',
  NoRunEnded: 'warning',
  PurgeOverdue: 'warning',
  JobPaused: 'warning',
  NothingFinished: 'critical',
  CannotBeChecked: 'warning',
} as const;

export type ConditionName = keyof typeof CONDITIONS;

/** A condition that is true now. */
export interface Condition {
  readonly name: ConditionName;
  readonly severity: (typeof CONDITIONS)[ConditionName];
  /** The method, job, stream or process it is true for. */
  readonly about: string;
}

/** What the conditions are found in. */
export interface ConditionFacts {
  readonly now: Date;
  readonly register: RegisterState;
  readonly processes: readonly SeenInstance[];
  readonly streams: readonly StreamProgress[];
  readonly runs: readonly RunningRun[];
  readonly failedJobs: readonly string[];
  readonly jobs: readonly JobFigures[];
}

/** A silent process is reported for an hour; who replaced it knows by then, and its row stays in the list. */
const DOWN_FROM_SECONDS = 120;
const DOWN_UNTIL_SECONDS = 3600;

const ERROR_SHARE = 0.2;
/** Fewer calls say nothing about the register: one of three is no share. */
const LEAST_CALLS = 20;

const NO_RUN_ENDED_HOURS = 30;
const NO_PURGE_ENDED_HOURS = 50;
const MOST_UNCHECKED = 1000;

type Finder = (facts: ConditionFacts) => readonly string[];

const FINDERS: Readonly<Record<ConditionName, Finder>> = {
  ProcessDown: ({ processes }) =>
    processes
      .filter(({ silentSeconds: seconds }) => seconds >= DOWN_FROM_SECONDS && seconds < DOWN_UNTIL_SECONDS)
      .map(({ id }) => id),
  RegisterCircuitOpen: ({ register }) =>
    register.methods.filter(({ state }) => state !== 'closed').map(({ method }) => method),
  RegisterErrors: ({ register }) =>
    register.methods
      .filter(({ calls, failures }) => calls >= LEAST_CALLS && failures > ERROR_SHARE * calls)
      .map(({ method }) => method),
  RegisterRefusesUs: ({ runs }) => runs.filter(({ isRefused }) => isRefused).map(({ job }) => job),
  RegisterForeignAnswers: ({ runs }) =>
    runs.filter(({ hasForeignAnswers }) => hasForeignAnswers).map(({ job }) => job),
  RunFailed: ({ failedJobs }) => failedJobs,
  NoRunEnded: (facts) => unfinishedSince(facts, NO_RUN_ENDED_HOURS).filter((job) => job !== PURGE_JOB),
  PurgeOverdue: (facts) => unfinishedSince(facts, NO_PURGE_ENDED_HOURS).filter((job) => job === PURGE_JOB),
  JobPaused: ({ jobs }) => jobs.filter(({ isPaused }) => isPaused).map(({ job }) => job),
  NothingFinished: ({ runs, streams }) =>
    runs
      .filter(({ job, isStalled }) => isStalled && streams.some((row) => row.job === job && row.claimed > 0))
      .map(({ job }) => job),
  CannotBeChecked: ({ streams }) =>
    streams.filter(({ cannotBeChecked }) => cannotBeChecked > MOST_UNCHECKED).map(({ job }) => job),
};

/** Critical ones first. */
export function conditionsIn(facts: ConditionFacts): readonly Condition[] {
  const names = Object.keys(CONDITIONS) as ConditionName[];
  const all = names.flatMap((name) =>
    FINDERS[name](facts).map((about) => ({ name, severity: CONDITIONS[name], about })),
  );
  return [
    ...all.filter(({ severity }) => severity === 'critical'),
    ...all.filter(({ severity }) => severity === 'warning'),
  ];
}

/** Before a worker has seen the schedule of a job, nothing is known of it; a paused job is not expected to finish. */
function unfinishedSince({ jobs, now }: ConditionFacts, hours: number): readonly string[] {
  const latest = now.getTime() / 1000 - hours * 3600;
  return jobs
    .filter(({ isPaused, lastFinishedSeconds: at }) => !isPaused && at > 0 && at < latest)
    .map(({ job }) => job);
}
