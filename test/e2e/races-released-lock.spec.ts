import { describe, expect, it } from 'vitest';
import { aPerson, auditOf, eventsOf, lockOf, verificationOf } from '../support/builders';
import { TestEnvironment } from '../support/test-environment';
import { waitUntil } from '../support/wait-until';

const CLAIM = '33333333-3333-4333-8333-333333333333';

// One person a batch, so that each has an own claim.
const env = TestEnvironment.forThisFile({ DMS_PASSPORT_PERSONS_SYNCHRONIZATION_BATCH_SIZE: '1' });

const claimOf = async (person: string): Promise<string | null> =>
  (await lockOf(env.sql, person, 'dms_passport'))?.claim_id ?? null;

/** Waits until the person is under another claim than this one. */
const claimedAnew = (person: string, claim: string | null): Promise<string> =>
  waitUntil(
    async () => {
      const now = await claimOf(person);
      return now !== claim && now;
    },
    { what: 'the person to be taken again' },
  );

describe('S11: a lock whose worker seems dead is released', () => {
  it('and everything is as before it: no event, no audit row, no lock', async () => {
    const passport = env.passport();
    const person = await aPerson()
      .withPassport(passport)
      .stream('dms_passport', 'IN_REVIEW', 'AUTO', { dataStatus: 0, syncedAt: '2020-01-01' })
      .locked('dms_passport', { claimId: CLAIM, statusBefore: 'VERIFIED', reasonBefore: 'OFFLINE_VERIFIED' })
      .save(env.sql);
    await env.check.reclaim();
    const row = await verificationOf(env.sql, person);
    expect(row).toMatchObject({
      dms_passport_verification_status: 'VERIFIED',
      dms_passport_verification_reason: 'OFFLINE_VERIFIED',
      dms_passport_data_status: 0,
      dms_passport_synced_at: new Date('2020-01-01'),
      dms_passport_retry_at: null,
    });
    expect(await lockOf(env.sql, person, 'dms_passport')).toBeNull();
    expect([await eventsOf(env.sql, person), await auditOf(env.sql, person)]).toEqual([[], []]);
  });

  it('but the memory of earlier failures is kept, without a wait', async () => {
    const person = await aPerson()
      .withPassport(env.passport())
      .stream('dms_passport', 'IN_REVIEW', 'AUTO')
      .locked('dms_passport', {
        claimId: CLAIM,
        statusBefore: 'VERIFICATION_NEEDED',
        reasonBefore: 'ONLINE_TRIGGERED',
        attempts: 2,
        lastErrorKind: 'timeout',
      })
      .save(env.sql);
    await env.check.reclaim();
    expect(await lockOf(env.sql, person, 'dms_passport')).toMatchObject({
      claim_id: null,
      attempts: 2,
      last_error_kind: 'timeout',
    });
    expect((await verificationOf(env.sql, person)).dms_passport_retry_at).toBeNull();
  });

  it('while one whose lease lives is left alone, and a void lock is only forgotten', async () => {
    const builders = [
      aPerson()
        .withPassport(env.passport())
        .stream('dms_passport', 'IN_REVIEW', 'AUTO')
        .locked('dms_passport', { claimId: CLAIM, statusBefore: 'VERIFIED', reasonBefore: 'AUTO_VALID' }),
      aPerson()
        .withPassport(env.passport())
        .stream('dms_passport', 'NOT_VERIFIED', 'AUTO_NOT_VALID')
        .locked('dms_passport', {
          claimId: '66666666-6666-4666-8666-666666666666',
          statusBefore: 'VERIFIED',
          reasonBefore: 'AUTO_VALID',
        }),
    ] as const;
    const living = await builders[0].save(env.sql);
    const empty = await builders[1].save(env.sql);
    await env.sql.run(`
      INSERT INTO mpi.verification_claims (id, stream, worker, taken_at, lease_until)
      VALUES ('${CLAIM}', 'dms_passport', 'elsewhere', now(), now() + interval '1 minute')`);
    await env.check.reclaim();
    expect(await claimOf(living)).toBe(CLAIM);
    expect(await lockOf(env.sql, empty, 'dms_passport')).toBeNull();
    expect(await verificationOf(env.sql, empty)).toMatchObject({
      dms_passport_verification_reason: 'AUTO_NOT_VALID',
    });
  });
});

