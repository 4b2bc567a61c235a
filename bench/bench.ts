import { cpus, totalmem } from 'node:os';
import { loadOverview, measureOverview } from './c1-overview';
import type { Measured } from './goal';
import { measureHostileAddress } from './h1-hostile-address';
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
import { measureSignatureChecks } from './s4-signature-checks';
import { missesAMust, type Report, reportJson, reportText } from './report';
import { readUsage, type Usage } from './read-usage';
import { fillWorld } from './rows';
import { TooLarge } from './scale/measure-scale';
import { runScale } from './scale/run-scale';
import { scaleJson, scaleText } from './scale/scale-report';
import { SCALE_SETTINGS } from './scale/scale-terms';
import { onDatabase, openEnvironment, type BenchEnvironment } from './environment';
import { FULL, QUICK, type Terms } from './terms';

const EXIT = { reached: 0, missed: 1, usage: 64, interrupted: 130, terminated: 143 } as const;

interface Progress {
  readonly say: (sentence: string) => void;
  readonly seconds: () => number;
}

interface Interruption extends Pick<Progress, 'say'> {
  readonly interrupted: AbortController;
}

interface Measurement {
  readonly figures: string;
  readonly measure: (environment: BenchEnvironment, terms: Terms) => Promise<Measured>;
}

/** Measured one after the other, so that nothing shares the machine with what is being measured; all in one world of persons. */
const IN_THE_WORLD: readonly Measurement[] = [
  { figures: 'P1, P8, P9, P10, P12', measure: measureFullLoad },
  { figures: 'P5, P6', measure: measureDatabase },
  { figures: 'P7', measure: measureIdleTransaction },
  { figures: 'P13', measure: measureAtOnce },
  { figures: 'P14', measure: measureTwoWorkers },
  { figures: 'S1', measure: measureRegistrations },
  { figures: 'H1', measure: measureHostileAddress },
];

/** Each in tables of its own; `load` gives how many seconds that took. */
const IN_TABLES: readonly (Measurement & {
  load: (environment: BenchEnvironment, terms: Terms) => Promise<number>;
})[] = [
  { figures: 'P4', load: loadSelection, measure: measureSelection },
  { figures: 'S2', load: loadSearch, measure: measureSearch },
  { figures: 'S3, C2', load: loadLists, measure: measureLists },
  { figures: 'C1', load: loadOverview, measure: measureOverview },
];

/** Without a database. */
const BARE: readonly { readonly figures: string; readonly measure: (terms: Terms) => Measured }[] = [
  { figures: 'S4, S5, S6', measure: measureSignatureChecks },
];

const FIGURES = [...IN_THE_WORLD, ...IN_TABLES, ...BARE].flatMap(({ figures }) => figures.split(', '));

async function run(interrupted: AbortController): Promise<number> {
  const usage = readUsage(FIGURES);
  if (usage === undefined) return EXIT.usage;
  const startedAtMs = performance.now();
  const seconds = (): number => (performance.now() - startedAtMs) / 1000;
  const say = (sentence: string): void => {
    process.stderr.write(`${seconds().toFixed(0).padStart(5)} s  ${sentence}\n`);
  };
  const opening = openEnvironment(say, usage.scaleRows === undefined ? {} : SCALE_SETTINGS);
  stopOnSignal(opening, { interrupted, say });
  const environment = await opening;
  try {
    return await measure(environment, usage, { say, seconds });
  } finally {
    if (!interrupted.signal.aborted) await environment.stop();
  }
}

async function measure(environment: BenchEnvironment, usage: Usage, progress: Progress): Promise<number> {
  if (usage.scaleRows !== undefined)
    return measureCountry(environment, usage.scaleRows, { ...progress, ...usage });
  const measured = await measureAll(environment, usage, progress);
  const report = { ...measured, seconds: progress.seconds() };
  process.stdout.write(usage.json ? `${reportJson(report)}\n` : reportText(report));
  return missesAMust(report) ? EXIT.missed : EXIT.reached;
}

