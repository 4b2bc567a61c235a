import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { aCaller, aPerson, savePersons, verificationOf } from '../support/builders';
import { DatabaseProxy } from '../support/database-proxy';
import { GraphqlClient, OfficialClient } from '../support/api-clients';
import type { Program } from '../support/program';
import { asAdmin } from '../support/sql-session';
import { TestEnvironment } from '../support/test-environment';
import { waitUntil } from '../support/wait-until';

const AGAIN = { status: 'VERIFICATION_NEEDED' };

/** Work that the database interrupts goes on with the next poll. */
const env = TestEnvironment.forThisFile({ JOB_POLL_SECONDS: '1' });

const statusOf = async (person: string): Promise<string> =>
  (await verificationOf(env.sql, person)).dms_passport_verification_status;

/** Some persons who are due. */
const saveDue = (count: number): Promise<string[]> =>
  savePersons(
    env.sql,
    Array.from({ length: count }, () => aPerson().withPassport(env.passport())),
  );

const verificationPath = (person: string): string => `/api/admin/persons/${person}/verification/dms_passport`;

describe('A call while PostgreSQL', () => {
  let proxy: DatabaseProxy;
  let program: Program;

  beforeAll(async () => {
    proxy = await DatabaseProxy.start(env.database.url);
    program = await env.startProgram({ DATABASE_URL: proxy.url });
    return async () => {
      await env.stopProgram(program);
      await proxy.stop();
    };
  });
  afterEach(() => proxy.passAll());

  it.each([
    ['is read-only', '25006'],
    ['has no disk space', '53100'],
    ['has no memory', '53200'],
    ['has no connection left', '53300'],
    ['waits for a lock for too long', '55P03'],
    ['ends a statement that takes too long', '57014'],
    ['shuts down', '57P01'],
  ])('%s gets 503 and the time to come back, and changes nothing', async (_, code) => {
    const person = await aPerson().withPassport(env.passport()).save(env.sql);
    const official = (await OfficialClient.of(env)).at(program);
    const before = await verificationOf(env.sql, person);
    proxy.intercept(({ name }) => (name.startsWith('lock_verifications') ? { failWith: code } : 'pass'));
    const { status, headers, body } = await official.patch(verificationPath(person), AGAIN);
    expect(status).toBe(503);
    expect(headers.get('retry-after')).toBe('5');
    expect(body.error.type).toBe('service_unavailable');
    expect(await verificationOf(env.sql, person)).toEqual(before);
  });

  it('has no connection left for one field of GraphQL gets SERVICE_UNAVAILABLE there, and the others beside it', async () => {
    const caller = aCaller().withScope('unzr:read person:read');
    const client = (await new GraphqlClient(env).authenticate(caller)).at(program);
    proxy.intercept(({ name }) => (name.startsWith('read_unzr_info') ? { failWith: '53300' } : 'pass'));
    const query = '{ unzrInfoRegister(unzr: "19850615-00013") { id } unverifiedPersons { nodes { id } } }';
    const { status, body } = await client.ask(query);
    expect(status).toBe(200);
    expect(body.errors).toMatchObject([
      {
        message: 'The service is unavailable, try again later',
        path: ['unzrInfoRegister'],
        extensions: { code: 'SERVICE_UNAVAILABLE' },
      },
    ]);
    expect(body.data).toEqual({ unzrInfoRegister: null, unverifiedPersons: { nodes: [] } });
  });
});

describe('When the database is made read-only', () => {
  const ours = (): string => new URL(env.database.url).username;
  /** For every new session of the program; those that are open end, as after a failover, and are gone afterwards. */
  const switchReadOnly = (state: 'on' | 'off'): Promise<void> =>
    asAdmin(
      env.database.adminUrl,
      `ALTER ROLE ${ours()} IN DATABASE ${env.database.name} SET default_transaction_read_only = ${state}`,
      `SELECT pg_terminate_backend(pid, 10_000) FROM pg_stat_activity
        WHERE datname = current_database() AND usename = '${ours()}'`,
    );
  /** Waits until the probe sees it: the pool learns a little later that its sessions are gone. */
  const readinessIs = (status: number, database: string): Promise<boolean> =>
    waitUntil(
      async () => {
        const response = await env.program.public('/health/ready');
        const body = (await response.json()) as { readonly database: string };
        return response.status === status && body.database === database;
      },
      { what: `readiness to be ${status}, with the database ${database}` },
    );

  afterEach(() => switchReadOnly('off'));

  it('no request is sent here, calls that write get 503, and all is well afterwards', async () => {
    const [person = ''] = await saveDue(1);
    const official = await OfficialClient.of(env);
    await readinessIs(200, 'up');
    await switchReadOnly('on');
    await readinessIs(503, 'read_only');
    expect((await official.patch(verificationPath(person), AGAIN)).status).toBe(503);
    await switchReadOnly('off');
    await readinessIs(200, 'up');
    expect((await official.patch(verificationPath(person), AGAIN)).status).toBe(200);
  });

  it('no answer of the register is lost, and nobody changes before they are written', async () => {
    const persons = await saveDue(3);
    env.register.hold();
    const runId = await env.startRun();
    await env.register.waitForRequests(persons.length);
    await switchReadOnly('on');
    env.register.release();
    expect(await Promise.all(persons.map(statusOf))).toEqual(persons.map(() => 'IN_REVIEW'));
    await switchReadOnly('off');
    const run = await env.ended(runId);
    expect(run).toMatchObject({ status: 'FINISHED', counts: { taken: 3, verified: 3 } });
    expect(await Promise.all(persons.map(statusOf))).toEqual(persons.map(() => 'VERIFIED'));
  });
});

describe('When a column changes its type during a run', () => {
  const alterColumn = (type: 'text' | 'varchar'): Promise<void> =>
    env.sql.run(
      `ALTER TABLE mpi.person_verifications ALTER COLUMN dms_passport_verification_status TYPE ${type}`,
    );

  afterEach(() => alterColumn('varchar'));

  it('nobody stays in review, and every answer is written once', async () => {
    await saveDue(2);
    // Now the connections have prepared what a run sends.
    await env.run();
    const persons = await saveDue(4);
    env.register.hold();
    const runId = await env.startRun();
    await env.register.waitForRequests(2 + persons.length);
    await alterColumn('text');
    env.register.release();
    const run = await env.ended(runId);
    expect(run).toMatchObject({ status: 'FINISHED', counts: { taken: 4, verified: 4 } });
    expect(await Promise.all(persons.map(statusOf))).toEqual(persons.map(() => 'VERIFIED'));
  });
});
