import type { Measured } from '../goal';
import { RepositoryLoop } from '../repository-loop';
import { onDatabase, type BenchEnvironment } from '../environment';
import { loadRegistry } from './load-registry';
import { count } from './loading-plan';
import { VacuumWatch, type WatchedTable } from './vacuum-watch';

const NAME = 'bench_swept';
/** A sweep ends when everybody with a passport was claimed once; nobody is claimed twice before that. */
const PIECE_SECONDS = 1;

export interface SweepTerms {
  readonly rows: number;
  readonly loops: number;
  /** So long at most for both sweeps. */
  readonly withinSeconds: number;
  readonly say: (sentence: string) => void;
}

/** Tables and indexes after one and two sweeps of everybody, against fresh ones (P15). */
export async function measureFullSweeps(
  environment: BenchEnvironment,
  terms: SweepTerms,
): Promise<{ readonly measured: Measured; readonly watched: readonly WatchedTable[] }> {
  const { rows, loops, say } = terms;
  const { url } = await loadRegistry(environment, {
    name: NAME,
    rows,
    say: () => undefined,
    hasTime: () => true,
  });
  const watch = await VacuumWatch.start(url);
  const sizes = [await verificationBytes(url)];
  const persons = await checkable(url);
  const loop = await RepositoryLoop.open(url, loops);
  const untilMs = performance.now() + terms.withinSeconds * 1000;
  try {
    for (let sweep = 1; sweep <= 2; sweep += 1) {
      const isDone = await once(loop, persons, untilMs);
      if (!isDone) {
        say(`There was no time to end sweep ${sweep} of ${count(rows)} persons.`);
        break;
      }
      sizes.push(await verificationBytes(url));
    }
    return { watched: await watch.seen(), measured: measuredOf(sizes, persons, terms) };
  } finally {
    await loop.close();
    await watch.stop();
    await environment.drop(NAME);
  }
}

/** Sizes in bytes: fresh, after one sweep and after two. */
function measuredOf(sizes: readonly number[], persons: number, { rows, loops }: SweepTerms): Measured {
  const [fresh = NaN, ...after] = sizes;
  const text = sizes.map((bytes) => `${Math.round(bytes / 1e6)} MB`).join(' → ');
  return {
    figures: after.map((bytes, n) => ({
      goal: {
        id: 'P15',
        what: `verifications with indexes after ${n === 0 ? 'one full sweep' : 'two full sweeps'}`,
        unit: '× fresh',
        ...(n === 0 ? {} : { must: { atMost: 1.5 }, aim: { atMost: 1.2 } }),
      },
      rounds: [bytes / fresh],
      detail: `${text} for ${count(rows)} persons, ${count(persons)} of them swept`,
    })),
    references: [],
    notes: [
      `P15: claim and complete at full speed with ${loops} loops; a small table is swept in less time than the server leaves between two looks for work of autovacuum, a large one is not.`,
    ],
  };
}

/** False when the time was over first. */
async function once(loop: RepositoryLoop, persons: number, untilMs: number): Promise<boolean> {
  let done = 0;
  while (done < persons) {
    if (performance.now() > untilMs) return false;
    const startedAtMs = performance.now();
    const perSecond = await loop.run(PIECE_SECONDS);
    done += (perSecond * (performance.now() - startedAtMs)) / 1000;
  }
  return true;
}

async function checkable(url: string): Promise<number> {
  return onDatabase(url, async (client) => {
    const { rows } = await client.query<{ persons: number }>(
      `SELECT count(*)::integer AS persons FROM mpi.person_verifications
        WHERE dms_passport_verification_status IN ('VERIFIED', 'VERIFICATION_NEEDED') AND person_is_active
          AND dms_passport_retry_at IS NULL`,
    );
    return rows[0]?.persons ?? 0;
  });
}

async function verificationBytes(url: string): Promise<number> {
  return onDatabase(url, async (client) => {
    const { rows } = await client.query<{ bytes: string }>(
      `SELECT pg_total_relation_size('mpi.person_verifications') AS bytes`,
    );
    return Number(rows[0]?.bytes ?? NaN);
  });
}
