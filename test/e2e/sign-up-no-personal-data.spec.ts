import { createHash } from 'node:crypto';
import { readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  everythingInRedis,
  expectNoMarker,
  FAMILY,
  markedApplicant,
  markedContent,
  SIGNER,
} from '../support/personal-data';
import { JOB } from '../support/test-environment';
import { pathsOf, valueAt } from '../support/hostile-values';
import {
  SESSION_SECRET,
  type Answer,
  type MadeUpApplicant,
  type SignUpBody,
  SignUpFixture,
} from '../support/sign-up-fixture';
import { SignUpAttempt, type Step, checksOf } from '../support/sign-up-checks';

let fixture: SignUpFixture;
let applicant: MadeUpApplicant;
let good: SignUpBody;
let markers: readonly string[] = FAMILY;
let secrets: readonly string[] = [];
const accepted: Answer[] = [];
const refused: string[] = [];

beforeAll(async () => {
  fixture = await SignUpFixture.start({ PIS_SESSION_SECRET: SESSION_SECRET });
  applicant = await markedApplicant(fixture);
  good = fixture.sign(markedContent(applicant.personId), { ...applicant, ...SIGNER });
});
afterAll(() => fixture.stop());

/** Keeps the answer of a refused call, with its headers. */
function note({ status, headers, body }: Answer): number {
  expect(status).toBeGreaterThanOrEqual(400);
  refused.push(JSON.stringify([...headers]), JSON.stringify(body));
  return status;
}

/** Another child of the same data, so that nobody is found. */
async function registerAnother(): Promise<Answer> {
  const content = markedContent(applicant.personId).born('2021-03-03').with('person.tax_id', undefined);
  const signed = fixture.sign(content.with('person.documents.0.number', 'І-МР№770051'), {
    ...applicant,
    ...SIGNER,
  });
  return fixture.register({ ...signed, jwt: await fixture.sessionOf(signed) });
}

/** Until the call has ended, every write of such a row fails in this way. */
async function whileWriting(table: string, fails: string, call: () => Promise<void>): Promise<void> {
  await fixture.env.sql.run(
    `CREATE FUNCTION public.fails() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${fails} RETURN NEW; END $$`,
    `CREATE TRIGGER fails BEFORE INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION public.fails()`,
  );
  try {
    await call();
  } finally {
    await fixture.env.sql.run('DROP FUNCTION public.fails() CASCADE');
  }
}

async function limitWards(limit: number): Promise<void> {
  await fixture.env.sql.run(
    `UPDATE prm.global_parameters SET value = '${limit}' WHERE parameter = 'third_person_limit'`,
  );
}

