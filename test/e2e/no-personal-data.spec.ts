import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '../../src/database/data-source';
import { type EmbeddedPostgres, startPostgres } from '../../tools/embedded';
import { startSandbox, type Sandbox } from '../../tools/sandbox';
import { aCaller, aPerson, savePersons } from '../support/builders';
import { everythingInRedis, expectNoMarker } from '../support/personal-data';
import { freshRedis, type FreshRedis } from '../support/redis';
import { JOB } from '../support/test-environment';
import { Program } from '../support/program';
import { Session } from '../support/sql-session';
import { waitUntil } from '../support/wait-until';

/** Each is recognisable wherever it leaks, whole or in part. */
const MARKERS = [
  'Маркерчук',
  'Позначка',
  'МР770',
  'MARKER-STREET',
  '770001',
  '770002',
  '770003',
  '770004',
  '770005',
];
/** The digits are the same, so that a unique index on them is violated. */
const [CLASHING, TWIN, UNREADABLE, CAST, BROKEN] = [
  'МР770001',
  'МС770001',
  'МР770003',
  'МР770004',
  'МР770005',
];

let postgres: EmbeddedPostgres;
let redis: FreshRedis;
let register: Sandbox;
let program: Program;
let sql: Session;
const answers: string[] = [];

beforeAll(async () => {
  [postgres, redis, register] = await Promise.all([
    startPostgres({ nodeEnv: 'test', durable: false }),
    freshRedis(),
    startSandbox(),
  ]);
  await migrate(postgres.url);
  sql = await Session.open(postgres.url);
  program = await Program.start({
    databaseUrl: postgres.url,
    redisUrl: redis.url,
    registerUrl: register.url,
    environment: { JOB_POLL_SECONDS: '1' },
  });
});
afterAll(async () => {
  await program.stop();
  await sql.close();
  await register.stop();
  await redis.stop();
  await postgres.stop();
});

async function run(): Promise<string> {
  const text = `INSERT INTO mpi.job_runs (job, started_at, status) VALUES ($1, now(), 'RUNNING') RETURNING id`;
  const [begun] = await sql.query<{ id: string }>({ text }, [JOB]);
  return waitUntil(
    async () => {
      const rows = await sql.query<{ status: string }>(
        { text: `SELECT status FROM mpi.job_runs WHERE id = $1 AND status <> 'RUNNING'` },
        [begun?.id],
      );
      return rows[0]?.status;
    },
    { what: 'the end of the run' },
  );
}

async function addPerson(passport: string): Promise<string> {
  const builder = aPerson()
    .named('Маркерчук', 'Позначка', 'Позначкович')
    .withTaxId('7700025555')
    .withPassport(passport);
  const [person] = await savePersons(sql, [builder]);
  await sql.query(
    {
      text: `INSERT INTO mpi.person_addresses (person_id, type, street) VALUES ($1, 'RESIDENCE', 'MARKER-STREET')`,
    },
    [person],
  );
  return person ?? '';
}

/** How often the log reported an error with this SQLSTATE. */
const errorsLogged = (code: string): number =>
  program.logged.filter((line) => line.includes(`"code":"${code}"`)).length;

/** The token of somebody who may make every call that is tried here. */
const anOfficial = (): Promise<string> =>
  aCaller().withScope('person_verification:details job:read').save(sql);

/** Reads, and sends what cannot be read. */
async function askFor(url: string, token: string): Promise<void> {
  const headers = {
    authorization: `Bearer ${token}`,
    'x-request-id': encodeURI('МР770001 Маркерчук'),
    'content-type': 'application/json',
  };
  const body = '{"last_name":"Маркерчук","number":МР770001';
  for (const init of [{ headers: { ...headers, 'content-type': '' } }, { method: 'POST', headers, body }]) {
    const answer = await fetch(url, init);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    answers.push(JSON.stringify([...answer.headers]), await answer.text());
  }
}

