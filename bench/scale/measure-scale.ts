import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { judged, type JudgedMeasurement } from '../measure-twice';
import type { Measured } from '../goal';
import { onDatabase, type BenchEnvironment } from '../environment';
import type { Sizes } from './at-sizes';
import { checkModel, type CheckedModel } from './check-model';
import { goToTheEnd, measureClaims } from './claims-at-sizes';
import { type FirstSweep, firstSweeps } from './first-sweep';
import { measureFullSweeps } from './full-sweeps';
import { measureLists } from './lists-at-sizes';
import { type Loaded, loadRegistry } from './load-registry';
import { count, planLoading } from './loading-plan';
import type { ScaleTerms } from './scale-terms';
import { measurePurges } from './purges-at-sizes';
import { measureSearches } from './searches-at-sizes';
import { type Size, tableSizes } from './table-sizes';
import { VacuumWatch, type WatchedTable } from './vacuum-watch';
import { measureWorkers } from './workers-at-sizes';
import { measureWrites } from './writes-at-sizes';

/** Everything that was seen until the time was over or all was done. */
export interface ScaleFindings {
  loaded: { readonly wanted: number; readonly small: Loaded; readonly large: Loaded } | undefined;
  loadingSeconds: number;
  readonly measurements: JudgedMeasurement[];
  sizes: readonly Size[];
  /** The large registry under the measurements that write, and the one that was swept twice. */
  watched: readonly WatchedTable[];
  sweptWatched: readonly WatchedTable[];
  model: CheckedModel | undefined;
  firstSweeps: readonly FirstSweep[];
  readonly notes: string[];
}

export interface ScaleWork {
  readonly environment: BenchEnvironment;
  readonly terms: ScaleTerms;
  readonly say: (sentence: string) => void;
  readonly seconds: () => number;
}

/** The registry does not fit here; the sentence names what would. */
export class TooLarge extends Error {}

export function noFindings(): ScaleFindings {
  return {
    loaded: undefined,
    loadingSeconds: 0,
    measurements: [],
    sizes: [],
    watched: [],
    sweptWatched: [],
    model: undefined,
    firstSweeps: [],
    notes: [],
  };
}

/** Loads, measures one thing after the other, and leaves out what there is no time for. */
export async function measureScale(work: ScaleWork, findings: ScaleFindings): Promise<void> {
  const sizes = await load(work, findings);
  findings.sizes = await tableSizes(sizes.large);
  const scale = new MeasureScale(work, findings, sizes);
  await scale.run();
}

async function load(work: ScaleWork, findings: ScaleFindings): Promise<Sizes> {
  const { environment, terms, say, seconds } = work;
  const loading = { say, hasTime: () => true };
  say(`Loading ${count(terms.smallRows)} persons to compare with.`);
  const small = await loadRegistry(environment, { ...loading, name: 'bench_small', rows: terms.smallRows });
  say(`Loading ${count(terms.probeRows)} persons to learn what one takes.`);
  const { sparse } = small;
  const probed = await loadRegistry(environment, {
    ...loading,
    name: 'bench_probe',
    rows: terms.probeRows,
    sparse,
  });
  await environment.drop(probed.name);
  const plan = planLoading(probed, {
    wantedRows: terms.rows,
    freeBytes: await freeBytes(environment),
    budgetSeconds: terms.loadingSeconds,
  });
  if (plan.kind === 'refused') throw new TooLarge(plan.sentence);
  if (plan.sentence !== undefined) {
    say(plan.sentence);
    findings.notes.push(plan.sentence);
  }
  say(`Loading ${count(plan.rows)} persons, ${(plan.needBytes / 1e9).toFixed(1)} GB.`);
  const rowsUntil = seconds() + (terms.loadingSeconds * probed.rowSeconds) / probed.seconds;
  const hasTime = (): boolean => seconds() < rowsUntil;
  const large = await loadRegistry(environment, {
    name: 'bench_large',
    rows: plan.rows,
    say,
    hasTime,
    sparse,
  });
  if (large.rows < plan.rows) {
    findings.notes.push(
      `Loading was slower than the first persons promised: ${count(large.rows)} are loaded.`,
    );
  }
  findings.loaded = { wanted: terms.rows, small, large };
  findings.loadingSeconds = small.seconds + probed.seconds + large.seconds;
  return { small, large };
}