describe('A lock that is released and taken again during the call', () => {
  it('drops the late answer of the first claim, before and after the second one is answered', async () => {
    const passport = env.passport('FOUND');
    const person = await aPerson().withPassport(passport).save(env.sql);
    const letFirstGo = env.register.hold({ key: passport, next: 1 });
    const letSecondGo = env.register.hold({ key: passport, next: 1 });
    const runId = await env.startRun();
    await env.register.waitForRequests(1, passport);
    const first = await claimOf(person);
    env.register.answer(passport, 'MINUS_2');
    await env.expireClaimOf(person);
    await env.register.waitForRequests(2, passport);
    const second = await claimedAnew(person, first);
    letFirstGo();
    // The late answer is written when it is counted; the person is still under the second claim.
    await waitUntil(() => countOf(runId, 'superseded'), { what: 'the late answer to be dropped' });
    expect(await verificationOf(env.sql, person)).toMatchObject({
      dms_passport_verification_status: 'IN_REVIEW',
    });
    expect(await claimOf(person)).toBe(second);
    letSecondGo();
    const run = await env.ended(runId);
    expect(await verificationOf(env.sql, person)).toMatchObject({
      dms_passport_verification_status: 'VERIFICATION_NEEDED',
      dms_passport_verification_reason: 'ONLINE_TRIGGERED',
    });
    expect(await auditOf(env.sql, person)).toEqual([]);
    expect(run.counts).toMatchObject({ taken: 2, superseded: 1, 'technical_errors.register_error': 1 });
  });

  it('drops it also while the group write waits for another row', async () => {
    const [passport, otherPassport] = [env.passport('NOT_FOUND'), env.passport('NOT_FOUND')];
    // The write locks rows in the order of their ids: it waits at the first one and has not reached the second.
    const first = await aPerson()
      .withId('00000000-aaaa-4aaa-8aaa-000000000001')
      .withPassport(otherPassport)
      .save(env.sql);
    const person = await aPerson()
      .withId('ffffffff-aaaa-4aaa-8aaa-000000000002')
      .withPassport(passport)
      .save(env.sql);
    const release = env.register.hold({ next: 2 });
    const letAgainGo = env.register.hold({ key: passport, next: 1 });
    const runId = await env.startRun();
    await env.register.waitForRequests(2);
    const claim = await claimOf(person);
    const holder = await env.openSession();
    await holder.holdPerson(first);
    release();
    await holder.isWaitedFor(env.sql);

    await env.expireClaimOf(person);
    const anew = await claimedAnew(person, claim);
    await env.register.waitForRequests(2, passport);
    await holder.run('COMMIT');
    await waitUntil(() => countOf(runId, 'superseded'), { what: 'the late answer to be dropped' });
    expect(await verificationOf(env.sql, person)).toMatchObject({
      dms_passport_verification_status: 'IN_REVIEW',
    });
    expect(await claimOf(person)).toBe(anew);
    expect(await verificationOf(env.sql, first)).toMatchObject({
      dms_passport_verification_status: 'VERIFIED',
    });
    letAgainGo();
    const run = await env.ended(runId);
    expect(await verificationOf(env.sql, person)).toMatchObject({
      dms_passport_verification_status: 'VERIFIED',
    });
    expect(await auditOf(env.sql, person)).toMatchObject([{ row: 'S6', claim_id: anew }]);
    expect(run.counts).toMatchObject({ verified: 2, superseded: 1 });
  });
});

/** How often the run counted this so far; false while it did not. */
async function countOf(runId: string, counter: string): Promise<number | false> {
  const text = `SELECT sum(n)::int AS n FROM mpi.job_run_counts WHERE run_id = $1 AND counter = $2`;
  const [row] = await env.sql.query<{ n: number | null }>({ text }, [runId, counter]);
  return row?.n ?? false;
}