describe('A person’s data does not leak', () => {
  it('when a unique index is violated by an answer', async () => {
    register.answer(CLASHING, 'FOUND');
    register.answer(TWIN, 'FOUND');
    await sql.run('CREATE UNIQUE INDEX clashing ON mimir.dms_passport_data (pas_number)');
    await addPerson(CLASHING);
    await addPerson(TWIN);
    expect(await run()).toBe('FINISHED');
    expect(errorsLogged('23505')).toBeGreaterThan(0);
  });

  it('when a cast fails in the middle of a write', async () => {
    register.answer(CAST, 'NOT_FOUND');
    await addPerson(CAST);
    await sql.run(
      `CREATE FUNCTION mpi.cast_number() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         PERFORM number::int FROM mpi.person_documents WHERE person_id = NEW.person_id;
         RETURN NEW;
       END $$`,
      `CREATE TRIGGER cast_number BEFORE UPDATE ON mpi.person_verifications FOR EACH ROW
         WHEN (NEW.dms_passport_verification_status = 'VERIFIED') EXECUTE FUNCTION mpi.cast_number()`,
    );
    expect(await run()).toBe('FINISHED');
    expect(errorsLogged('22P02')).toBeGreaterThan(0);
    await sql.run('DROP TRIGGER cast_number ON mpi.person_verifications');
  });

  it('when the register’s answer cannot be read', async () => {
    register.answer(UNREADABLE, 'GARBAGE');
    await addPerson(UNREADABLE);
    expect(await run()).toBe('FINISHED');
    expect(program.logged.some((line) => line.includes('unreadable_answer'))).toBe(true);
  });

  it('when the job itself fails, and the wake-up job with it', async () => {
    await addPerson(BROKEN);
    await sql.run(
      `CREATE FUNCTION mpi.tell_all() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         RAISE EXCEPTION 'Маркерчук Позначка % %', (SELECT string_agg(number, ',') FROM mpi.person_documents), NEW
           USING DETAIL = 'Маркерчук МР770', HINT = 'MARKER-STREET', ERRCODE = '22023';
       END $$`,
      `CREATE TRIGGER tell_all BEFORE INSERT ON mpi.verification_claims FOR EACH ROW EXECUTE FUNCTION mpi.tell_all()`,
    );
    const ended = run();
    await waitUntil(() => errorsLogged('22023') > 1, { what: 'the job to fail twice' });
    await sql.run('DROP TRIGGER tell_all ON mpi.verification_claims');
    expect(await ended).toBe('FINISHED');
  });

  it('when a call carries it in its URL, its header or its body', async () => {
    const paths = [
      '/api/persons/Маркерчук/verification',
      '/api/persons/МР770001/verification?last_name=Маркерчук',
      '/api/admin/jobs?page=МР770001&page_size=Маркерчук',
      '/api/Маркерчук?number=МР770001',
    ];
    const tokens = [await anOfficial(), encodeURI('МР770001'), 'МР770001'.replace(/\D/g, '')];
    for (const url of [program.addresses.internalUrl, program.addresses.publicUrl ?? '']) {
      for (const token of tokens) for (const path of paths) await askFor(url + encodeURI(path), token);
    }
    expect(answers.some((answer) => answer.includes('validation_failed'))).toBe(true);
  });

  it('not in the log', () => {
    expect(program.logged.length).toBeGreaterThan(20);
    expectNoMarker(program.logged.join(''), MARKERS);
  });

  it('not in any answer', async () => {
    const token = await anOfficial();
    for (const path of ['/api/admin/jobs', '/health/ready'])
      answers.push(await (await program.withToken(token, path)).text());
    expect(answers.length).toBeGreaterThan(10);
    expectNoMarker(answers.join('\n'), MARKERS);
  });

  it('not in the metrics', async () => {
    const metrics = await (await program.internal('/metrics')).text();
    expect(metrics).toContain('register_calls_total');
    expectNoMarker(metrics, MARKERS);
  });

  it('not in Redis', async () => {
    const kept = await everythingInRedis(redis.url);
    expect(kept).toContain(JOB);
    expectNoMarker(kept, MARKERS);
  });

  it('not in what the server of the database writes down', async () => {
    const written = await readFile(postgres.logFile, 'utf8');
    expect(written).toContain('database system is ready');
    expectNoMarker(written, MARKERS);
  });

  it('nor in the records of what was changed', async () => {
    const kept = await sql.query({
      text: `SELECT to_jsonb(a)::text AS line FROM mpi.audit_log AS a
             UNION ALL SELECT to_jsonb(e)::text FROM mpi.status_change_events AS e
             UNION ALL SELECT to_jsonb(r)::text FROM mpi.job_runs AS r
             UNION ALL SELECT to_jsonb(c)::text FROM mpi.job_run_counts AS c
             UNION ALL SELECT to_jsonb(l)::text FROM mpi.verification_locks AS l`,
    });
    expect(kept.length).toBeGreaterThan(4);
    expectNoMarker(JSON.stringify(kept), MARKERS);
  });
});
