import type { Goal, Measured } from './goal';
import { RepositoryLoop } from './repository-loop';
import { onDatabase, type BenchEnvironment } from './environment';
import { median } from './statistics';
import type { Terms } from './terms';

const GOAL: Goal = {
  id: 'P7',
  what: 'foreign transaction idle',
  unit: '× undisturbed',
  must: { atLeast: 0.8 },
  aim: { atLeast: 0.97 },
};

/** Claims and completes while somebody else keeps an old snapshot, against the same before and after. */
export async function measureIdleTransaction(environment: BenchEnvironment, terms: Terms): Promise<Measured> {
  const disturbed: number[] = [];
  const undisturbed: number[] = [];
  const rounds: number[] = [];
  for (let round = 0; round < terms.rounds; round += 1) {
    const { before, during, after } = await oneRound(environment, terms);
    undisturbed.push(before, after);
    disturbed.push(during);
    rounds.push(during / ((before + after) / 2));
  }
  const detail = `${Math.round(median(disturbed))} persons/s in ${terms.idleSeconds} s, undisturbed ${Math.round(median(undisturbed))}`;
  return {
    figures: [{ goal: GOAL, reference: 'undisturbed', rounds, detail }],
    references: [{ symbol: 'undisturbed', unit: 'persons/s', values: undisturbed }],
    notes: [
      `P7: the loop of P5; the foreign transaction (REPEATABLE READ, has read) sits idle for ${terms.idleSeconds} s.`,
    ],
  };
}

async function oneRound(
  environment: BenchEnvironment,
  terms: Terms,
): Promise<{ before: number; during: number; after: number }> {
  const url = await environment.database('bench_idle', 'bench_world');
  const loop = await RepositoryLoop.open(url, environment.cores);
  try {
    await loop.run(1);
    const before = await loop.run(terms.undisturbedSeconds);
    const during = await onDatabase(url, async (foreign) => {
      await foreign.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
      await foreign.query('SELECT count(*) FROM mpi.job_runs');
      return loop.run(terms.idleSeconds);
    });
    await onDatabase(url, (client) =>
      client.query('VACUUM mpi.person_verifications, mpi.verification_locks'),
    );
    return { before, during, after: await loop.run(terms.undisturbedSeconds) };
  } finally {
    await loop.close();
    await environment.drop('bench_idle');
  }
}
