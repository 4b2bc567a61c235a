import { SingleBar } from 'cli-progress';
import { doneOf, type JobRunRepository } from '../jobs';

/** How often the bar moves; each look is one statement. */
const LOOK_EVERY_MS = 500;
/** Without a terminal a line every so often is enough for a log. */
const LINE_EVERY_MS = 5_000;
/** The remaining time follows the speed of the last seconds, so that a pause or a slow start does not distort it. */
const RATE_WINDOW_MS = 15_000;
/** A shorter time shows no speed. */
const SHORTEST_RATE_MS = 1_500;
const BAR_COLUMNS = 20;

export interface ProgressSource {
  /** What is being done, for example the name of the job. */
  readonly label: string;
  readonly runs: Pick<JobRunRepository, 'find'>;
  /** What the job counts. */
  readonly counters: readonly string[];
  /** How many are due; null when that cannot be counted quickly. */
  readonly due: () => Promise<number | null>;
}

type Output = Pick<NodeJS.WriteStream, 'write'> & { readonly isTTY?: boolean };

/** Shows on standard error how far a run is: a bar on a terminal, plain lines otherwise. */
export class RunProgress {
  private readonly rate = new Rate();
  private bar: SingleBar | undefined;
  private timer: NodeJS.Timeout | undefined;
  private runId: string | undefined;
  private total: number | null = null;

  constructor(
    private readonly source: ProgressSource,
    private readonly output: Output = process.stderr,
  ) {}

  start(runId: string): void {
    this.runId = runId;
    this.rate.add(0);
    void this.source.due().then(
      (due) => this.show(due),
      () => this.show(null),
    );
  }

  /** Takes a last look, so that the bar ends where the run ended. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    const { runId } = this;
    // A look, or a count of those due, that is under way must show nothing after the last one.
    this.runId = undefined;
    if (runId !== undefined) {
      const last = this.doneIn(runId).then((done) => this.showDone(done));
      await last.catch(() => undefined);
    }
    this.bar?.stop();
  }

  private show(due: number | null): void {
    const { runId, source, output } = this;
    if (runId === undefined) return;
    this.total = due;
    const isTerminal = output.isTTY === true;
    if (isTerminal) {
      this.bar = new SingleBar({
        stream: output as NodeJS.WriteStream,
        clearOnComplete: false,
        hideCursor: true,
        barsize: BAR_COLUMNS,
        format: (_options, { value, total }, { left }: { left?: string }) =>
          barLine({ label: source.label, done: value, total, left: left ?? '' }),
      });
      this.bar.start(due ?? 0, 0, { left: '' });
    }
    this.timer = setInterval(
      () => void this.look(runId).catch(() => undefined),
      isTerminal ? LOOK_EVERY_MS : LINE_EVERY_MS,
    );
  }

  private async look(runId: string): Promise<void> {
    const done = await this.doneIn(runId);
    if (this.runId !== undefined) this.showDone(done);
  }

  private async doneIn(runId: string): Promise<number> {
    return doneOf((await this.source.runs.find(runId))?.counts ?? {}, this.source.counters);
  }

  private showDone(done: number): void {
    // More persons may become due while the run lasts.
    const total = this.total === null ? null : Math.max(this.total, done);
    this.rate.add(done);
    const left = total === null ? '' : leftText(this.rate.secondsLeft(total - done));
    if (this.bar !== undefined) {
      this.bar.setTotal(total ?? 0);
      this.bar.update(done, { left });
    } else {
      const of = total === null ? '' : ` of ${total}`;
      this.output.write(`${this.source.label}: ${done}${of} done${left === '' ? '' : `, ${left}`}\n`);
    }
  }
}

/** At most 80 columns with a label of up to 22. A total of 0 is unknown, and there is no bar. */
function barLine(of: { label: string; done: number; total: number; left: string }): string {
  const { label, done, total, left } = of;
  if (total === 0) return `${label} ${done} done`;
  const share = Math.min(1, done / total);
  const full = Math.round(share * BAR_COLUMNS);
  const bar = '█'.repeat(full) + '░'.repeat(BAR_COLUMNS - full);
  return `${label} ${bar} ${Math.floor(share * 100)}% ${done}/${total}${left === '' ? '' : `, ${left}`}`;
}

/** Persons done per second over the last seconds. */
class Rate {
  private samples: { readonly atMs: number; readonly done: number }[] = [];

  add(done: number): void {
    const atMs = performance.now();
    // The wait for the first person says nothing about the speed.
    const recent = done === 0 ? [] : this.samples.filter((sample) => sample.atMs > atMs - RATE_WINDOW_MS);
    this.samples = [...recent, { atMs, done }];
  }

  /** Undefined while the speed is unknown. */
  secondsLeft(remaining: number): number | undefined {
    const [first, last] = [this.samples[0], this.samples.at(-1)];
    if (first === undefined || last === undefined || last.done <= first.done) return undefined;
    if (last.atMs - first.atMs < SHORTEST_RATE_MS) return undefined;
    return (remaining * (last.atMs - first.atMs)) / (last.done - first.done) / 1000;
  }
}

function leftText(seconds: number | undefined): string {
  if (seconds === undefined || seconds === 0) return '';
  if (seconds < 90) return `${Math.ceil(seconds)} s left`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 90 ? `${minutes} min left` : `${Math.floor(minutes / 60)} h ${minutes % 60} min left`;
}
