import { setTimeout as pause } from 'node:timers/promises';
import { waitUntil } from '../support/wait-until';
import { AskUnzrs } from './unzr-client';
import type { Opened, DrillEnvironment, EnvironmentOptions } from './environment';
import type { Findings } from './findings';
import {
  countUnzrCalls,
  judgeUnzrs,
  unzrEffectsTwice,
  unzrsStolen,
  type UnzrTruth,
  installUnzrRecorder,
  unzrProgress,
} from './unzr-oracle';
import { type Drill, runCustomDrill } from './definition';
import { LONG_LEASE, START_WITHIN_MS } from './settings';

const KILLS = 15;

/** About each UNZR two requests are sent on average; so many of them until the last kill. */
const ACKNOWLEDGED_OF_EACH = 1.6;

const QUESTIONS_BETWEEN = 4;

/** So many UNZRs are asked about in each drill. */
export const UNZRS = 240;

/** What a drill does to the programs while officials ask, and its report. */
export type Break = (environment: DrillEnvironment, programs: Programs) => Promise<Broken>;

/** The programs of such a drill. */
export interface Programs {
  readonly workers: Set<Opened>;
  readonly asking: AskUnzrs;
}

/** What was done. */
export interface Broken {
  readonly faults: number;
  readonly spoiled?: readonly (readonly [from: number, to: number])[];
}

/** Waits until so many requests were acknowledged, or all were sent. */
async function acknowledged(asking: AskUnzrs, count: number): Promise<void> {
  await waitUntil(() => asking.acknowledged >= count, {
    what: 'requests to be acknowledged',
    timeoutMs: 120_000,
  });
}

/** Workers and HTTP servers are killed, a server every third time. */
export async function killOver(
  environment: DrillEnvironment,
  { workers, asking }: Programs,
): Promise<Broken> {
  const { crashes, random } = environment;
  const coming: Promise<void>[] = [];
  for (let kill = 1; kill <= KILLS; kill += 1) {
    await acknowledged(asking, Math.round((kill * UNZRS * ACKNOWLEDGED_OF_EACH) / KILLS));
    const isServer = kill % 3 === 0;
    const alive: Set<Opened> = isServer ? asking.servers : workers;
    asking.isHeld = true;
    // One stays, so that abandoned work is found by a living program.
    await waitUntil(() => alive.size > 1, { what: 'somebody to kill', timeoutMs: START_WITHIN_MS });
    asking.isHeld = false;
    // A worker that has just started must have work, or nothing is broken with it.
    if (!isServer) await moreQuestions(environment);
    await pause(random.below(100));
    const victim = random.pick([...alive]);
    alive.delete(victim);
    const fromMs = Date.now();
    await victim.child.end('SIGKILL');
    crashes.push({ fromMs, untilMs: Date.now(), worker: victim.child.name });
    const next = isServer ? environment.server() : environment.worker();
    coming.push(next.then((opened) => void alive.add(opened)));
  }
  await Promise.all(coming);
  return { faults: KILLS };
}

/** Waits until some more questions have reached the register. */
async function moreQuestions({ register }: DrillEnvironment): Promise<void> {
  const before = (await register.asked()).length;
  const haveArrived = async (): Promise<boolean> =>
    (await register.asked()).length >= before + QUESTIONS_BETWEEN;
  // Where nobody waits any more there are none.
  await waitUntil(haveArrived, { what: 'more questions', timeoutMs: 10_000 }).catch(() => undefined);
}

/** Redis loses every wake-up job. */
export async function flushOver({ redis }: DrillEnvironment, { asking }: Programs): Promise<Broken> {
  const FLUSHES = 12;
  for (let flush = 1; flush <= FLUSHES; flush += 1) {
    await acknowledged(asking, Math.round((flush * UNZRS) / FLUSHES));
    await redis.flushAll();
  }
  return { faults: FLUSHES };
}

/** The register goes away twice; what it was asked meanwhile does not count. */
export async function loseRegisterOver(
  { register }: DrillEnvironment,
  { asking }: Programs,
): Promise<Broken> {
  const spoiled: [number, number][] = [];
  for (const share of [0.25, 0.7]) {
    await acknowledged(asking, Math.round(share * UNZRS));
    const open = (await register.asked())
      .filter(({ ended }) => ended === 'open')
      .map(({ sequence }) => sequence);
    const from = Math.min(...open, (await register.count()) + 1);
    await register.behave({ mode: 'down' });
    await acknowledged(asking, Math.round((share + 0.25) * UNZRS));
    await register.behave({ mode: 'normal' });
    spoiled.push([from, await register.count()]);
  }
  return { faults: spoiled.length, spoiled };
}

const WORKERS = 3;

const SERVERS = 3;

const LATENCY_MS = 250;

const STALLED_AFTER_MS = 60_000;

/** Where nobody dies no lease should pass, however busy the machine is. */
type Asked = Pick<Drill, 'name' | 'code' | 'description'> & Pick<EnvironmentOptions, 'settings'>;

function unzrDrill({ settings = {}, ...drill }: Asked, breaks: Break): Drill {
  return {
    ...drill,
    short: false,
    runDrill: (sharedServers) =>
      runCustomDrill(
        sharedServers,
        { name: drill.name, persons: 0, latencyMs: LATENCY_MS, settings },
        (environment) => act(environment, breaks),
      ),
  };
}

/** U1: workers and HTTP servers are killed while officials ask about UNZRs. */
export const killOverUnzrs = unzrDrill(
  {
    name: 'unzr-kill',
    code: 'U1',
    description: 'UNZR info: workers and HTTP servers killed with -9, 10 and 5 times',
  },
  killOver,
);

