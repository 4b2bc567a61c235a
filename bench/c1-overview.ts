import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from 'pg';
import { aCaller } from '../test/support/builders';
import { Session } from '../test/support/sql-session';
import { TestAuthority } from '../tools/test-authority';
import { startApiServer } from './api-server';
import { onDatabase, type BenchEnvironment } from './environment';
import type { Figure, Measured } from './goal';
import { fillSelection } from './rows';
import { median } from './statistics';
import type { Terms } from './terms';

const CALLS_PER_ROUND = 10;
/** Connections are open and plans are made before anything is timed. */
const CALLS_BEFORE = 10;
/** What the running and the former runs of an installation leave behind. */
const RUNS = 500;

const databaseName = (persons: number): string => `bench_overview_${persons}`;

/** Makes the tables; gives the seconds. */
export async function loadOverview(environment: BenchEnvironment, terms: Terms): Promise<number> {
  const startedAtMs = performance.now();
  for (const persons of terms.overviewPersons) {
    const url = await environment.database(databaseName(persons));
    await onDatabase(url, async (client) => {
      await fillSelection(client, persons);
      await fillRuns(client, persons);
    });
  }
  return (performance.now() - startedAtMs) / 1000;
}

/** A run that goes on beside those of a few months; one person in a hundred is locked. */
async function fillRuns(client: Client, persons: number): Promise<void> {
  await client.query(`
    INSERT INTO mpi.job_runs (job, status, started_at, finished_at)
    SELECT 'dms-passport-persons', CASE n WHEN 0 THEN 'RUNNING' ELSE 'FINISHED' END, now() - n * interval '5 hours',
           CASE WHEN n > 0 THEN now() - n * interval '5 hours' END
      FROM generate_series(0, ${RUNS}) AS n`);
  await client.query(`
    INSERT INTO mpi.job_run_counts (run_id, worker, counter, n)
    SELECT id, 'worker ' || w, counter, 1000
      FROM mpi.job_runs, generate_series(1, 4) AS w, unnest('{batches,taken,verified,refuted,absent}'::text[]) AS counter`);
  await client.query(`
    INSERT INTO mpi.job_run_samples (run_id, sampled_at, done)
    SELECT id, now() - n * interval '10 seconds', 100000 - n * 100 FROM mpi.job_runs, generate_series(0, 70) AS n
     WHERE status = 'RUNNING'`);
  await client.query(`
    INSERT INTO mpi.verification_locks (person_id, stream, attempts)
    SELECT person_id, 'dms_passport', 1 FROM mpi.person_verifications LIMIT ${persons / 100}`);
  await client.query(
    `VACUUM (ANALYZE) mpi.job_runs, mpi.job_run_counts, mpi.job_run_samples, mpi.verification_locks`,
  );
}

/** Durations of one round in milliseconds: a usual answer, and one that starts the count of those who are due. */
interface Round {
  readonly usualMs: number;
  readonly countedMs: number;
}

/** The overview of an operator against the size of the registry, asked of an API process over HTTP. */
export async function measureOverview(environment: BenchEnvironment, terms: Terms): Promise<Measured> {
  const [smallest, largest] = terms.overviewPersons;
  const small = await roundsOf(environment, smallest, terms.rounds);
  const large = await roundsOf(environment, largest, terms.rounds);
  for (const persons of terms.overviewPersons) await environment.drop(databaseName(persons));
  const size = `${largest / 1e6} M persons`;
  return {
    figures: [ratio(size, { small, large }), counted(size, large)],
    references: [],
    notes: [
      `C1: GET /api/admin/sweeps over HTTP, medians of ${CALLS_PER_ROUND} calls, against ${smallest / 1e3} k persons.`,
      'C1: who is due is counted once a minute for all viewers; "while counting" is the one answer of that minute that starts the count.',
    ],
  };
}

function ratio(size: string, { small, large }: { small: readonly Round[]; large: readonly Round[] }): Figure {
  const middle = (rounds: readonly Round[]): string =>
    median(rounds.map(({ usualMs }) => usualMs)).toFixed(1);
  return {
    goal: {
      id: 'C1',
      what: `overview at ${size}`,
      unit: '× time',
      must: { atMost: 3 },
      aim: { atMost: 1.5 },
    },
    rounds: large.map(({ usualMs }, round) => usualMs / (small[round]?.usualMs ?? NaN)),
    detail: `${middle(large)} ms, ${middle(small)} in the small one`,
  };
}

function counted(size: string, rounds: readonly Round[]): Figure {
  return {
    goal: {
      id: 'C1',
      what: `overview at ${size}, while counting`,
      unit: 'ms',
      must: { atMost: 300 },
      aim: { atMost: 150 },
    },
    rounds: rounds.map(({ countedMs }) => countedMs),
    detail: 'the slowest answer that a viewer can get',
  };
}

async function roundsOf(environment: BenchEnvironment, persons: number, rounds: number): Promise<Round[]> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-overview-'));
  const url = environment.url(databaseName(persons));
  const session = await Session.open(url);
  try {
    const token = await aCaller().withScope('job:read').save(session);
    const trustedFile = join(folder, 'trusted.pem');
    writeFileSync(trustedFile, TestAuthority.make({ nodeEnv: 'development' }).trustedPem);
    const api = await startApiServer({
      ...{ databaseUrl: url, redisUrl: environment.redis.url },
      ...{ trustedFile, mediaFolder: join(folder, 'media') },
    });
    try {
      return await timed({ url: `${api.publicUrl}/api/admin/sweeps`, token, session, rounds });
    } finally {
      await api.stop();
    }
  } finally {
    await session.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Asking {
  readonly url: string;
  readonly token: string;
  readonly session: Session;
  readonly rounds: number;
}

async function timed({ url, token, session, rounds }: Asking): Promise<Round[]> {
  const ask = async (): Promise<number> => {
    const startedAtMs = performance.now();
    const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`The overview was answered with ${answer.status}: ${text}`);
    return performance.now() - startedAtMs;
  };
  for (let call = 0; call < CALLS_BEFORE; call += 1) await ask();
  const measured: Round[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await session.run('DELETE FROM mpi.due_counts');
    const countedMs = await ask();
    const usual: number[] = [];
    for (let call = 0; call < CALLS_PER_ROUND; call += 1) usual.push(await ask());
    measured.push({ usualMs: median(usual), countedMs });
  }
  return measured;
}