async function measureCountry(
  environment: BenchEnvironment,
  rows: number,
  { json, ...progress }: Progress & Pick<Usage, 'json'>,
): Promise<number> {
  try {
    const { report, findings } = await runScale(environment, {
      rows,
      machine: machineText(environment),
      ...progress,
    });
    process.stdout.write(json ? `${scaleJson(report, findings)}\n` : scaleText(report, findings));
    return missesAMust(report) ? EXIT.missed : EXIT.reached;
  } catch (error) {
    if (!(error instanceof TooLarge)) throw error;
    process.stderr.write(`${error.message}\n`);
    return EXIT.missed;
  }
}

/** Ctrl-C takes the servers and their data along; a second one does not wait for that. */
function stopOnSignal(opening: Promise<BenchEnvironment>, { interrupted, say }: Interruption): void {
  for (const [signal, status] of [
    ['SIGINT', EXIT.interrupted],
    ['SIGTERM', EXIT.terminated],
  ] as const) {
    process.once(signal, () => {
      interrupted.abort();
      say('Stopping, and removing what was loaded.');
      void opening
        .then((environment) => environment.stop())
        .catch(() => undefined)
        .finally(() => process.exit(status));
    });
  }
}

async function measureAll(
  environment: BenchEnvironment,
  usage: Usage,
  progress: Progress,
): Promise<Omit<Report, 'seconds'>> {
  const terms = usage.quick ? QUICK : FULL;
  const isAsked = ({ figures }: Pick<Measurement, 'figures'>): boolean =>
    usage.figures.length === 0 || figures.split(', ').some((figure) => usage.figures.includes(figure));
  const measurements: JudgedMeasurement[] = [];
  let loadingSeconds = 0;
  const inTheWorld = IN_THE_WORLD.filter(isAsked);
  if (inTheWorld.length > 0) {
    const loadedFrom = progress.seconds();
    progress.say(`Loading ${terms.worldPersons} persons.`);
    await onDatabase(await environment.database('bench_world'), (client) =>
      fillWorld(client, terms.worldPersons),
    );
    loadingSeconds += progress.seconds() - loadedFrom;
    measurements.push(...(await measureInTheWorld(environment, inTheWorld, { terms, ...progress })));
    await environment.drop('bench_world');
  }
  for (const { figures, load, measure } of IN_TABLES.filter(isAsked)) {
    progress.say(`Loading the tables of ${figures}.`);
    loadingSeconds += await load(environment, terms);
    progress.say(`Measuring ${figures}.`);
    measurements.push(judged(await measure(environment, terms)));
  }
  for (const { figures, measure } of BARE.filter(isAsked)) {
    progress.say(`Measuring ${figures}.`);
    measurements.push(judged(measure(terms)));
  }
  return {
    terms: termsText(terms),
    machine: machineText(environment),
    settings: environment.settings,
    loadingSeconds,
    measurements,
  };
}

async function measureInTheWorld(
  environment: BenchEnvironment,
  asked: readonly Measurement[],
  { terms, say, seconds }: Progress & { readonly terms: Terms },
): Promise<JudgedMeasurement[]> {
  const measurements: JudgedMeasurement[] = [];
  const hasTimeFor = (needed: number): boolean => seconds() + needed < terms.repeatUntilSeconds;
  for (const { figures, measure } of asked) {
    say(`Measuring ${figures}.`);
    measurements.push(await measureTwiceIfNoisy(() => measure(environment, terms), { say, hasTimeFor }));
  }
  return measurements;
}

function machineText({ cores, redisKind }: BenchEnvironment): string {
  return `${cores} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, Redis: ${redisKind}`;
}

function termsText({ name, rounds, tableRows, idleSeconds }: Terms): string {
  const sizes = `${rounds} rounds, tables of ${tableRows.join(', ')} rows, ${idleSeconds} s idle`;
  return name === 'full'
    ? `Full: ${sizes}`
    : `Quick, for a first look only: ${sizes}; smaller and shorter everywhere`;
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
