import { describe, expect, it } from 'vitest';
import { UnzrStream } from '../../src/unzr';
import {
  aPerson,
  auditOf,
  auditOfStream,
  eventsOf,
  lockOf,
  type PersonBuilder,
  verificationOf,
} from '../support/builders';
import { changeData } from '../support/registrations';
import { TestEnvironment } from '../support/test-environment';

const { JOB } = UnzrStream;
const LONG_AGO = '2020-03-01T08:00:00Z';
const FRESH = new Date().toISOString();
const DATA_ID = '11111111-1111-4111-8111-111111111111';

const env = TestEnvironment.forThisFile();

const run = () => env.run({ job: JOB });

const toBeChecked = (): PersonBuilder => aPerson().stream('unzr', 'VERIFICATION_NEEDED', 'ONLINE_TRIGGERED');

const kept = () =>
  env.sql.query<{ id: string } & Record<string, unknown>>({
    text: 'SELECT *, date_birth::text AS born_on FROM mimir.unzr_data ORDER BY unzr',
  });

async function unzrOf(person: string): Promise<string | null | undefined> {
  const [row] = await env.sql.query<{ unzr: string | null }>(
    { text: 'SELECT unzr FROM mpi.persons WHERE id = $1' },
    [person],
  );
  return row?.unzr;
}

