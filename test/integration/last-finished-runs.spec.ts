import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { JOB_NAMES, PURGE_JOB } from '../../src/jobs';
import { JobRunObserver } from '../../src/jobs/run-participant.service';
import { JOB_FIGURES, JobScheduleRepository } from '../../src/jobs/job-schedule.repository';
import { Log, Metrics } from '../../src/observability';
import { emptyTables, openRegistry, type Registry } from '../support/database';

const CHECK = 'dms-passport-persons';
/** Of jobs that no worker has seen. */
const NEVER = Object.fromEntries(JOB_NAMES.map((job) => [job, 0]));
/** Enough that reading them all for one figure would show. */
const MANY = 20_000;

const FIRST = '2026-01-01T02:00:00Z';
const SECOND = '2026-01-02T02:00:00.25Z';
const LATER = '2026-01-03T02:00:00Z';
const seconds = (at: string): number => Date.parse(at) / 1000;

let registry: Registry;

beforeAll(async () => {
  registry = await openRegistry();
});
afterAll(() => registry.close());
beforeEach(() => emptyTables(registry.sql));

/** The figures of a program that has just started. */
function aProgram(): Metrics {
  const metrics = new Metrics();
  new JobRunObserver(
    new Log({ LOG_LEVEL: 'silent' }),
    metrics,
    new JobScheduleRepository(registry.transactions),
  );
  return metrics;
}

/** The value of each job in one collection. */
async function refusalIn(metrics: Metrics): Promise<Record<string, number>> {
  const lines = (await metrics.text()).matchAll(
    /^job_last_finished_timestamp_seconds\{job_name="([^"]+)"\} (\S+)$/gm,
  );
  return Object.fromEntries([...lines].map(([, job = '', at]): [string, number] => [job, Number(at)]));
}

async function ended(status: string, at: string | null, job = CHECK): Promise<void> {
  const text = `INSERT INTO mpi.job_runs (job, started_at, finished_at, status) VALUES ($1, now(), $2, $3)`;
  await registry.sql.query({ text }, [job, at, status]);
}

async function seen(job: string, at: string): Promise<void> {
  const text = `INSERT INTO mpi.job_schedules (job, first_seen_at) VALUES ($1, $2)`;
  await registry.sql.query({ text }, [job, at]);
}

describe('The figure of when a job last finished', () => {
  it('is that of the last FINISHED run, whatever became of later ones', async () => {
    await seen(CHECK, '2025-12-01T00:00:00Z');
    await ended('FINISHED', SECOND);
    await ended('FINISHED', FIRST);
    for (const status of ['FAILED', 'STOPPED', 'SKIPPED']) await ended(status, LATER);
    await ended('RUNNING', null);
    await ended('FINISHED', LATER, PURGE_JOB);
    expect(await refusalIn(aProgram())).toEqual({
      ...NEVER,
      [CHECK]: seconds(SECOND),
      [PURGE_JOB]: seconds(LATER),
    });
  });

  it('is the same in every process, also in one that has just started, and moves on in all of them', async () => {
    await ended('FINISHED', FIRST);
    const [one, two] = [aProgram(), aProgram()];
    for (const metrics of [one, two, aProgram()]) {
      expect(await refusalIn(metrics)).toMatchObject({ [CHECK]: seconds(FIRST) });
    }
    await ended('FINISHED', SECOND);
    for (const metrics of [one, two, aProgram()]) {
      expect(await refusalIn(metrics)).toMatchObject({ [CHECK]: seconds(SECOND) });
    }
  });

  it('begins, for a job that never finished, with the moment its schedule was first seen', async () => {
    await seen(CHECK, FIRST);
    await ended('FAILED', LATER);
    expect(await refusalIn(aProgram())).toMatchObject({ [CHECK]: seconds(FIRST) });
  });

  it('is 0 while no worker has seen the schedule, so that an alert fires; a removed job is not reported', async () => {
    await seen('a job of long ago', FIRST);
    await ended('FINISHED', FIRST, 'a job of long ago');
    expect(await refusalIn(aProgram())).toEqual(NEVER);
  });

  it('is found by an index, however many runs there are', async () => {
    await registry.sql.run(
      `INSERT INTO mpi.job_runs (job, started_at, finished_at, status)
       SELECT CASE number % 2 WHEN 0 THEN '${CHECK}' ELSE '${PURGE_JOB}' END, now(), now() - interval '1 minute' * number,
              CASE number % 4 WHEN 1 THEN 'FAILED' WHEN 3 THEN 'SKIPPED' ELSE 'FINISHED' END
         FROM generate_series(1, ${MANY}) AS number`,
      'ANALYZE mpi.job_runs',
      `SET plan_cache_mode = force_generic_plan`,
      `PREPARE last_finished AS ${JOB_FIGURES.text}`,
    );
    const rows = await registry.sql.query({
      text: `EXPLAIN (ANALYZE, TIMING OFF, SUMMARY OFF, COSTS OFF, BUFFERS OFF) EXECUTE last_finished ('{${CHECK},${PURGE_JOB}}')`,
    });
    const plan = rows.map((row) => Object.values(row).join('')).join('\n');
    // One of the jobs has finished ten thousand times, the other has only failed.
    expect(plan).toMatch(/using job_runs_finished_index on job_runs \(actual rows=0\.50 loops=2\)/);
    expect(plan).not.toMatch(/Seq Scan on job_runs/);
  });
});
