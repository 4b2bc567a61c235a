import { expect, it } from 'vitest';
import { aPerson, verificationOf } from '../support/builders';
import type { Program } from '../support/program';
import { JOB, TestEnvironment } from '../support/test-environment';
import { JobRegistry, JobRunRepository } from '../../src/jobs';
import { Metrics } from '../../src/observability';

const DAY_MS = 86_400_000;

/** By its settings an answer is checked again after a month. */
const env = TestEnvironment.forThisFile({ DMS_PERSON_VALIDATION_PERIOD_DAYS: '30' });

async function differences(program: Program): Promise<number> {
  const { values } = await program.get(Metrics).jobSettingsDiffer.get();
  return values.reduce((sum, { value }) => sum + value, 0);
}

it('a worker by whose settings nobody is due does not end a run of another one: it checks whom that one would', async () => {
  const mistaken = await env.startProgram({ DMS_PERSON_VALIDATION_PERIOD_DAYS: '3650' });
  const person = await aPerson()
    .withPassport(env.passport('FOUND'))
    .stream('dms_passport', 'VERIFIED', 'AUTO_VALID', {
      dataStatus: 0,
      syncedAt: new Date(Date.now() - 60 * DAY_MS).toISOString(),
    })
    .save(env.sql);
  const runId = await env.startRunSilently();
  const never = new AbortController().signal;
  const run = await env.program.get(JobRunRepository).running(JOB);
  if (run?.id !== runId) throw new Error('The run is not going on.');
  // The other worker has joined, and has taken nobody yet.
  await env.sql.query({ text: 'UPDATE mpi.job_runs SET validation_period_days = 30 WHERE id = $1' }, [runId]);
  const job = mistaken.get(JobRegistry).get(JOB);
  expect(await job.help(run, { stop: never, abort: never })).toBe('nothing_due');
  expect(await job.unfinished(env.transactions, runId, 'nothing_due')).toBe(false);
  expect((await verificationOf(env.sql, person)).dms_passport_verification_status).toBe('NOT_VERIFIED');
  expect(await differences(mistaken)).toBe(1);
  expect(await differences(env.program)).toBe(0);
  expect(mistaken.logged.join('\n')).toContain('"days_of_the_run":30');
  await env.stopProgram(mistaken);
});

it('the first worker fixes the period of a run, and nothing is reported while all agree', async () => {
  await aPerson().withPassport(env.passport()).save(env.sql);
  const { id } = await env.run();
  const text = 'SELECT validation_period_days AS days FROM mpi.job_runs WHERE id = $1';
  expect(await env.sql.query({ text }, [id])).toEqual([{ days: 30 }]);
  expect(await differences(env.program)).toBe(0);
});
