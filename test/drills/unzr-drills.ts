import { setTimeout as pause } from 'node:timers/promises';
import { AskUnzrs } from './ask-unzrs';
import { type Break, type Broken, flushOver, killOver, loseRegisterOver, UNZRS } from './break-unzrs';
import type { Findings } from './findings';
import { countUnzrCalls, judgeUnzrs, unzrEffectsTwice, unzrsStolen, type UnzrTruth } from './judge-unzrs';
import { type Drill, playAnything } from './play';
import { LONG_LEASE } from './drill-settings';
import type { Scene, SceneWishes } from './scene';
import { placeUnzrWitness, unzrProgress } from './unzr-witness';

const WORKERS = 3;
const DOORS = 3;
const LATENCY_MS = 250;
const STANDS_STILL_MS = 60_000;

/** Where nobody dies no lease should pass, however busy the machine is. */
type Asked = Pick<Drill, 'name' | 'code' | 'says'> & Pick<SceneWishes, 'settings'>;

function unzrDrill({ settings = {}, ...drill }: Asked, breaks: Break): Drill {
  return {
    ...drill,
    short: false,
    play: (stage) =>
      playAnything(stage, { name: drill.name, persons: 0, latencyMs: LATENCY_MS, settings }, (scene) =>
        act(scene, breaks),
      ),
  };
}

/** U1: workers and doors are killed while officials ask about UNZRs. */
export const killOverUnzrs = unzrDrill(
  {
    name: 'unzr-kill',
    code: 'U1',
    says: 'UNZR info: workers and doors killed with -9, 10 and 5 times',
  },
  killOver,
);

/** U2: Redis forgets every ticket, again and again. */
export const flushOverUnzrs = unzrDrill(
  {
    name: 'unzr-flush',
    code: 'U2',
    says: 'UNZR info: FLUSHALL 12 times',
    settings: LONG_LEASE,
  },
  flushOver,
);

/** U3: the register is away, and comes back. */
export const loseRegisterOverUnzrs = unzrDrill(
  {
    name: 'unzr-register',
    code: 'U3',
    says: 'UNZR info: the register away twice',
    settings: LONG_LEASE,
  },
  loseRegisterOver,
);

async function act(scene: Scene, breaks: Break): Promise<Findings> {
  const { books, register, random } = scene;
  await placeUnzrWitness(books);
  const truths = makeTruths(scene);
  await register.say({
    found: [...truths].flatMap(([unzr, truth]) => (truth === 'FOUND' ? [unzr] : [])),
    notFound: [...truths].flatMap(([unzr, truth]) => (truth === 'NOT_FOUND' ? [unzr] : [])),
    answers: Object.fromEntries([...truths].filter(([, truth]) => truth === 'HTTP_503')),
  });
  const asking = await AskUnzrs.open(books, [...truths.keys()], random);
  const workers = new Set(await scene.workers(WORKERS));
  for (const door of await Promise.all(Array.from({ length: DOORS }, () => scene.door())))
    asking.doors.add(door);
  const asked = asking.run();
  const broken = await breaks(scene, { workers, asking });
  await asked;
  await nothingPends(scene);
  await askFailedAgain(scene, { truths, asking });
  return judge(scene, { truths, asking, broken });
}

interface Played {
  readonly truths: ReadonlyMap<string, UnzrTruth>;
  readonly asking: AskUnzrs;
}

async function judge(
  scene: Scene,
  { truths, asking, broken }: Played & { broken: Broken },
): Promise<Findings> {
  const { books, register, startedAt } = scene;
  const verdict = await judgeUnzrs(books, { truths, sent: asking.sent, startedAt });
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
    twice: await unzrEffectsTwice(books),
    again: await unzrsStolen(books),
    ...(await countUnzrCalls(books, useful)),
    recoveredMs: await longestWait(scene),
    missed: [...verdict.examples, ...odd, ...scene.fallen.map(({ name }) => `${name} fell over`)],
    notes: [`${acknowledged} of ${sent.length} requests were acknowledged`],
  };
}

/** Most are known, some are not, and about a few the register never answers. */
function makeTruths({ random }: Scene): Map<string, UnzrTruth> {
  const truths = new Map<string, UnzrTruth>();
  while (truths.size < UNZRS) {
    const day = String(1 + random.below(28)).padStart(2, '0');
    const unzr = `19${50 + random.below(50)}06${day}-${10_000 + random.below(89_999)}`;
    truths.set(unzr, random.pick<UnzrTruth>([...FOUND_MOSTLY, 'NOT_FOUND', 'NOT_FOUND', 'HTTP_503']));
  }
  return truths;
}

const FOUND_MOSTLY: readonly UnzrTruth[] = Array.from({ length: 17 }, () => 'FOUND');

async function nothingPends({ books }: Scene): Promise<void> {
  let [seen, sinceMs] = [await unzrProgress(books), performance.now()];
  for (;;) {
    const pending = await books.number(`SELECT count(*) FROM mimir.unzr_info WHERE job_status = 'pending'`);
    const now = await unzrProgress(books);
    if (now !== seen) [seen, sinceMs] = [now, performance.now()];
    // Whoever is still pending then is told as stuck.
    if (pending === 0 || performance.now() - sinceMs > STANDS_STILL_MS) return;
    await pause(100);
  }
}

/** A question that failed is asked again by hand; with the register well again it must have its answer. */
async function askFailedAgain(scene: Scene, { truths, asking }: Played): Promise<void> {
  const rows = await scene.books.look<{ unzr: string }>(
    `SELECT unzr FROM mimir.unzr_info WHERE job_status = 'failed'`,
  );
  await asking.again(rows.map(({ unzr }) => unzr).filter((unzr) => truths.get(unzr) !== 'HTTP_503'));
  await nothingPends(scene);
}

/** How long the question of a worker that was killed waited at most until somebody else took it. */
async function longestWait({ books, crashes }: Scene): Promise<number | null> {
  const ms = await books.number(
    `SELECT extract(epoch FROM max(at - crashed_at)) * 1000
       FROM unnest($1::timestamptz[], $2::varchar[]) AS crash (crashed_at, crashed)
       JOIN (SELECT what, at, lag(worker) OVER (PARTITION BY unzr ORDER BY seq) AS had FROM drill.unzr_history
              WHERE what IN ('claimed', 'reclaimed')) AS told ON had = crashed AND what = 'reclaimed'`,
    [crashes.map(({ fromMs }) => new Date(fromMs).toISOString()), crashes.map(({ worker }) => worker)],
  );
  return ms === 0 ? null : Math.round(ms);
}
