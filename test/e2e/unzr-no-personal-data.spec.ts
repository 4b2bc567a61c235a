import { expect, it } from 'vitest';
import { UnzrStream } from '../../src/unzr';
import { aPerson, lockOf, type PersonBuilder, verificationOf } from '../support/builders';
import { everythingInRedis, expectNoMarker } from '../support/personal-data';
import { TestEnvironment } from '../support/test-environment';

/** Nothing else in the program has these letters or digits. */
const MARKERS = ['Маркерчук', 'Позначка', '19850615-77001', '19850615-77002', '19850615-7700', '7700X'];

const env = TestEnvironment.forThisFile();

const aMarked = (unzr: string, firstName = 'Позначка'): PersonBuilder =>
  aPerson()
    .named('Маркерчук', firstName)
    .withUnzr(unzr)
    .stream('unzr', 'VERIFICATION_NEEDED', 'ONLINE_TRIGGERED');

it('A check of the UNZR leaks nothing of the person, whatever its outcome', async () => {
  env.register.answer('19850615-77001', 'FOUND');
  env.register.answer('19850615-77002', 'GARBAGE');
  await aMarked('19850615-77001').save(env.sql);
  await aMarked('19850615-77002').save(env.sql);
  const malformed = await aMarked('19850615-7700X').save(env.sql);
  // No message can carry this name: the fault is ours, and its text must not name the person.
  const unsendable = await aMarked('19850615-77001', 'Позначка\u0001').save(env.sql);
  const run = await env.run({ job: UnzrStream.JOB });
  expect(run.counts).toEqual({
    batches: 1,
    taken: 4,
    verified: 1,
    incorrect: 1,
    'technical_errors.unreadable_answer': 1,
    'technical_errors.not_processed': 1,
  });
  expect(await verificationOf(env.sql, malformed)).toMatchObject({
    unzr_verification_status: 'NOT_VERIFIED',
  });
  expect(await lockOf(env.sql, unsendable, 'unzr')).toMatchObject({ attempts: 1 });

  const reported = [
    env.program.logged.join('\n'),
    await (await env.program.internal('/metrics')).text(),
    await everythingInRedis(env.redis.url),
    JSON.stringify(await env.sql.query({ text: 'SELECT * FROM mpi.audit_log' })),
    JSON.stringify(await env.sql.query({ text: 'SELECT * FROM mpi.verification_locks' })),
  ];
  expect(reported[0]).toContain('check interrupted');
  for (const text of reported) expectNoMarker(text, MARKERS);
});
