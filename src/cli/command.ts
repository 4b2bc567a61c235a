import { SingleBar } from 'cli-progress';
import type { JobRunRepository, StopSignals } from '../jobs';

/** The exit statuses of commands. */
export const ExitStatus = {
  Done: 0,
  Failed: 1,
  AlreadyRunning: 2,
  /** EX_USAGE of `sysexits.h`. */
  WrongUsage: 64,
  /** EX_CONFIG of `sysexits.h`. */
  Configuration: 78,
  /** 128 and the number of the signal, as in shells. */
  Interrupted: 130,
  Terminated: 143,
} as const;

/** Stops a run on a signal: nothing new is taken, and after the grace time nothing is waited for. */
export class StopOnSignal {
  private readonly stop = new AbortController();
  private readonly abort = new AbortController();
  readonly signals: StopSignals = { stop: this.stop.signal, abort: this.abort.signal };
  exitStatus: number | undefined;

  constructor(private readonly graceMs: number) {
    // Not `once`: an impatient second signal would end the process before it has released what it holds.
    process.on('SIGINT', () => this.end(ExitStatus.Interrupted));
    process.on('SIGTERM', () => this.end(ExitStatus.Terminated));
  }

  private end(exitStatus: number): void {
    this.exitStatus ??= exitStatus;
    this.stop.abort();
    setTimeout(() => this.abort.abort(), this.graceMs).unref();
  }
}

/** How often the bar moves; each look is one statement. */
const LOOK_EVERY_MS = 500;

/** Without a terminal a line from time to time is enough. */
const LINE_EVERY_MS = 5_000;

export interface ProgressSource {
  readonly runs: Pick<JobRunRepository, 'find'>;
  /** What the job counts. */
  readonly counters: readonly string[];
  /** How many are due; null when that cannot be counted quickly. */
  readonly due: () => Promise<number | null>;
}

export interface Progress {
  start(runId: string): void;
  /** Takes a last look, so that the bar ends where the run ended. */
  stop(): Promise<void>;
}

/** The outcomes of a review: each counts a person or a party that is done. */
const REVIEWED = ['verified', 'refuted', 'absent', 'incorrect'];

/** Shows on standard error how far a run is: a bar on a terminal, plain lines otherwise. */
export function showProgress(source: ProgressSource): Progress {
  const onTerminal = process.stderr.isTTY;
  const bar = new SingleBar({
    stream: process.stderr,
    clearOnComplete: false,
    hideCursor: true,
    format: '{bar} {percentage}% | {value} of {total} | {eta_formatted}',
  });
  let timer: NodeJS.Timeout | undefined;
  let watched: string | undefined;
  const look = async (runId: string): Promise<void> => {
    const done = doneOf((await source.runs.find(runId))?.counts ?? {}, source.counters);
    if (!onTerminal) process.stderr.write(`${done} done\n`);
    else {
      bar.setTotal(Math.max(bar.getTotal(), done));
      bar.update(done);
    }
  };
  return {
    start: (runId) => {
      watched = runId;
      void source.due().then(
        (due) => onTerminal && bar.start(due ?? 0, 0),
        () => undefined,
      );
      timer = setInterval(
        () => void look(runId).catch(() => undefined),
        onTerminal ? LOOK_EVERY_MS : LINE_EVERY_MS,
      );
    },
    stop: async () => {
      clearInterval(timer);
      if (watched !== undefined) await look(watched).catch(() => undefined);
      if (onTerminal) bar.stop();
    },
  };
}

/** Done so far. In a job without reviews every counter counts finished work. */
function doneOf(counts: Readonly<Record<string, number>>, counters: readonly string[]): number {
  const failed = Object.keys(counts).filter((counter) => counter.startsWith('technical_errors.'));
  const isReview = REVIEWED.every((counter) => counters.includes(counter));
  const done = isReview ? [...REVIEWED, ...failed] : counters;
  return done.reduce((sum, counter) => sum + (counts[counter] ?? 0), 0);
}
