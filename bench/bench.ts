import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import type { Measured } from './goal';
import { measureDatabase } from './measure-database';
import { measureFullLoad } from './measure-full-load';
import { measureRegistrations } from './measure-registrations';
import { judged, type JudgedMeasurement, measureTwiceIfNoisy } from './measure-twice';
import { loadSelection, measureSelection } from './p04-selection';
import { measureIdleTransaction } from './p07-idle-transaction';
import { measureAtOnce } from './p13-at-once';
import { measureTwoWorkers } from './p14-two-workers';
import { loadSearch, measureSearch } from './s2-candidate-search';
import { loadLists, measureLists } from './s3-lists';
import { missesAMust, type Report, reportJson, reportText } from './report';
import { fillWorld } from './rows';
import { TooLarge } from './scale/measure-scale';
import { runScale } from './scale/run-scale';
import { scaleJson, scaleText } from './scale/scale-report';
import { SCALE_SETTINGS } from './scale/scale-terms';
import { onDatabase, openStage, type Stage } from './stage';
import { FULL, QUICK, type Terms } from './terms';

const USAGE = 'usage: npm run bench [-- --quick | --scale [--rows <persons>]] [--json]\n';
const EXIT = { reached: 0, missed: 1, usage: 64, interrupted: 130, terminated: 143 } as const;
/** The country's registry is about twice that; the rest is worked out. */
const SCALE_ROWS = 20_000_000;
/** Fewer are done before a second is over. */
const FEWEST_ROWS = 100_000;

interface Usage {
  readonly quick: boolean;
  readonly json: boolean;
  /** Persons of the large registry; undefined in an ordinary run. */
  readonly scaleRows: number | undefined;
}

interface Progress {
  readonly say: (sentence: string) => void;
  readonly seconds: () => number;
}

interface Interruption extends Pick<Progress, 'say'> {
  readonly interrupted: AbortController;
}

/** Measured one after the other, so that nothing shares the machine with what is being measured. */
const MEASUREMENTS: readonly (readonly [
  figures: string,
  measure: (stage: Stage, terms: Terms) => Promise<Measured>,
])[] = [
  ['P1, P8, P9, P10, P12', measureFullLoad],
  ['P5, P6', measureDatabase],
  ['P7', measureIdleTransaction],
  ['P13', measureAtOnce],
  ['P14', measureTwoWorkers],
  ['S1', measureRegistrations],
];

async function run(interrupted: AbortController): Promise<number> {
  const usage = readUsage();
  if (usage === undefined) return EXIT.usage;
  const startedAtMs = performance.now();
  const seconds = (): number => (performance.now() - startedAtMs) / 1000;
  const say = (sentence: string): void => {
    process.stderr.write(`${seconds().toFixed(0).padStart(5)} s  ${sentence}\n`);
  };
  const opening = openStage(say, usage.scaleRows === undefined ? {} : SCALE_SETTINGS);
  stopOnSignal(opening, { interrupted, say });
  const stage = await opening;
  try {
    return await measure(stage, usage, { say, seconds });
  } finally {
    if (!interrupted.signal.aborted) await stage.stop();
  }
}

async function measure(stage: Stage, usage: Usage, progress: Progress): Promise<number> {
  if (usage.scaleRows !== undefined) return measureCountry(stage, usage.scaleRows, { ...progress, ...usage });
  const measured = await measureAll(stage, usage.quick ? QUICK : FULL, progress);
  const report = { ...measured, seconds: progress.seconds() };
  process.stdout.write(usage.json ? `${reportJson(report)}\n` : reportText(report));
  return missesAMust(report) ? EXIT.missed : EXIT.reached;
}

async function measureCountry(
  stage: Stage,
  rows: number,
  { json, ...progress }: Progress & Pick<Usage, 'json'>,
): Promise<number> {
  try {
    const { report, findings } = await runScale(stage, { rows, machine: machineText(stage), ...progress });
    process.stdout.write(json ? `${scaleJson(report, findings)}\n` : scaleText(report, findings));
    return missesAMust(report) ? EXIT.missed : EXIT.reached;
  } catch (error) {
    if (!(error instanceof TooLarge)) throw error;
    process.stderr.write(`${error.message}\n`);
    return EXIT.missed;
  }
}

