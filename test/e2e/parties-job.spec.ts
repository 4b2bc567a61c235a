import { describe, expect, it } from 'vitest';
import { DmsPassportOfPartiesStream } from '../../src/dms-passport';
import { saveParties, aParty, aPerson, type PartyBuilder } from '../support/builders';
import { startCommand, withoutRedis } from '../support/program';
import { TestEnvironment } from '../support/test-environment';

const JOB = DmsPassportOfPartiesStream.JOB;

const env = TestEnvironment.forThisFile();

const due = (): PartyBuilder => aParty().stream('dms_passport', 'VERIFICATION_NEEDED', 'ONLINE_TRIGGERED');
const job = (changes: Record<string, string> = {}) =>
  startCommand('job', [JOB, '--json'], { ...withoutRedis(env.servers), ...changes }).ended;

describe('npm run job -- dms-passport-parties', () => {
  it('does a whole run and ends with its summary and status 0, technical errors included', async () => {
    const shared = env.passport('FOUND');
    await aPerson().withPassport(shared).save(env.sql);
    const fresh = { syncedAt: new Date() };
    await saveParties(env.sql, [
      due().withPassport(shared),
      aParty().withPassport(shared).stream('dms_passport', 'VERIFIED', 'AUTO_VALID', fresh),
      due().withPassport(env.passport('NOT_FOUND')),
      due().withPassport(env.passport('MINUS_2')),
      due().withPassport('KB123456'),
      due().withNationalId('000123456'),
    ]);
    const { status, stdout, stderr } = await job();
    expect(status, stderr).toBe(0);
    const { run_id, started_at, finished_at, ...summary } = JSON.parse(stdout) as Record<string, unknown>;
    expect([run_id, started_at, finished_at].map((reported) => typeof reported)).toEqual([
      'string',
      'string',
      'string',
    ]);
    expect(summary).toEqual({
      job: JOB,
      status: 'FINISHED',
      batches: 1,
      taken: 5,
      verified: 1,
      refuted: 1,
      absent: 1,
      incorrect: 1,
      propagated_persons: 1,
      propagated_parties: 1,
      superseded: 0,
      technical_errors: { register_error: 1 },
    });
    expect(stderr).not.toContain(shared);
  });

  it('is refused at the start, by name, when its settings are wrong', async () => {
    const { status, stdout, stderr } = await job({
      DMS_PARTY_SYNCHRONIZATION_SCHEDULE: 'every night',
      DMS_PARTY_VALIDATION_PERIOD_DAYS: '-3',
      DMS_PASSPORT_PARTIES_SYNCHRONIZATION_BATCH_SIZE: 'many',
    });
    expect([status, stdout]).toEqual([78, '']);
    const lines = stderr.trim().split('\n');
    expect(lines.map((line) => line.split(' ')[0])).toEqual([
      'DMS_PARTY_SYNCHRONIZATION_SCHEDULE',
      'DMS_PARTY_VALIDATION_PERIOD_DAYS',
      'DMS_PASSPORT_PARTIES_SYNCHRONIZATION_BATCH_SIZE',
    ]);
    expect(stderr).not.toMatch(/every night|-3|many/);
    expect(await env.sql.query({ text: 'SELECT FROM mpi.job_runs' })).toEqual([]);
  });
});
