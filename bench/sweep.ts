import Queue from 'bull';
import { DmsPassportStream } from '../src/dms-passport';
import { setTimeout as wait } from 'node:timers/promises';
import { onDatabase } from './environment';

/** How often is looked whether a run has ended. */
const LOOK_EVERY_MS = 500;
/** Ten times the longest run here: then the worker is dead, and its figures too. */
const ENDED_WITHIN_MS = 300_000;

/** Starts a scheduled run, as the scheduler would, and waits until the workers have ended it. */
export async function sweep(
  databaseUrl: string,
  redisUrl: string,
  during: () => Promise<void>,
): Promise<void> {
  const wakeUps = new Queue(DmsPassportStream.JOB, redisUrl, { prefix: '{verification}' });
  try {
    await onDatabase(databaseUrl, async (client) => {
      const { rows } = await client.query<{ id: string }>(
        `INSERT INTO mpi.job_runs (job, tick, started_at, status) VALUES ($1, now(), now(), 'RUNNING') RETURNING id`,
        [DmsPassportStream.JOB],
      );
      await wakeUps.add({}, { removeOnComplete: true });
      const deadlineMs = performance.now() + ENDED_WITHIN_MS;
      while (performance.now() < deadlineMs) {
        const run = await client.query(`SELECT FROM mpi.job_runs WHERE id = $1 AND status = 'RUNNING'`, [
          rows[0]?.id,
        ]);
        if (run.rowCount === 0) return;
        await during();
        await wait(LOOK_EVERY_MS);
      }
      throw new Error('A run did not end.');
    });
  } finally {
    await wakeUps.close();
  }
}
