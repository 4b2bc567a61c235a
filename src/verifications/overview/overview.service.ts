import { Injectable } from '@nestjs/common';
import { DatabaseClock } from '../../database/database-clock.service';
import { Transactions } from '../../database/transactions';
import {
  JOB_NAMES,
  JobScheduleRepository,
  InstanceRepository,
  type RunningRun,
  RunProgressRepository,
  type SeenInstance,
} from '../../jobs';
import { type RegisterState, RegisterStateRepository } from '../../mvs-trembita';
import { type CheckedStream, StreamRegistry } from '../stream-registry';
import { type Backlog, BacklogRepository } from './backlog.repository';
import { type Condition, conditionsIn } from './conditions.rules';
import { type DueCount, DueCounts } from './due-counts.service';
import { doneAtOf, limitOf, type StreamProgress } from './progress.rules';

/** How the checks of all streams go on. */
export interface Overview {
  /** By the clock of the database. */
  readonly at: Date;
  readonly streams: readonly StreamProgress[];
  readonly conditions: readonly Condition[];
}

/** What was read for an overview. */
interface OverviewFacts {
  readonly now: Date;
  readonly register: RegisterState;
  readonly processes: readonly SeenInstance[];
  readonly backlogs: ReadonlyMap<CheckedStream['subject'], readonly Backlog[]>;
  readonly due: ReadonlyMap<string, DueCount>;
  readonly runs: ReadonlyMap<string, RunningRun>;
  readonly paused: ReadonlySet<string>;
}

/** Reads how the checks go on. Everything comes from small tables and indexes; who is due is counted elsewhere. */
@Injectable()
export class OverviewService {
  private reading: Promise<Overview> | undefined;

  constructor(
    private readonly transactions: Transactions,
    private readonly clock: DatabaseClock,
    private readonly streams: StreamRegistry,
    private readonly backlogs: BacklogRepository,
    private readonly dueCounts: DueCounts,
    private readonly progress: RunProgressRepository,
    private readonly schedules: JobScheduleRepository,
    private readonly processes: InstanceRepository,
    private readonly register: RegisterStateRepository,
  ) {}

  /** Everybody who asks while it is being read gets the same one. */
  read(): Promise<Overview> {
    this.reading ??= this.readNow().finally(() => {
      this.reading = undefined;
    });
    return this.reading;
  }

  private async readNow(): Promise<Overview> {
    const jobs = this.streams.all.map(({ stream }) => stream.job.name);
    const [due, backlogs, runs, register, processes, failedJobs, figures] = await Promise.all([
      this.dueCounts.read(jobs),
      this.backlogs.readAll(),
      this.progress.running(),
      this.register.read(),
      this.processes.list(),
      this.progress.failed(),
      this.schedules.figures(JOB_NAMES),
      this.clock.read(this.transactions),
    ]);
    const now = this.clock.at();
    const paused = new Set(figures.filter(({ isPaused }) => isPaused).map(({ job }) => job));
    const facts: OverviewFacts = { now, register, processes, backlogs, due, runs, paused };
    const streams = this.streams.all.map((checked) => progressOf(checked, facts));
    const conditions = conditionsIn({
      ...{ now, register, processes, streams, failedJobs, jobs: figures },
      runs: [...runs.values()],
    });
    return { at: now, streams, conditions };
  }
}

function progressOf({ stream, subject }: CheckedStream, facts: OverviewFacts): StreamProgress {
  const job = stream.job.name;
  const backlog = facts.backlogs.get(subject)?.find((row) => row.stream === stream.name);
  const run = facts.runs.get(job);
  const due = facts.due.get(job);
  const claimed = backlog?.in_flight ?? 0;
  const isPaused = facts.paused.has(job);
  return {
    ...{ job, stream: stream.name, subject: subject.name, due, claimed, run },
    waitingForRetry: backlog?.waiting_for_retry ?? 0,
    cannotBeChecked: backlog?.cannot_be_checked ?? 0,
    doneAt: isPaused ? undefined : doneAtOf({ due, claimed, run }, facts.now),
    limitedBy: run === undefined ? undefined : limitOf({ isPaused, method: stream.method, ...facts }),
  };
}
