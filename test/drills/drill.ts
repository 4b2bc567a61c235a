import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { endAllChildren } from './child-program';
import { DRILLS } from './drill-list';
import type { Drill } from './definition';
import { asJson, isKept, type DrillResult, table } from './report';
import { SharedServers } from './environment';

const WRONG_USAGE = 64;
const INTERRUPTED = 130;
/** The longest drill takes three minutes; one that takes this long hangs, and the others are still to be played. */
const DRILL_LASTS_MS = 15 * 60_000;

interface Usage {
  readonly drills: readonly Drill[];
  readonly json: boolean;
  readonly seed: string;
}

function readUsage(): Usage | undefined {
  const options = { json: { type: 'boolean', default: false }, seed: { type: 'string' } } as const;
  try {
    const { values, positionals } = parseArgs({ allowPositionals: true, options });
    const names = positionals.length === 0 ? ['short'] : positionals;
    const drills = [...new Set(names.flatMap(drillsNamed))];
    return { drills, json: values.json, seed: values.seed ?? String(randomInt(1_000_000)) };
  } catch {
    print(`usage: npm run drill -- [short|all|<name>…] [--json] [--seed <text>]\n`);
    for (const { name, code, description } of DRILLS)
      print(`  ${name.padEnd(24)} ${code.padEnd(4)} ${description}`);
    return undefined;
  }
}

function drillsNamed(name: string): readonly Drill[] {
  if (name === 'all') return DRILLS;
  if (name === 'short') return DRILLS.filter(({ short }) => short);
  const named = DRILLS.filter(
    (drill) => drill.name === name || drill.code.toLowerCase() === name.toLowerCase(),
  );
  if (named.length === 0) throw new Error('There is no such drill.');
  return named;
}

/** Standard output is for the result. */
function print(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
}

async function runOne(drill: Drill, sharedServers: SharedServers): Promise<DrillResult> {
  const { code, name } = drill;
  const cannot = drill.cannot?.();
  if (cannot !== undefined) {
    // Where everything is meant to be proved, a proof that was left out is a failure.
    return { code, name, seconds: 0, end: 'not run', why: cannot, isMiss: process.env['CI'] === 'true' };
  }
  const startedAtMs = performance.now();
  const seconds = (): number => (performance.now() - startedAtMs) / 1000;
  try {
    const findings = await inTime(drill.runDrill(sharedServers));
    return { code, name, seconds: seconds(), end: 'played', findings };
  } catch (error) {
    // One that was given up for taking too long may still have programs running.
    endAllChildren();
    const why = error instanceof Error ? error.message : String(error);
    return { code, name, seconds: seconds(), end: 'fell', why };
  }
}

async function inTime<T>(playing: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('It took too long.')), DRILL_LASTS_MS);
  });
  try {
    return await Promise.race([playing, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function runAll({ drills, seed }: Usage): Promise<DrillResult[]> {
  const opening = SharedServers.open(seed, print);
  const leave = (): void => {
    print('Interrupted; everything that was started is being ended.');
    const closed = opening.then((sharedServers) => sharedServers.close());
    void closed.catch(() => undefined).finally(() => process.exit(INTERRUPTED));
  };
  process.once('SIGINT', leave);
  process.once('SIGTERM', leave);
  const sharedServers = await opening;
  try {
    const all: DrillResult[] = [];
    for (const drill of drills) {
      print(`${drill.code} ${drill.name}: ${drill.description} …`);
      all.push(await runOne(drill, sharedServers));
      print(table(all.slice(-1)).split('\n').slice(1).join('\n'));
    }
    return all;
  } finally {
    await sharedServers.close();
  }
}

async function run(): Promise<number> {
  const usage = readUsage();
  if (usage === undefined) return WRONG_USAGE;
  print(`Seed ${usage.seed}: repeat with --seed ${usage.seed}.`);
  const all = await runAll(usage);
  process.stdout.write(`${usage.json ? asJson(all, usage.seed) : table(all)}\n`);
  return all.every(isKept) ? 0 : 1;
}

// Whatever is left of a drill that was given up may still fail somewhere; the others go on.
process.on('unhandledRejection', (error) => print(`A drill left something behind: ${String(error)}`));

run().then(
  (status) => process.exit(status),
  (error: unknown) => {
    print(`The drills could not be played: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  },
);