describe('What becomes of a person whose UNZR is checked', () => {
  it('S6: a UNZR the register confirms makes the stream VERIFIED, and the answer is kept and linked', async () => {
    const unzr = env.unzr('FOUND');
    const person = await toBeChecked()
      .withUnzr(unzr)
      .named('Гайова', 'Мальва', 'Юхимівна')
      .bornOn('1985-06-15')
      .save(env.sql);
    const ended = await run();
    const [data, ...more] = await kept();
    expect(more).toEqual([]);
    expect(data).toMatchObject({
      unzr,
      family_name: 'Гайова',
      given_name: 'Мальва',
      patronymic_name: 'Юхимівна',
      born_on: '1985-06-15',
      status: 1,
      description: expect.stringMatching(/./) as string,
    });
    const row = await verificationOf(env.sql, person);
    expect(row).toMatchObject({
      unzr_verification_status: 'VERIFIED',
      unzr_verification_reason: 'AUTO',
      unzr_data_id: data?.id,
      unzr_data_status: 1,
      unzr_synced_at: row.updated_at,
      unzr_unverified_at: null,
      cumulative_status: 'VERIFIED',
    });
    expect(env.register.requestsFor(unzr)).toMatchObject([{ method: 'checkunzr' }]);
    expect(await auditOf(env.sql, person)).toMatchObject([{ row: 'S6', run_id: ended.id }]);
    expect(ended).toMatchObject({ status: 'FINISHED', counts: { batches: 1, taken: 1, verified: 1 } });
    expect(await unzrOf(person)).toBe(unzr);
  });

  it('S6: a second good answer renews the row with the names of today and adds none', async () => {
    const unzr = env.unzr('FOUND');
    const person = await toBeChecked().withUnzr(unzr).named('Гайова', 'Мальва').save(env.sql);
    await run();
    const [first] = await kept();
    await env.sql.run(
      `UPDATE mpi.persons SET last_name = 'Верес'`,
      `UPDATE mpi.person_verifications SET unzr_synced_at = '2020-01-01'`,
    );
    await run();
    expect(await kept()).toMatchObject([{ id: first?.id, family_name: 'Верес', patronymic_name: null }]);
    expect((await verificationOf(env.sql, person)).unzr_data_id).toBe(first?.id);
    expect(env.register.requestsFor(unzr)).toHaveLength(2);
  });

  it('S6: two persons with one UNZR who are written together share the row', async () => {
    const unzr = env.unzr('FOUND');
    const persons = [
      await toBeChecked().withUnzr(unzr).save(env.sql),
      await toBeChecked().withUnzr(unzr).save(env.sql),
    ];
    const ended = await run();
    const [data] = await kept();
    for (const person of persons) {
      expect((await verificationOf(env.sql, person)).unzr_data_id).toBe(data?.id);
    }
    expect(ended.counts).toEqual({ batches: 1, taken: 2, verified: 2 });
  });

  it('S7: a UNZR the register does not know makes the stream NOT_VERIFIED, and nothing is kept', async () => {
    const unzr = env.unzr('NOT_FOUND');
    const person = await toBeChecked()
      .withUnzr(unzr)
      .stream('unzr', 'VERIFIED', 'AUTO', { dataId: DATA_ID, dataStatus: 1, syncedAt: LONG_AGO })
      .save(env.sql);
    const ended = await run();
    const row = await verificationOf(env.sql, person);
    expect(row).toMatchObject({
      unzr_verification_status: 'NOT_VERIFIED',
      unzr_verification_reason: 'AUTO',
      unzr_data_id: null,
      unzr_data_status: 0,
      unzr_synced_at: row.updated_at,
      unzr_unverified_at: row.updated_at,
      cumulative_status: 'CHANGES_NEEDED',
    });
    expect(await kept()).toEqual([]);
    expect((await eventsOf(env.sql, person)).map(({ properties }) => properties)).toEqual([
      { unzr_verification_status: { new_value: 'NOT_VERIFIED' } },
      { verification_status: { new_value: 'CHANGES_NEEDED' } },
    ]);
    expect(ended.counts).toEqual({ batches: 1, taken: 1, refuted: 1 });
    expect(await unzrOf(person)).toBe(unzr);
  });

  it('S7: no other person with the same UNZR is affected', async () => {
    const unzr = env.unzr('NOT_FOUND');
    const other = await aPerson()
      .withUnzr(unzr)
      .stream('unzr', 'VERIFIED', 'AUTO', { dataStatus: 1, syncedAt: FRESH })
      .save(env.sql);
    await toBeChecked().withUnzr(unzr).save(env.sql);
    const ended = await run();
    expect(await verificationOf(env.sql, other)).toMatchObject({ unzr_verification_status: 'VERIFIED' });
    expect(ended.counts).toEqual({ batches: 1, taken: 1, refuted: 1 });
  });

  it.each([
    ['none', () => toBeChecked()],
    ['an empty one', () => toBeChecked().withUnzr('')],
  ])('S4: who has %s leaves the stream, with nothing left of an earlier answer', async (_unzr, builder) => {
    const person = await builder()
      .stream('unzr', 'VERIFIED', 'AUTO', { dataId: DATA_ID, dataStatus: 1, syncedAt: LONG_AGO })
      .save(env.sql);
    const ended = await run();
    expect(await verificationOf(env.sql, person)).toMatchObject({
      unzr_verification_status: 'VERIFICATION_NOT_NEEDED',
      unzr_verification_reason: 'AUTO_DATA_ABSENT',
      unzr_data_id: null,
      unzr_data_status: null,
      unzr_synced_at: null,
    });
    expect(env.register.requestCount).toBe(0);
    expect(ended.counts).toEqual({ batches: 1, taken: 1, absent: 1 });
  });

  it.each([
    ['MINUS_1', 'register_error'],
    ['FAULT_HTTP_200', 'fault_server'],
    ['HTTP_503', 'http_error'],
    ['FOREIGN_ID', 'foreign_answer'],
    ['EMPTY_STATUS', 'unreadable_answer'],
  ] as const)('S9: after %s (%s) the stream is as before the lock and waits', async (answer, kind) => {
    const unzr = env.unzr(answer);
    const person = await toBeChecked().withUnzr(unzr).save(env.sql);
    const ended = await run();
    const row = await verificationOf(env.sql, person);
    expect(row).toMatchObject({
      unzr_verification_status: 'VERIFICATION_NEEDED',
      unzr_verification_reason: 'ONLINE_TRIGGERED',
      unzr_synced_at: null,
      dms_passport_retry_at: null,
    });
    expect(row.unzr_retry_at).not.toBeNull();
    expect(await lockOf(env.sql, person, 'unzr')).toMatchObject({ attempts: 1, last_error_kind: kind });
    expect(await auditOf(env.sql, person)).toEqual([]);
    expect(await unzrOf(person)).toBe(unzr);
    expect(ended.counts).toEqual({ batches: 1, taken: 1, [`technical_errors.${kind}`]: 1 });
  });
});

describe('While the register thinks about a UNZR', () => {
  it('S1: the person gets another one: the old answer is dropped, the new one asked for', async () => {
    const [old, renewed] = [env.unzr('NOT_FOUND'), env.unzr('FOUND')];
    const person = await toBeChecked().withUnzr(old).save(env.sql);
    env.register.hold({ key: old, next: 1 });
    const runId = await env.startRun({ job: JOB });
    await env.register.waitForRequests(1, old);
    await changeData(env, { personId: person, unzr: renewed });
    await env.register.waitForRequests(1, renewed);
    env.register.release();
    const ended = await env.ended(runId);
    expect(await verificationOf(env.sql, person)).toMatchObject({ unzr_verification_status: 'VERIFIED' });
    const audited = await auditOfStream(env.sql, person, 'unzr');
    expect(audited.map(({ row }) => row)).toEqual(['S1', 'S6']);
    expect(ended.counts).toMatchObject({ taken: 2, verified: 1, superseded: 1 });
  });
});
