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
import { onDatabase, openStage, type Stage } from './stage';
import { FULL, QUICK, type Terms } from './terms';

const USAGE = 'usage: npm run bench [-- --quick] [--json]\n';
const EXIT = { reached: 0, missed: 1, usage: 64 } as const;

interface Usage {
  readonly quick: boolean;
  readonly json: boolean;
}

interface Progress {
  readonly say: (sentence: string) => void;
  readonly seconds: () => number;
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

async function run(): Promise<number> {
  const usage = readUsage();
  if (usage === undefined) return EXIT.usage;
  const startedAtMs = performance.now();
  const seconds = (): number => (performance.now() - startedAtMs) / 1000;
  const say = (sentence: string): void => {
    process.stderr.write(`${seconds().toFixed(0).padStart(5)} s  ${sentence}\n`);
  };
  const stage = await openStage(say);
  try {
    const measured = await measureAll(stage, usage.quick ? QUICK : FULL, { say, seconds });
    const report = { ...measured, seconds: seconds() };
    process.stdout.write(usage.json ? `${reportJson(report)}\n` : reportText(report));
    return missesAMust(report) ? EXIT.missed : EXIT.reached;
  } finally {
    await stage.stop();
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
    machine: `${stage.cores} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, Redis: ${stage.redisKind}`,
    settings: stage.settings,
    loadingSeconds,
    measurements,
  };
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
    return parseArgs({ options: { quick: boolean, json: boolean } }).values;
  } catch {
    process.stderr.write(USAGE);
    return undefined;
  }
}

run().then(
  (status) => process.exit(status),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(EXIT.missed);
  },
);
