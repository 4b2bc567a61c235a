import { SingleBar } from 'cli-progress';
import type { JobRunRepository } from '../jobs';

/** How often the bar moves; each look is one statement. */
const LOOK_EVERY_MS = 500;
/** Without a terminal a line every so often is enough for a log. */
const LINE_EVERY_MS = 5_000;

export interface ProgressSource {
  readonly runs: Pick<JobRunRepository, 'find'>;
  /** What the job counts. */
  readonly counters: readonly string[];
  /** How many are due; null when nobody can tell quickly. */
  readonly due: () => Promise<number | null>;
}

export interface Progress {
  start(runId: string): void;
  /** Takes a last look, so that the bar ends where the run ended. */
  stop(): Promise<void>;
}

/** What a review can come to: every one of these is a person or a party done with. */
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

/** A job that reviews nobody counts nothing but what it has done. */
function doneOf(counts: Readonly<Record<string, number>>, counters: readonly string[]): number {
  const failed = Object.keys(counts).filter((counter) => counter.startsWith('technical_errors.'));
  const isReview = REVIEWED.every((counter) => counters.includes(counter));
  const done = isReview ? [...REVIEWED, ...failed] : counters;
  return done.reduce((sum, counter) => sum + (counts[counter] ?? 0), 0);
}