/** U2: Redis loses every wake-up job, again and again. */
export const flushOverUnzrs = unzrDrill(
  {
    name: 'unzr-flush',
    code: 'U2',
    description: 'UNZR info: FLUSHALL 12 times',
    settings: LONG_LEASE,
  },
  flushOver,
);

/** U3: the register is away, and returns. */
export const loseRegisterOverUnzrs = unzrDrill(
  {
    name: 'unzr-register',
    code: 'U3',
    description: 'UNZR info: the register away twice',
    settings: LONG_LEASE,
  },
  loseRegisterOver,
);

async function act(environment: DrillEnvironment, breaks: Break): Promise<Findings> {
  const { database, register, random } = environment;
  await installUnzrRecorder(database);
  const truths = makeTruths(environment);
  await register.configure({
    found: [...truths].flatMap(([unzr, truth]) => (truth === 'FOUND' ? [unzr] : [])),
    notFound: [...truths].flatMap(([unzr, truth]) => (truth === 'NOT_FOUND' ? [unzr] : [])),
    answers: Object.fromEntries([...truths].filter(([, truth]) => truth === 'HTTP_503')),
  });
  const asking = await AskUnzrs.open(database, [...truths.keys()], random);
  const workers = new Set(await environment.workers(WORKERS));
  for (const server of await Promise.all(Array.from({ length: SERVERS }, () => environment.server())))
    asking.servers.add(server);
  const asked = asking.run();
  const broken = await breaks(environment, { workers, asking });
  await asked;
  await nothingPends(environment);
  await askFailedAgain(environment, { truths, asking });
  return judge(environment, { truths, asking, broken });
}

interface DrillResult {
  readonly truths: ReadonlyMap<string, UnzrTruth>;
  readonly asking: AskUnzrs;
}

async function judge(
  environment: DrillEnvironment,
  { truths, asking, broken }: DrillResult & { broken: Broken },
): Promise<Findings> {
  const { database, register, startedAt } = environment;
  const verdict = await judgeUnzrs(database, { truths, sent: asking.sent, startedAt });
  const isSpoiled = (sequence: number): boolean =>
    (broken.spoiled ?? []).some(([from, to]) => sequence >= from && sequence <= to);
  const useful = (await register.asked()).filter(
    ({ key, sequence }) => truths.get(key) !== 'HTTP_503' && !isSpoiled(sequence),
  );
  const { acknowledged, sent, odd } = asking;
  return {
    persons: truths.size,
    faults: broken.faults,
    ...verdict,
    twice: await unzrEffectsTwice(database),
    again: await unzrsStolen(database),
    ...(await countUnzrCalls(database, useful)),
    recoveredMs: await longestWait(environment),
    missed: [
      ...verdict.examples,
      ...odd,
      ...environment.crashedChildren.map(({ name }) => `${name} fell over`),
    ],
    notes: [`${acknowledged} of ${sent.length} requests were acknowledged`],
  };
}

/** Most are known, some are not, and about a few the register never answers. */
function makeTruths({ random }: DrillEnvironment): Map<string, UnzrTruth> {
  const truths = new Map<string, UnzrTruth>();
  while (truths.size < UNZRS) {
    const day = String(1 + random.below(28)).padStart(2, '0');
    const unzr = `19${50 + random.below(50)}06${day}-${10_000 + random.below(89_999)}`;
    truths.set(unzr, random.pick<UnzrTruth>([...FOUND_MOSTLY, 'NOT_FOUND', 'NOT_FOUND', 'HTTP_503']));
  }
  return truths;
}

const FOUND_MOSTLY: readonly UnzrTruth[] = Array.from({ length: 17 }, () => 'FOUND');

async function nothingPends({ database }: DrillEnvironment): Promise<void> {
  let [seen, sinceMs] = [await unzrProgress(database), performance.now()];
  for (;;) {
    const pending = await database.number(
      `SELECT count(*) FROM mimir.unzr_info WHERE job_status = 'pending'`,
    );
    const now = await unzrProgress(database);
    if (now !== seen) [seen, sinceMs] = [now, performance.now()];
    // Questions that are still pending then are reported as stuck.
    if (pending === 0 || performance.now() - sinceMs > STALLED_AFTER_MS) return;
    await pause(100);
  }
}

/** A question that failed is asked again by hand; with the register well again it must have its answer. */
async function askFailedAgain(environment: DrillEnvironment, { truths, asking }: DrillResult): Promise<void> {
  const rows = await environment.database.look<{ unzr: string }>(
    `SELECT unzr FROM mimir.unzr_info WHERE job_status = 'failed'`,
  );
  await asking.again(rows.map(({ unzr }) => unzr).filter((unzr) => truths.get(unzr) !== 'HTTP_503'));
  await nothingPends(environment);
}

/** How long the question of a worker that was killed waited at most until somebody else took it. */
async function longestWait({ database, crashes }: DrillEnvironment): Promise<number | null> {
  const ms = await database.number(
    `SELECT extract(epoch FROM max(at - crashed_at)) * 1000
       FROM unnest($1::timestamptz[], $2::varchar[]) AS crash (crashed_at, crashed)
       JOIN (SELECT what, at, lag(worker) OVER (PARTITION BY unzr ORDER BY seq) AS had FROM drill.unzr_history
              WHERE what IN ('claimed', 'reclaimed')) AS recorded ON had = crashed AND what = 'reclaimed'`,
    [crashes.map(({ fromMs }) => new Date(fromMs).toISOString()), crashes.map(({ worker }) => worker)],
  );
  return ms === 0 ? null : Math.round(ms);
}