/** Ctrl-C takes the servers and their data along; a second one does not wait for that. */
function stopOnSignal(opening: Promise<Stage>, { interrupted, say }: Interruption): void {
  for (const [signal, status] of [
    ['SIGINT', EXIT.interrupted],
    ['SIGTERM', EXIT.terminated],
  ] as const) {
    process.once(signal, () => {
      interrupted.abort();
      say('Stopping, and removing what was loaded.');
      void opening
        .then((stage) => stage.stop())
        .catch(() => undefined)
        .finally(() => process.exit(status));
    });
  }
}

async function measureAll(
  stage: Stage,
  terms: Terms,
  { say, seconds }: Progress,
): Promise<Omit<Report, 'seconds'>> {
  const measurements: JudgedMeasurement[] = [];
  const hasTimeFor = (needed: number): boolean => seconds() + needed < terms.repeatUntilSeconds;
  const loadedFrom = seconds();
  say(`Loading ${terms.worldPersons} persons.`);
  await onDatabase(await stage.database('bench_world'), (client) => fillWorld(client, terms.worldPersons));
  let loadingSeconds = seconds() - loadedFrom;
  for (const [figures, measure] of MEASUREMENTS) {
    say(`Measuring ${figures}.`);
    measurements.push(await measureTwiceIfNoisy(() => measure(stage, terms), { say, hasTimeFor }));
  }
  await stage.drop('bench_world');
  say(`Loading tables of ${terms.tableRows.join(', ')} rows.`);
  loadingSeconds += await loadSelection(stage, terms);
  say('Measuring P4.');
  measurements.push(judged(await measureSelection(stage, terms)));
  say(`Loading tables of ${terms.searchPersons.join(', ')} persons.`);
  loadingSeconds += await loadSearch(stage, terms);
  say('Measuring S2.');
  measurements.push(judged(await measureSearch(stage, terms)));
  say(`Loading tables of ${terms.listPersons.join(', ')} persons.`);
  loadingSeconds += await loadLists(stage, terms);
  say('Measuring S3.');
  measurements.push(judged(await measureLists(stage, terms)));
  return {
    terms: termsText(terms),
    machine: machineText(stage),
    settings: stage.settings,
    loadingSeconds,
    measurements,
  };
}

function machineText({ cores, redisKind }: Stage): string {
  return `${cores} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, Redis: ${redisKind}`;
}

function termsText({ name, rounds, tableRows, idleSeconds }: Terms): string {
  const sizes = `${rounds} rounds, tables of ${tableRows.join(', ')} rows, ${idleSeconds} s idle`;
  return name === 'full'
    ? `Full: ${sizes}`
    : `Quick, for a first look only: ${sizes}; smaller and shorter everywhere`;
}

function readUsage(): Usage | undefined {
  try {
    const boolean = { type: 'boolean', default: false } as const;
    const { quick, json, scale, rows } = parseArgs({
      options: { quick: boolean, json: boolean, scale: boolean, rows: { type: 'string' } },
    }).values;
    const scaleRows = rows === undefined ? SCALE_ROWS : Number(rows);
    const isWrong = !Number.isInteger(scaleRows) || scaleRows < FEWEST_ROWS || (rows !== undefined && !scale);
    if (isWrong || (scale && quick)) throw new TypeError('options that do not go together');
    return { quick, json, scaleRows: scale ? scaleRows : undefined };
  } catch {
    process.stderr.write(USAGE);
    return undefined;
  }
}

const interrupted = new AbortController();
run(interrupted).then(
  (status) => {
    if (!interrupted.signal.aborted) process.exit(status);
  },
  (error: unknown) => {
    // What fails because its servers were taken away is no news.
    if (interrupted.signal.aborted) return;
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(EXIT.missed);
  },
);
