import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SignUpFixture } from '../support/sign-up-fixture';

const ALERTS = readFileSync(join(__dirname, '../../docs/alerts.yml'), 'utf8');

/** What the rules watch the growth of: names of figures, each with the labels it is asked for by. */
const GROWING = [...ALERTS.matchAll(/(?:increase|rate)\((\w+)(?:\{([^}]*)\})?\[/g)].map(
  ([, name = '', labels = '']) => ({
    name,
    labels: [...labels.matchAll(/\w+="[^"]*"/g)].map(([label]) => label),
  }),
);

let fixture: SignUpFixture;
let atStart: readonly string[];

beforeAll(async () => {
  fixture = await SignUpFixture.start();
  atStart = await figures();
});
afterAll(() => fixture.stop());
beforeEach(() => fixture.env.clear());

/** Line by line, as Prometheus reads them. */
async function figures(): Promise<readonly string[]> {
  return (await (await fixture.env.program.internal('/metrics')).text()).split('\n');
}

/** Calls so far that ended in this way. */
async function callsWith(step: string, end: string): Promise<number> {
  const line = (await figures()).find((each) =>
    each.startsWith(`sign_ups_total{step="${step}",end="${end}"}`),
  );
  return Number(line?.split(' ')[1] ?? 0);
}

/** Lines of the log that name a patient. */
function linesAboutPatients(): Record<string, unknown>[] {
  const lines = fixture.env.program.logged.map((line) => JSON.parse(line) as Record<string, unknown>);
  return lines.filter((line) => 'person_id' in line);
}

describe('Sign-ups in metrics and log', () => {
  it('are counted by what they created', async () => {
    const [mother, father] = [await fixture.applicant(), await fixture.applicant()];
    const child = fixture.contentBy(mother);
    const signed = fixture.sign(child, mother);
    await fixture.signUp(signed);
    await fixture.signUp(signed);
    await fixture.signUp(fixture.sign(child.confidant(father.personId), father));
    expect(await callsWith('validation', 'validated')).toBe(3);
    expect(await callsWith('registration', 'person_created')).toBe(1);
    expect(await callsWith('registration', 'nothing_created')).toBe(1);
    expect(await callsWith('registration', 'relationship_created')).toBe(1);
  });

  it('leave one line with the ids of the patient and the user, under the id of the request', async () => {
    const before = linesAboutPatients().length;
    const mother = await fixture.applicant();
    const { headers, body } = await fixture.signUp(fixture.sign(fixture.contentBy(mother), mother));
    const [line, ...more] = linesAboutPatients().slice(before);
    expect(more).toEqual([]);
    expect(line).toMatchObject({
      level: 'info',
      end: 'person_created',
      person_id: (body.data?.['person'] as { id: string }).id,
      user_id: (body.data?.['user'] as { id: string }).id,
      request_id: headers.get('x-request-id'),
    });
    expect(JSON.stringify(line)).not.toMatch(/[А-Яа-яІі]/);
  });

  it('are counted by the code of their refusal, those that could not be read among them', async () => {
    const mother = await fixture.applicant();
    const signed = fixture.sign(fixture.contentBy(mother), mother);
    await fixture.validate({});
    await fixture.validate({ ...signed, signed_content: '!' });
    await fixture.register({ ...signed, jwt: 'made up' });
    expect(await callsWith('validation', 'validation_failed')).toBe(1);
    expect(await callsWith('validation', 'signed_content_invalid')).toBe(1);
    expect(await callsWith('registration', 'session_refused')).toBe(1);
  });
});

describe('What the program needs', () => {
  it('is in its metrics: servers that answer, and permits for the register', async () => {
    await fixture.env.shareRegister();
    const lines = await figures();
    expect(lines).toContain('server_up{server="postgresql"} 1');
    expect(lines).toContain('server_up{server="redis"} 1');
    expect(lines).toContain('register_permits{state="in_use"} 0');
    expect(lines).toContainEqual(expect.stringMatching(/^register_permits\{state="held"\} [1-9]\d*$/));
  });
});

/** Values at the start, of the figures of this name with these labels. */
function valuesOf(name: string, labels: readonly string[]): readonly (string | undefined)[] {
  return atStart
    .filter((line) => line.startsWith(`${name}{`))
    .filter((line) => labels.every((label) => line.includes(label)))
    .map((line) => line.split(' ').at(-1));
}

describe('What the alerts count', () => {
  /** Counters without labels are left out: they have one figure, and prom-client begins it with 0. */
  const counters = (): typeof GROWING =>
    GROWING.filter(({ name }) => atStart.includes(`# TYPE ${name} counter`)).filter(
      ({ name }) => !atStart.some((line) => line.startsWith(`${name} `)),
    );

  it('is 0 in a program that has just started, so that its first event is an increase', () => {
    expect(counters().map(({ name }) => name)).toContain('register_calls_total');
    for (const { name, labels } of counters()) {
      const asked = `${name}{${labels.join()}}`;
      const values = valuesOf(name, labels);
      expect(values, asked).not.toEqual([]);
      expect(new Set(values), asked).toEqual(new Set(['0']));
    }
  });

  it('is so for every job, for runs as for wake-up jobs', () => {
    const jobs = new Set(
      atStart.flatMap((line) => /^job_last_finished_timestamp_seconds\{(.+)\}/.exec(line)?.[1] ?? []),
    );
    expect(jobs.size).toBeGreaterThan(4);
    for (const job of jobs) {
      expect(valuesOf('job_runs_total', [job, 'status="FAILED"']), job).toEqual(['0']);
      expect(valuesOf('job_wake_ups_total', [job]), job).toEqual(['0']);
    }
  });
});
