import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { makePeople } from '../../tools/demo/invented-people';
import { confidantAmong, childOf, teenagerOf } from '../../tools/demo/sign-up/invented-patients';
import { startSandbox } from '../../tools/sandbox';
import { waitUntil } from '../support/wait-until';
import { freshDatabase } from '../support/database';
import { asAdmin } from '../support/sql-session';
import { ask } from '../support/http-client';
import { exported, readJobsLikeANewcomer, signUpLikeANewcomer } from './documented-sign-up';
import { startDemo, type StartedDemo } from './start-demo';

/** Servers, program and run take ten seconds on an idle machine, and minutes on a slow one with others beside it. */
const WHOLE_DEMO_MS = 480_000;
const RIGHT = 'Everybody ended as the rules say.';
const SIGNED_UP = 'Both were signed up as the rules say.';
/** The program makes ids of patients and users anew each time, and tokens, of which the beginning is shown. */
const MADE_ANEW = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<=token: )\S{6}(?=…)/g;

const started: StartedDemo[] = [];

function demo(args: string[] = [], variables: Record<string, string> = {}): StartedDemo {
  const one = startDemo(args, variables);
  started.push(one);
  return one;
}

afterEach(async () => {
  for (const one of started.splice(0)) {
    one.kill('SIGKILL');
    await one.ended;
  }
});

/** Nothing that was started may outlive the demo, whatever its parent is by now. */
async function nothingIsLeftOf(one: StartedDemo): Promise<void> {
  expect(one.descendants().length).toBeGreaterThan(0);
  await waitUntil(() => one.descendantsAlive().length === 0, {
    what: 'everything that the demo started to end',
  });
}

/** A link is one word, so that a terminal opens it. */
const tooWide = (text: string): string[] =>
  text.split('\n').filter((line) => line.length > 80 && !/^http:\S+$/.test(line));

/** The lines of the people who changed in this way. */
function group(out: string, change: string): string {
  return (
    out
      .slice(out.indexOf(`\n${change}\n`))
      .trim()
      .split('\n\n')[0] ?? ''
  );
}