async function freeBytes(environment: BenchEnvironment): Promise<number> {
  const folder = await onDatabase(environment.url('bench_small'), async (client) => {
    const { rows } = await client.query<{ folder: string }>(
      `SELECT current_setting('data_directory') AS folder`,
    );
    return rows[0]?.folder ?? '';
  });
  // The data folder itself belongs to the server's account.
  const { bavail, bsize } = await statfs(dirname(folder));
  return bavail * bsize;
}

/** Loading 300 thousand and sweeping them twice. */
const SWEEPS_SECONDS = 150;
/** One row in ten is written again, and all indexes are vacuumed. */
const LATE_SECONDS_A_MILLION = 15;

class MeasureScale {
  constructor(
    private readonly work: ScaleWork,
    private readonly findings: ScaleFindings,
    private readonly sizes: Sizes,
  ) {}

  async run(): Promise<void> {
    const { sizes } = this;
    const { environment, terms, say } = this.work;
    const { rounds, seconds, searches } = terms;
    const loops = environment.cores;
    await this.step('claims', 40, () => this.keep(measureClaims(sizes, rounds, 'early')));
    await this.step('searches', 60, () => this.keep(measureSearches(sizes, { rounds, searches })));
    await this.step('lists', 60, () => this.keep(measureLists(sizes, rounds)));
    const watch = await VacuumWatch.start(sizes.large.url);
    try {
      await this.step('purges', 20, () => this.keep(measurePurges(sizes, rounds)));
      await this.step('claim and complete', 90, () =>
        this.keep(measureWrites(sizes, { rounds, seconds, loops })),
      );
      await this.step('workers and the model', 300, () => this.workers());
      this.findings.watched = await watch.seen();
    } finally {
      await watch.stop();
    }
    await this.step('two full sweeps', SWEEPS_SECONDS, async () => {
      const sweep = { rows: terms.sweptRows, loops, withinSeconds: SWEEPS_SECONDS, say };
      const { measured, watched } = await measureFullSweeps(environment, sweep);
      this.findings.measurements.push(judged(measured));
      this.findings.sweptWatched = watched;
    });
    // A row in ten is written again and vacuumed: the last step, since nothing is as it was after it.
    await this.step('claims at the end of a sweep', this.lateSeconds(), async () => {
      await goToTheEnd(sizes);
      await this.keep(measureClaims(sizes, rounds, 'late'));
    });
  }

  /** The model is checked once in any case, and again as far as the steps after it leave time. */
  private async workers(): Promise<void> {
    const { environment, terms, say } = this.work;
    const { rounds, seconds } = terms;
    const { measured, seen } = await measureWorkers(environment, this.sizes, { rounds, seconds });
    this.findings.measurements.push(judged(measured));
    const hasTimeFor = (needed: number): boolean =>
      this.hasTimeFor(needed + SWEEPS_SECONDS + this.lateSeconds());
    const checks = { rounds, seconds, full: seen, say, hasTimeFor };
    const model = await checkModel(environment, this.sizes.large, checks);
    this.findings.model = model;
    this.findings.firstSweeps = firstSweeps(model.costs, {
      latencyMs: 50,
      databaseCores: environment.cores,
      seenPersonsPerSecond: Math.max(...model.checks.flatMap((check) => check.measured)),
    });
  }

  private lateSeconds(): number {
    return 30 + (this.sizes.large.rows / 1e6) * LATE_SECONDS_A_MILLION;
  }

  private async keep(measuring: Promise<Measured>): Promise<void> {
    this.findings.measurements.push(judged(await measuring));
  }

  /** A step is left out when there is no time; one that fails leaves what the others have found. */
  private async step(what: string, needsSeconds: number, run: () => Promise<void>): Promise<void> {
    if (!this.hasTimeFor(needsSeconds)) {
      this.findings.notes.push(`There was no time left for ${what}.`);
      return;
    }
    this.work.say(`Measuring ${what}.`);
    try {
      await run();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.work.say(`Measuring ${what} failed: ${why}`);
      this.findings.notes.push(`Measuring ${what} failed: ${why}`);
    }
  }

  private hasTimeFor(needed: number): boolean {
    return this.work.seconds() + needed < this.work.terms.totalSeconds;
  }
}
