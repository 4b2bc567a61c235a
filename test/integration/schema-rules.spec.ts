import { Metrics } from '../../src/observability';
import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataSourceOptions } from '../../src/database/data-source';
import { PersonVerification } from '../../src/database/mpi/person-verification.entity';
import { Transactions, type Sql } from '../../src/database/transactions';
import { waitUntil } from '../support/wait-until';
import { freshDatabase, type FreshDatabase } from '../support/database';
import {
  aParty,
  aPerson,
  partyVerificationOf,
  savePersons,
  verificationOf,
  type PersonBuilder,
} from '../support/builders';
import { insertRows } from '../support/person-builder';

const UNIQUE_VIOLATION = { code: '23505' };
const CHECK_VIOLATION = { code: '23514' };

describe('The rules that the database keeps itself', () => {
  let database: FreshDatabase;
  let dataSource: DataSource;
  let sql: Transactions;
  beforeAll(async () => {
    database = await freshDatabase();
    // Other programs write what the program may not.
    dataSource = await new DataSource(dataSourceOptions(database.adminUrl)).initialize();
    sql = new Transactions(dataSource, new Metrics());
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  const isActive = async (personId: string): Promise<boolean> =>
    (await verificationOf(sql, personId)).person_is_active;

  it('person_is_active is what the person is when the verification row is written', async () => {
    const [active, inactive] = await savePersons(sql, [aPerson(), aPerson().inactive()]);
    expect(await isActive(active ?? '')).toBe(true);
    expect(await isActive(inactive ?? '')).toBe(false);
  });

  it.each([
    { change: `status = 'inactive'`, back: `status = 'active'` },
    { change: 'is_active = false', back: 'is_active = true' },
    { change: 'status = NULL', back: `status = 'active'` },
    { change: 'is_active = NULL', back: 'is_active = true' },
  ])('person_is_active follows when a person is changed to $change and back', async ({ change, back }) => {
    const personId = await aPerson().save(sql);
    await sql.query({ text: `UPDATE mpi.persons SET ${change} WHERE id = $1` }, [personId]);
    expect(await isActive(personId)).toBe(false);
    await sql.query({ text: `UPDATE mpi.persons SET ${back} WHERE id = $1` }, [personId]);
    expect(await isActive(personId)).toBe(true);
  });

  it('person_is_active stays false while one of status and is_active is inactive', async () => {
    const personId = await aPerson().inactive().save(sql);
    await sql.query({ text: `UPDATE mpi.persons SET status = 'active' WHERE id = $1` }, [personId]);
    expect(await isActive(personId)).toBe(false);
  });

  it('person_is_active ignores the value of the writer', async () => {
    const builder = aPerson().inactive();
    const personId = await builder.save(sql);
    await sql.query({ text: 'DELETE FROM mpi.person_verifications WHERE person_id = $1' }, [personId]);
    await writeVerification(sql, builder);
    expect(await isActive(personId)).toBe(false);
  });

  it('person_is_active is right when a person is deactivated while the verification row is being written', async () => {
    const builder = aPerson();
    const personId = await builder.save(sql);
    await sql.query({ text: 'DELETE FROM mpi.person_verifications WHERE person_id = $1' }, [personId]);
    const other = new Client(database.adminUrl);
    await other.connect();
    let done = false;
    const deactivated = await sql.inTransaction(async (open) => {
      await writeVerification(open, builder);
      const [{ pid } = { pid: 0 }] = (await other.query<{ pid: number }>('SELECT pg_backend_pid() AS pid'))
        .rows;
      const update = other
        .query(`UPDATE mpi.persons SET status = 'inactive' WHERE id = $1`, [personId])
        .finally(() => (done = true));
      await waitUntil(async () => done || (await waitsForLock(pid)), {
        what: 'the update to end or to wait',
      });
      return { update };
    });
    await deactivated.update;
    await other.end();
    expect(await isActive(personId)).toBe(false);
  });

  async function waitsForLock(pid: number): Promise<boolean> {
    const rows = await sql.query({ text: 'SELECT FROM pg_locks WHERE pid = $1 AND NOT granted' }, [pid]);
    return rows.length > 0;
  }

  /** As a program would that thinks it knows better than the trigger. */
  const writeVerification = (open: Sql, builder: PersonBuilder): Promise<void> =>
    insertRows(
      open,
      'mpi.person_verifications',
      builder.rows().verifications.map((row) => ({ ...row, person_is_active: true })),
    );

  const startRun = (job: string, status: string, tick: string | null = null): Promise<unknown> =>
    sql.query({ text: 'INSERT INTO mpi.job_runs (job, status, tick) VALUES ($1, $2, $3)' }, [
      job,
      status,
      tick,
    ]);

  it('a job has at most one RUNNING run', async () => {
    const job = randomUUID();
    await startRun(job, 'FINISHED');
    await startRun(job, 'RUNNING');
    await expect(startRun(job, 'RUNNING')).rejects.toMatchObject(UNIQUE_VIOLATION);
    await startRun(job, 'FINISHED');
    await startRun(randomUUID(), 'RUNNING');
  });

  it('a tick of a job is there once, and runs started by hand as often as they are started', async () => {
    const job = randomUUID();
    await startRun(job, 'FINISHED', '2024-05-01T03:00:00Z');
    await expect(startRun(job, 'SKIPPED', '2024-05-01T03:00:00Z')).rejects.toMatchObject(UNIQUE_VIOLATION);
    await startRun(job, 'SKIPPED', '2024-05-01T03:00:10Z');
    await startRun(randomUUID(), 'FINISHED', '2024-05-01T03:00:00Z');
    await startRun(job, 'FINISHED');
    await startRun(job, 'FINISHED');
  });

  const keep = (serial: string | null, number: string, type = '0101'): Promise<unknown> =>
    sql.query(
      {
        text: `INSERT INTO mimir.dms_passport_data (pass_type, pas_serial, pas_number, pas_status) VALUES ($1, $2, $3, 1)`,
      },
      [type, serial, number],
    );

  it('an answer about a document is kept once, also about an ID card, which has no series', async () => {
    await keep(null, '123456789');
    await expect(keep(null, '123456789')).rejects.toMatchObject(UNIQUE_VIOLATION);
    await keep('КВ', '123456');
    await expect(keep('КВ', '123456')).rejects.toMatchObject(UNIQUE_VIOLATION);
    await keep('ЇЄ', '123456');
    await keep(null, '123456789', '0102');
  });

  it('a stream refuses a status and a reason outside the dictionaries', async () => {
    const personId = await aPerson().save(sql);
    for (const column of ['dms_passport_verification_status', 'dms_passport_verification_reason']) {
      const text = `UPDATE mpi.person_verifications SET ${column} = 'CHECKED' WHERE person_id = $1`;
      await expect(sql.query({ text }, [personId])).rejects.toMatchObject(CHECK_VIOLATION);
    }
  });

  it('a person has one verification row, and a stream one lock', async () => {
    const builder = aPerson().locked('dms_passport', { attempts: 1 });
    const personId = await builder.save(sql);
    await expect(writeVerification(sql, builder)).rejects.toMatchObject(UNIQUE_VIOLATION);
    const text = `INSERT INTO mpi.verification_locks (person_id, stream) VALUES ($1, 'dms_passport')`;
    await expect(sql.query({ text }, [personId])).rejects.toMatchObject(UNIQUE_VIOLATION);
  });

  it('an entity reads each stream as one object', async () => {
    const syncedAt = new Date('2024-02-03T04:05:06.789Z');
    const personId = await aPerson().stream('dms_passport', 'VERIFIED', 'AUTO_VALID', { syncedAt }).save(sql);
    const read = await dataSource.getRepository(PersonVerification).findOneByOrFail({ personId });
    expect(read.dmsPassport).toMatchObject({
      verificationStatus: 'VERIFIED',
      verificationReason: 'AUTO_VALID',
      syncedAt,
      dataId: null,
      retryAt: null,
    });
    expect(read.dracsDeath).toMatchObject({ verificationStatus: 'VERIFIED', onlineStatus: 'COMPLETED' });
  });

  it('the cumulative status of a made-up person or party is the sum of its streams', async () => {
    const due = await aPerson().withPassport('КВ123456').save(sql);
    expect(await verificationOf(sql, due)).toMatchObject({
      dms_passport_verification_status: 'VERIFICATION_NEEDED',
      dms_passport_verification_reason: 'ONLINE_TRIGGERED',
      cumulative_status: 'VERIFICATION_NEEDED',
    });
    const partyId = await aParty().stream('dms_passport', 'NOT_VERIFIED', 'AUTO_NOT_VALID').save(sql);
    expect((await partyVerificationOf(sql, partyId)).cumulative_status).toBe('NOT_VERIFIED');
  });
});