describe('The data of a family does not leak', () => {
  it('when a child is signed up, and once more', async () => {
    const jwt = await fixture.sessionOf(good);
    accepted.push(await fixture.validate(good));
    for (let times = 0; times < 2; times += 1) accepted.push(await fixture.register({ ...good, jwt }));
    expect(accepted.map(({ status }) => status)).toEqual([200, 201, 201]);
    const tokens = accepted.slice(1).map(({ body }) => String(body.data?.['access_token']));
    secrets = [jwt, good.signed_content, ...tokens];
    const hashes = tokens.map((token) => createHash('sha256').update(token).digest('hex'));
    markers = [...FAMILY, ...secrets, ...hashes];
  });

  it.each<Step>(['validate', 'register'])('when a check refuses to %s', async (step) => {
    for (const check of checksOf(step)) {
      // Somebody with one ward already is to be refused one more.
      await limitWards(check.touches.includes('wards') ? 1 : 150);
      const attempt = new SignUpAttempt(fixture);
      attempt.person.named('Маркерчук', 'Позначка', 'Слідівна');
      attempt.content = markedContent(attempt.applicantId);
      check.breaks(attempt);
      expect(note(await (await attempt.prepare(step))())).toBe(check.reported.status);
    }
    await limitWards(150);
  });

  it('when anything in it is not as it should be', async () => {
    const content = markedContent(applicant.personId);
    for (const path of pathsOf(content.build())) {
      const value = valueAt(content.build(), path);
      const wrong = [`${String(value)}\u0000`, [value], { [String(value)]: value }, undefined];
      for (const each of wrong) {
        const answer = await fixture.validate(
          fixture.sign(markedContent(applicant.personId).with(path, each), applicant),
        );
        if (answer.status !== 200) note(answer);
      }
    }
    expect(refused.length).toBeGreaterThan(200);
  });

  it('when a body, a header or a path carries it', async () => {
    note(await fixture.validate(`{"last_name":"Маркерчук","tax_id":7700200017`));
    note(await fixture.validate({ ...good, Маркерчук: 'МР770110', '7700200017': 1 }));
    note(await fixture.register({ ...good, jwt: 'Маркерчук.Позначка.Слідівна' }));
    const url = `${fixture.env.program.addresses.publicUrl ?? ''}/api/pis/confidant/register`;
    const init = { method: 'POST', headers: { 'x-request-id': encodeURI('Маркерчук 7700200017') } };
    for (const each of [`${url}?tax_id=7700200017`, `${url}/${encodeURI('Маркерчук')}`]) {
      const answer = await fetch(each, init);
      refused.push(JSON.stringify([...answer.headers]), await answer.text());
    }
  });

  it.each([
    ['persons', `RAISE EXCEPTION '%', NEW USING DETAIL = NEW::text, HINT = NEW::text;`],
    ['persons', 'PERFORM NEW.last_name::int;'],
    ['person_phones', 'PERFORM NEW.number::date;'],
    ['person_documents', `RAISE unique_violation USING DETAIL = NEW::text, CONSTRAINT = NEW.number;`],
    ['person_addresses', `RAISE insufficient_privilege USING MESSAGE = NEW::text;`],
    ['person_authentication_methods', `RAISE check_violation USING MESSAGE = NEW::text, TABLE = NEW.alias;`],
    ['confidant_person_relationship_documents', `RAISE not_null_violation USING COLUMN = NEW.number;`],
  ])('when %s cannot be written: %s', async (table, fails) => {
    await whileWriting(`mpi.${table}`, fails, async () => {
      expect(note(await registerAnother())).toBe(500);
    });
  });

  it('when the program may not write', async () => {
    await fixture.env.sql.run('REVOKE INSERT ON mpi.persons FROM app');
    expect(note(await registerAnother())).toBe(500);
    await fixture.env.sql.run('GRANT INSERT ON mpi.persons TO app');
  });

  it('when the signed content cannot be kept', async () => {
    renameSync(fixture.mediaFolder, `${fixture.mediaFolder}-away`);
    writeFileSync(fixture.mediaFolder, '');
    expect(note(await registerAnother())).toBe(502);
    rmSync(fixture.mediaFolder);
    renameSync(`${fixture.mediaFolder}-away`, fixture.mediaFolder);
  });

  it('not in the log', () => {
    const { logged } = fixture.env.program;
    for (const code of ['P0001', '22P02', '23505', '42501'])
      expect(logged.filter((line) => line.includes(`"code":"${code}"`)).length).toBeGreaterThan(0);
    expectNoMarker(logged.join(''), markers);
  });

  it('not in any answer that refuses', () => {
    expectNoMarker(refused.join('\n'), markers);
  });

  it('and in answers to the applicant only what was sent, without the secret', () => {
    const reported = JSON.stringify(accepted.map(({ body }) => body));
    expect(reported).toContain('Маркерчук');
    expectNoMarker(reported, ['секрет-770040', '+380770990017', 'МР770110', ...Object.values(SIGNER)]);
  });

  it('not in the metrics', async () => {
    const metrics = await (await fixture.env.program.internal('/metrics')).text();
    expect(metrics).toContain('/api/pis/confidant/register');
    expectNoMarker(metrics, markers);
  });

  it('not in Redis', async () => {
    await fixture.env.notify();
    const kept = await everythingInRedis(fixture.env.redis.url);
    expect(kept).toContain(JOB);
    expectNoMarker(kept, markers);
  });

  it('not in the names of what is kept', () => {
    const names = readdirSync(fixture.mediaFolder, { recursive: true }).join('\n');
    expect(names).toContain('signed_content');
    expectNoMarker(names, markers);
  });

  /** Where people are kept; everywhere else they are not. */
  const PEOPLE = /^mpi\.(persons|person_\w+|confidant_person_relationship_documents)$|^mithril\.users$/;

  it('in no table but those of persons, and secrets in none at all', async () => {
    const tables = await fixture.env.sql.query<{ name: string }>({
      text: `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
              WHERE schemaname IN ('mpi', 'mimir', 'prm', 'mithril')`,
    });
    // Masked, a person is shown by the surname and the first letters of the other names.
    const unmasked = FAMILY.filter((marker) => marker !== 'Маркерчук');
    for (const { name } of tables) {
      const rows = await fixture.env.sql.query({ text: `SELECT to_jsonb(t)::text AS row FROM ${name} AS t` });
      const family = PEOPLE.test(name) ? [] : name === 'mpi.audit_log' ? unmasked : FAMILY;
      expectNoMarker(JSON.stringify(rows), [...family, ...secrets], name);
    }
    for (const name of ['mpi.audit_log', 'mpi.status_change_events', 'mpi.sign_ups', 'mithril.tokens'])
      expect(tables).toContainEqual({ name });
    const changed = await fixture.env.sql.query({ text: 'SELECT FROM mpi.audit_log' });
    expect(changed.length).toBeGreaterThan(0);
  });
});
