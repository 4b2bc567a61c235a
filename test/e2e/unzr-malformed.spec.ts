import { describe, expect, it } from 'vitest';
import { UnzrStream } from '../../src/unzr';
import { aPerson, auditOf, auditOfStream, type PersonBuilder, verificationOf } from '../support/builders';
import { TestEnvironment } from '../support/test-environment';

const { JOB } = UnzrStream;
const SYSTEM_USER_ID = '00000000-0000-4000-8000-000000000001';

const env = TestEnvironment.forThisFile();

const run = () => env.run({ job: JOB });

const toBeChecked = (): PersonBuilder => aPerson().stream('unzr', 'VERIFICATION_NEEDED', 'ONLINE_TRIGGERED');

async function unzrOf(person: string): Promise<string | null | undefined> {
  const [row] = await env.sql.query<{ unzr: string | null }>(
    { text: 'SELECT unzr FROM mpi.persons WHERE id = $1' },
    [person],
  );
  return row?.unzr;
}

describe('S5: a malformed UNZR', () => {
  it.each(['19850615-0001', '1985061500001', ' ', '19850615-00001 '])(
    'makes the stream NOT_VERIFIED, is taken from the person, and the register is not asked: %j',
    async (unzr) => {
      const person = await toBeChecked().withUnzr(unzr).save(env.sql);
      const ended = await run();
      const row = await verificationOf(env.sql, person);
      expect(row).toMatchObject({
        unzr_verification_status: 'NOT_VERIFIED',
        unzr_verification_reason: 'AUTO_INCORRECT_DATA',
        unzr_data_id: null,
        unzr_data_status: null,
        unzr_synced_at: null,
        unzr_unverified_at: row.updated_at,
        cumulative_status: 'CHANGES_NEEDED',
      });
      expect(await unzrOf(person)).toBeNull();
      expect(env.register.requestCount).toBe(0);
      expect(ended.counts).toEqual({ batches: 1, taken: 1, incorrect: 1 });
    },
  );

  it('leaves an audit row with the number masked', async () => {
    const person = await toBeChecked().withUnzr('19850615-0001').save(env.sql);
    const ended = await run();
    const [ofPerson, ...more] = (await auditOf(env.sql, person)).filter(
      ({ resource }) => resource === 'persons',
    );
    const [ofStream] = await auditOfStream(env.sql, person, 'unzr');
    expect(more).toEqual([]);
    expect(ofPerson).toMatchObject({
      actor_id: SYSTEM_USER_ID,
      row: 'S5',
      run_id: ended.id,
      claim_id: ofStream?.claim_id,
      changeset: { unzr: { old_value: '***********01', new_value: null } },
      inserted_at: ofStream?.inserted_at,
    });
  });

  it('of one person does not affect the others of the group', async () => {
    const unzr = env.unzr('FOUND');
    const malformed = await toBeChecked().withUnzr('19850615').save(env.sql);
    const good = await toBeChecked().withUnzr(unzr).save(env.sql);
    await run();
    expect([await unzrOf(malformed), await unzrOf(good)]).toEqual([null, unzr]);
  });

  it('that somebody mends just then is not taken from the person, who keeps the new one', async () => {
    const mended = env.unzr('FOUND');
    const person = await toBeChecked().withUnzr('19850615').save(env.sql);
    const mender = await env.openSession();
    await mender.run('BEGIN', `UPDATE mpi.persons SET unzr = '${mended}'`);
    const runId = await env.startRun({ job: JOB });
    await mender.isWaitedFor(env.sql);
    await mender.run('COMMIT');
    await env.ended(runId);
    expect(await unzrOf(person)).toBe(mended);
    const resources = (await auditOf(env.sql, person)).map(({ resource }) => resource);
    expect(resources).toEqual(['person_verifications']);
  });
});