describe('npm run demo', () => {
  it(
    'shows one whole run, two demos side by side; only the wake-up job can have started the worker',
    async () => {
      const both = [demo([], { JOB_POLL_SECONDS: '3600' }), demo([], { LOG_LEVEL: 'fatal' })];
      for (const one of both) {
        const { status, out, err } = await one.ended;
        expect([status, err]).toEqual([0, expect.stringMatching(/^Checking persons: \d+ of \d+ done/m)]);
        expect(tooWide(out + err)).toEqual([]);
        expect(out).toContain(RIGHT);
        expect(out).toMatch(/^Run [0-9a-f-]{36} of dms-passport-persons: FINISHED/);
        expect(group(out, 'VERIFICATION_NEEDED → VERIFIED/AUTO_VALID')).toMatch(
          /^ +1250 {2}good passport, never checked +VERIFIED +S6$/m,
        );
        expect(group(out, 'VERIFIED → NOT_VERIFIED/AUTO_NOT_VALID')).toMatch(
          /^ +20 {2}other holder, in small letters +CHANGES_NEEDED +S8$/m,
        );
        expect(out).toMatch(/^ +dms_passport +VERIFIED\/AUTO_VALID by S6$/m);
        expect(out).toContain(SIGNED_UP);
        await nothingIsLeftOf(one);
      }
      const table = (text: string): string =>
        text.slice(text.indexOf('\n\npeople ')).replace(MADE_ANEW, 'made anew');
      expect(table(both[0]?.output().out ?? '1')).toBe(table(both[1]?.output().out ?? '2'));
      expectMasked(both.map((one) => one.output().out + one.output().err).join());
    },
    WHOLE_DEMO_MS,
  );

  it(
    'stays up with --serve, shows how to sign somebody up, and ends in order on a signal',
    async () => {
      const one = demo(['--serve']);
      await waitUntil(() => one.output().err.includes('Running until'), {
        what: 'the demo to keep running',
        timeoutMs: WHOLE_DEMO_MS / 2,
      });
      const { out } = one.output();
      expect(tooWide(out)).toEqual([]);
      for (const name of ['DATABASE_URL', 'REDIS_URL', 'TREMBITA_URL']) {
        expect(out).toMatch(new RegExp(`^export ${name}='[a-z]+://.*127\\.0\\.0\\.1:\\d+`, 'm'));
      }
      const ready = await ask(`${exported(out, 'INTERNAL')}/health/ready`);
      expect([ready.status, await ready.json()]).toMatchObject([200, { redis: 'up' }]);
      expect(await signUpLikeANewcomer(out)).toEqual([200, 201]);
      expect(await readJobsLikeANewcomer(out)).toBe(200);
      expect(await pagesSeenByTheOfficial(out)).toEqual(
        PAGES_OF_THE_DEMO.map((path) => `${path} 200 with rows`),
      );
      const authority = exported(out, 'TEST_AUTHORITY');
      expect(existsSync(authority)).toBe(true);
      one.descendants();
      one.kill('SIGTERM');
      expect((await one.ended).status).toBe(143);
      await nothingIsLeftOf(one);
      expect(existsSync(dirname(authority))).toBe(false);
    },
    WHOLE_DEMO_MS,
  );

  it.each([
    ['while the servers start', 'Starting the servers'],
    ['during the run', 'one run, through the queue'],
  ])(
    'prints that it stopped at Ctrl-C %s: 130, nothing runs on, temporary data is removed',
    async (_when, sentence) => {
      const one = demo();
      await waitUntil(() => one.output().err.includes(sentence), {
        what: 'the demo to get so far',
        timeoutMs: WHOLE_DEMO_MS / 2,
      });
      await waitUntil(() => one.descendants().length > 0, { what: 'a process of the demo' });
      one.kill('SIGINT');
      const { status, err } = await one.ended;
      expect([status, err]).toEqual([130, expect.stringMatching(/^Stopping …\n[^]*^Demo stopped: .*\n$/m)]);
      await nothingIsLeftOf(one);
      expect(readdirSync(tmpdir()).filter((name) => name.includes(`-${one.pid}-`))).toEqual([]);
    },
    WHOLE_DEMO_MS,
  );

  it(
    'leaves nothing running when it is killed during the run',
    async () => {
      const one = demo();
      await waitUntil(() => one.output().err.includes('one run, through the queue'), {
        what: 'the run to start',
        timeoutMs: WHOLE_DEMO_MS / 2,
      });
      one.descendants();
      one.kill('SIGKILL');
      await one.ended;
      await nothingIsLeftOf(one);
    },
    WHOLE_DEMO_MS,
  );

  it(
    'ends with 1 and a message when an outcome breaks the rules',
    async () => {
      const sandbox = await startSandbox();
      const [valid] = makePeople().persons;
      sandbox.answer(valid?.documents[0]?.number ?? '', 'FOUND');
      const { status, out } = await demo([], { TREMBITA_URL: sandbox.url }).ended;
      await sandbox.stop();
      expect(status).toBe(1);
      expect(out).toContain('good passport, never checked: 1 of 1250 did not end as the rules say');
      expect(out).not.toContain(RIGHT);
    },
    WHOLE_DEMO_MS,
  );

  it('does not touch a database with other people: 78 and one sentence', async () => {
    const database = await freshDatabase();
    await asAdmin(
      database.adminUrl,
      `INSERT INTO prm.parties (id, first_name) VALUES ('${randomUUID()}', 'Остромир')`,
    );
    const { status, out, err } = await demo([], { DATABASE_URL: database.adminUrl }).ended;
    await database.drop();
    expect([status, out]).toEqual([78, '']);
    expect(err.replace(/\n +/g, ' ')).toContain(
      "DATABASE_URL names a database with persons or parties that are not the demo's",
    );
  });

  it('asks nobody but a sandbox: 78', async () => {
    const { status, err } = await demo([], { TREMBITA_URL: 'http://127.0.0.1:9/' }).ended;
    expect([status, err]).toEqual([78, expect.stringContaining('TREMBITA_URL must name a running sandbox')]);
  });

  it('does not start in production: 78', async () => {
    expect(await demo([], { NODE_ENV: 'production' }).ended).toMatchObject({ status: 78, out: '' });
  });

  it.each([[['--bogus']], [['word']]])('refuses %j with 64 and its usage', async (args) => {
    const { status, out, err } = await demo(args).ended;
    expect([status, out, err]).toEqual([64, '', 'usage: npm run demo [-- --serve]\n']);
  });
});

/** Lists of which every demo has some entries. */
const PAGES_OF_THE_DEMO = [
  '/console/overview',
  '/console/processes',
  '/console/cannot-be-checked',
  '/console/work-list?stream=nhs&status=VERIFICATION_NEEDED',
  '/console/relationships?verification_status=IN_REVIEW',
];

/** Signs in by the printed link, as somebody would who opens it in a browser. */
async function pagesSeenByTheOfficial(out: string): Promise<string[]> {
  const { origin, pathname, searchParams } = new URL(/^http:\S+code=\S+$/m.exec(out)?.[0] ?? '');
  const signedIn = await fetch(`${origin}${pathname}`, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'sec-fetch-site': 'same-origin' },
    body: new URLSearchParams({ code: searchParams.get('code') ?? '' }),
  });
  const cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  return Promise.all(
    PAGES_OF_THE_DEMO.map(async (path) => {
      const page = await fetch(`${origin}${path}`, { headers: { cookie }, redirect: 'manual' });
      return `${path} ${page.status} with ${/<tbody>\s*<tr>\s*<t[hd] (?!.*class="empty")/.test(await page.text()) ? 'rows' : 'no rows'}`;
    }),
  );
}

/** Neither a name in full nor a number of a document is shown, nor what patients keep secret. */
function expectMasked(text: string): void {
  const { persons, parties } = makePeople();
  const confidant = confidantAmong(persons);
  const secrets = [...persons, ...parties].flatMap(({ name, documents }) => [
    `${name.lastName} ${name.firstName}`,
    ...documents.map(({ number }) => number),
  ]);
  for (const { person } of [childOf, teenagerOf].map((content) => content(confidant, '2026-01-31'))) {
    const numbers = person.documents.map(({ number }) => number);
    secrets.push(person.first_name, person.secret, ...numbers, person.tax_id ?? confidant.drfo);
  }
  expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
}
