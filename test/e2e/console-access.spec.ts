import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { MENU } from '../../src/console/frame/menu.table';
import { JobTimetable } from '../../src/jobs';
import { SCOPES } from '../../src/domain/access/access.rules';
import { JobScheduler } from '../../src/jobs/job.scheduler';
import { aCaller, type CallerBuilder } from '../support/builders';
import { askConsole, PAGE_POLICY } from '../support/console-client';
import { CONSOLE_PAGES, type ConsolePage, OPEN_ROUTES } from '../support/console-pages';
import { saveThere, type There } from '../support/guarded-calls';
import { JOB, TestEnvironment } from '../support/test-environment';
import { waitUntil } from '../support/wait-until';

const env = TestEnvironment.forThisFile();

/** Pages that another page leads to. */
const NOT_IN_MENU: readonly string[] = ['GET /console/table-rows'];

let there: There;

beforeEach(async () => {
  there = await saveThere(env.sql);
});

/** The status with which a reader is answered. A live part is left when its answer has begun. */
async function statusFor({ route, path, form = {}, isLive }: ConsolePage, session?: string): Promise<number> {
  const method = route.split(' ')[0] ?? '';
  const answer = await askConsole(env, path(there), {
    session,
    method,
    ...(method === 'GET' ? {} : { form }),
  });
  await (isLive ? answer.body?.cancel() : answer.text());
  // Whatever the answer is, nobody may keep it, and it may load nothing from elsewhere.
  const { headers } = answer;
  expect([headers.get('content-security-policy'), headers.get('cache-control')]).toEqual([
    PAGE_POLICY,
    'no-store',
  ]);
  return answer.status;
}

const asCaller = async (page: ConsolePage, caller: CallerBuilder) =>
  statusFor(page, await caller.save(env.sql));

/** The paths in the menu of a reader, who has one. */
async function menuOf(caller: CallerBuilder): Promise<string[]> {
  const answer = await askConsole(env, '/console', { session: await caller.save(env.sql) });
  expect(answer.status).toBe(200);
  const [, menu] = /<nav[^>]*>([\s\S]*?)<\/nav>/.exec(await answer.text()) ?? [];
  if (menu === undefined) throw new Error('The page has no menu.');
  return [...menu.matchAll(/href="([^"]+)"/g)].map(([, path]) => path ?? '');
}

const others = (scope: string) => SCOPES.filter((each) => each !== scope);

describe('Every handler of the console', () => {
  it('is in the table of this suite, and every row of it is a handler', () => {
    const tables = [...CONSOLE_PAGES.map(({ route }) => route), ...OPEN_ROUTES];
    expect(env.program.consoleRoutes().sort()).toEqual(tables.sort());
  });
});

describe.each(CONSOLE_PAGES)('$route', (page) => {
  const isRead = page.route.startsWith('GET ');

  it('sends a reader without a session to sign in, and refuses a form', async () => {
    const status = isRead ? 303 : 401;
    expect(await statusFor(page)).toBe(status);
    expect(await asCaller(page, aCaller().withScope(SCOPES.join(' ')).blocked())).toBe(status);
    expect(await asCaller(page, aCaller().withScope(SCOPES.join(' ')).expired())).toBe(status);
  });

  it('answers those who have its scope and no others', async () => {
    if (page.scope === undefined) {
      expect(await asCaller(page, aCaller().withScope(''))).toBe(page.right);
      return;
    }
    const scopes = [page.scope].flat();
    for (const each of scopes)
      expect(await asCaller(page, aCaller().withScope(others(each).join(' ')))).toBe(403);
    const scope = scopes.join(' ');
    if (page.of !== undefined)
      expect(await asCaller(page, aCaller().withScope(scope).ofType('MIS'))).toBe(403);
    expect(await asCaller(page, aCaller().withScope(scope).withEntityStatus('CLOSED'))).toBe(409);
    expect(await asCaller(page, aCaller().withScope(scope))).toBe(page.right);
  });
});

/** Everything that a form of the console can change or begin. */
const CHANGED = `
  SELECT row_to_json(every)::text AS row FROM (
    (SELECT 'person' AS what, to_jsonb(v) AS now FROM mpi.person_verifications AS v)
    UNION ALL (SELECT 'relationship', to_jsonb(r) FROM mpi.confidant_person_relationships AS r)
    UNION ALL (SELECT 'check', to_jsonb(c) FROM mpi.check_requests AS c)
    UNION ALL (SELECT 'run', to_jsonb(r) FROM mpi.job_runs AS r)
    UNION ALL (SELECT 'schedule', to_jsonb(s) FROM mpi.job_schedules AS s)
    UNION ALL (SELECT 'unzr', to_jsonb(u) FROM mimir.unzr_info AS u)
    UNION ALL (SELECT 'audit', to_jsonb(a) FROM mpi.audit_log AS a)
    UNION ALL (SELECT 'token', to_jsonb(t) FROM mithril.tokens AS t)) AS every
   ORDER BY row`;

describe('Every form of the console', () => {
  const FORMS = CONSOLE_PAGES.filter(({ route }) => route.startsWith('POST '));

  it.each(FORMS)('$route is refused to another site', async ({ path, form = {} }) => {
    const session = await aCaller().withScope(SCOPES.join(' ')).save(env.sql);
    for (const site of ['same-site', 'cross-site', 'none']) {
      const headers = { 'sec-fetch-site': site };
      const answer = await askConsole(env, path(there), { session, form, headers });
      expect([site, answer.status]).toEqual([site, 403]);
    }
  });

  it('changes nothing when it comes from another site', async () => {
    const session = await aCaller().withScope(SCOPES.join(' ')).save(env.sql);
    // The beat of the program every ten seconds notes schedules that it does not know yet.
    await env.program.get(JobScheduler).startDueRuns();
    const before = await env.sql.query({ text: CHANGED });
    for (const { path, form = {} } of FORMS)
      await askConsole(env, path(there), { session, form, headers: { 'sec-fetch-site': 'cross-site' } });
    expect(await env.sql.query({ text: CHANGED })).toEqual(before);
    // The same forms from our own pages do change something.
    for (const { path, form = {} } of FORMS.filter(({ route }) => !route.endsWith('/sign-out')))
      await askConsole(env, path(there), { session, form });
    expect(await env.sql.query({ text: CHANGED })).not.toEqual(before);
  });
});

describe('The menu', () => {
  /** Pages whose path is one word. What begins a task of its own is reached from them. */
  const inMenu = CONSOLE_PAGES.filter(
    ({ route, scope }) => scope !== undefined && /^GET \/console\/[^/:]+$/.test(route),
  ).filter(({ route }) => !NOT_IN_MENU.includes(route));
  const pathsOf = (pages: readonly ConsolePage[]) => pages.map(({ path }) => path(there)).sort();
  const scopesOfPages = [...new Set(inMenu.flatMap(({ scope }) => scope ?? []))];

  it.each(scopesOfPages)('of a reader with %s has all pages of that scope and no others', async (scope) => {
    const shown = await menuOf(aCaller().withScope(scope));
    expect(shown.sort()).toEqual(pathsOf(inMenu.filter((page) => page.scope === scope)));
  });

  it.each(SCOPES.filter((scope) => !scopesOfPages.includes(scope)))(
    'is missing for a reader with %s, who has no page',
    async (scope) => {
      await expect(menuOf(aCaller().withScope(scope))).rejects.toThrow('The page has no menu.');
    },
  );

  it('of a reader with every scope has every page; of one of another legal entity, none', async () => {
    const scope = SCOPES.join(' ');
    const shown = await menuOf(aCaller().withScope(scope));
    expect(shown).toEqual(MENU.map(({ path }) => path));
    expect(shown.sort()).toEqual(pathsOf(inMenu));
    expect(inMenu.every(({ of }) => of === 'NHS')).toBe(true);
    await expect(menuOf(aCaller().withScope(scope).ofType('MIS'))).rejects.toThrow('The page has no menu.');
  });
});

describe('Links to the page of a person', () => {
  it('are there for those who may open it, and for no others', async () => {
    const person = `/console/persons/${there.personId}`;
    const linkOn = async (path: string, scope: string) => {
      const session = await aCaller().withScope(scope).save(env.sql);
      const answer = await askConsole(env, path, { session });
      return [answer.status, (await answer.text()).includes(`href="${person}"`)];
    };
    for (const [path, scope] of [
      [`${person}/history`, 'person:read'],
      [`${person}/decision`, 'person:verify'],
      [`${person}/decided`, 'person:verify'],
    ] as const) {
      expect([path, ...(await linkOn(path, scope))]).toEqual([path, 200, false]);
      const all = `${scope} person:read person_verification:details`;
      expect([path, ...(await linkOn(path, all))]).toEqual([path, 200, true]);
    }
  });
});

describe('A link that signs in once', () => {
  /** A code of a new official with this scope, in place of the token that the builder saves. */
  async function codeOf(official: CallerBuilder): Promise<string> {
    return official.withTokenNamed('console_sign_in_code').save(env.sql);
  }
  const exchange = (code: string) => askConsole(env, '/console/sign-in/link', { form: { code } });
  const sessionIn = (answer: Response): string =>
    /^__Host-console=([\w-]{43});/.exec(answer.headers.getSetCookie()[0] ?? '')?.[1] ?? '';

  it('shows a button however often it is opened, signs in with it, and is refused after that', async () => {
    const code = await codeOf(aCaller().withScope('job:read'));
    for (let opened = 0; opened < 2; opened += 1) {
      const page = await askConsole(env, `/console/sign-in/link?code=${code}`);
      expect([page.status, page.headers.get('referrer-policy'), page.headers.getSetCookie()]).toEqual([
        200,
        'strict-origin',
        [],
      ]);
      expect(await page.text()).toContain(`name="code" value="${code}"`);
    }
    const signedIn = await exchange(code);
    expect([signedIn.status, signedIn.headers.get('location')]).toEqual([303, '/console']);
    const session = sessionIn(signedIn);
    expect((await askConsole(env, '/console', { session })).status).toBe(200);
    expect(await env.program.withToken(session, '/api/admin/jobs')).toMatchObject({ status: 200 });
    const again = await exchange(code);
    expect([again.status, again.headers.getSetCookie()]).toEqual([401, []]);
    expect(await again.text()).toContain('Посилання вже використано');
    expect(env.program.logged.join('\n')).toContain('/console/sign-in/link');
    for (const secret of [code, session]) expect(env.program.logged.join('\n')).not.toContain(secret);
  });

  it('begins one session when it is used several times at the same moment', async () => {
    const code = await codeOf(aCaller().withScope('job:read'));
    const answers = await Promise.all(Array.from({ length: 8 }, () => exchange(code)));
    expect(answers.map(({ status }) => status).sort()).toEqual([303, ...Array<number>(7).fill(401)]);
    expect(await env.sql.query({ text: 'SELECT name FROM mithril.tokens' })).toEqual([
      { name: 'access_token' },
    ]);
  });

  it('has a code that is no session and no access token; a token is no code', async () => {
    const code = await codeOf(aCaller().withScope('job:read'));
    expect((await askConsole(env, '/console', { session: code })).status).toBe(303);
    expect((await env.program.withToken(code, '/api/admin/jobs')).status).toBe(401);
    expect((await askConsole(env, '/console/sign-in', { form: { token: code } })).status).toBe(401);
    expect((await exchange(await aCaller().withScope('job:read').save(env.sql))).status).toBe(401);
    expect((await exchange(code)).status).toBe(303);
  });

  it.each([
    ['of a blocked user', () => aCaller().blocked()],
    ['that has expired', () => aCaller().expired()],
  ])('%s begins no session', async (_, official) => {
    const answer = await exchange(await codeOf(official()));
    expect([answer.status, answer.headers.getSetCookie()]).toEqual([401, []]);
  });

  it('ends with the session: signing out revokes the token', async () => {
    const session = sessionIn(await exchange(await codeOf(aCaller().withScope('job:read'))));
    expect((await askConsole(env, '/console/sign-out', { session, form: {} })).status).toBe(303);
    expect((await askConsole(env, '/console', { session })).status).toBe(303);
    expect((await env.program.withToken(session, '/api/admin/jobs')).status).toBe(401);
  });

  it('is refused to another site', async () => {
    const code = await codeOf(aCaller().withScope('job:read'));
    const headers = { 'sec-fetch-site': 'cross-site' };
    const answer = await askConsole(env, '/console/sign-in/link', { form: { code }, headers });
    expect(answer.status).toBe(403);
    expect((await exchange(code)).status).toBe(303);
  });
});

describe('The pages of relationships', () => {
  const SCOPE = 'confidant_person_relationship_admin:read confidant_person_relationship_admin:write';
  const statusOf = async () =>
    env.sql.query({
      text: 'SELECT verification_status AS status, verification_comment AS comment FROM mpi.confidant_person_relationships',
    });

  it('change a relationship only when the checked decision is confirmed, and once', async () => {
    const session = await aCaller().withScope(SCOPE).save(env.sql);
    const page = `/console/relationships/${there.relationshipId}`;
    const send = (form: Record<string, string>) =>
      askConsole(env, `${page}/decision`, { session, method: 'POST', form });

    const checked = await send({ verification_status: 'IN_REVIEW' });
    expect([checked.status, await checked.text()]).toEqual([200, expect.stringContaining('взяти в роботу')]);
    expect(await statusOf()).toMatchObject([{ status: 'VERIFICATION_NEEDED' }]);
    const moved = await send({ verification_status: 'IN_REVIEW', step: 'confirm' });
    expect([moved.status, moved.headers.get('location')]).toEqual([303, page]);
    expect(await statusOf()).toMatchObject([{ status: 'IN_REVIEW' }]);
    expect((await send({ verification_status: 'IN_REVIEW', step: 'confirm' })).status).toBe(409);

    const bare = await send({ verification_status: 'NOT_VERIFIED' });
    expect([bare.status, await bare.text()]).toEqual([422, expect.stringContaining('заповніть поле')]);
    const comment = 'Документ нечитабельний <b>';
    const rejection = { verification_status: 'NOT_VERIFIED', verification_comment: comment };
    expect(await (await send(rejection)).text()).toContain('Документ нечитабельний &lt;b&gt;');
    const back = await send({ ...rejection, step: 'change' });
    expect(await back.text()).toContain('Документ нечитабельний &lt;b&gt;</textarea>');
    expect(await statusOf()).toMatchObject([{ status: 'IN_REVIEW' }]);
    expect((await send({ ...rejection, step: 'confirm' })).status).toBe(303);
    expect(await statusOf()).toEqual([{ status: 'NOT_VERIFIED', comment }]);
    const shown = await askConsole(env, page, { session });
    expect(await shown.text()).toContain('Документ нечитабельний &lt;b&gt;');
  });
});

describe('A comment', () => {
  it('may be as long as its field allows, with line breaks as browsers send them', async () => {
    const session = await aCaller().withScope(SCOPES.join(' ')).save(env.sql);
    const path = `/console/relationships/${there.relationshipId}/decision`;
    const comment = 'рядок\r\n'.repeat(500);
    const page = await (await askConsole(env, path, { session })).text();
    expect(page).toMatch(/name="verification_comment"[^>]* maxlength="3000"/);
    const form = { verification_status: 'IN_REVIEW', verification_comment: comment, step: 'confirm' };
    expect((await askConsole(env, path, { session, form })).status).toBe(303);
    const text = 'SELECT verification_comment AS comment FROM mpi.confidant_person_relationships';
    expect(await env.sql.query({ text })).toEqual([{ comment: comment.replaceAll('\r', '').trim() }]);
  });
});

describe('A decision on an old page', () => {
  /** The fields of the last form of a page but those that are shown. */
  async function hiddenIn(page: Promise<Response>): Promise<Record<string, string>> {
    const [, form = ''] =
      /<form method="post" action="[^"]*decision"([^]*?)<\/form>/.exec(await (await page).text()) ?? [];
    const fields = [...form.matchAll(/type="hidden" name="([^"]*)" value="([^"]*)"/g)];
    return Object.fromEntries(fields.map(([, name = '', value = '']) => [name, value]));
  }

  it.each([
    [
      'relationship',
      () => `/console/relationships/${there.relationshipId}/decision`,
      { verification_status: 'VERIFICATION_NEEDED' },
      `UPDATE mpi.confidant_person_relationships SET verification_status = 'VERIFIED', verification_reason = 'MANUAL'`,
    ],
    [
      'person',
      () => `/console/persons/${there.personId}/decision`,
      { status: 'IN_REVIEW' },
      `UPDATE mpi.person_verifications SET nhs_verification_status = 'NOT_VERIFIED', nhs_verification_reason = 'MANUAL'`,
    ],
  ])(
    'about a %s is refused when another official has decided meanwhile',
    async (_, path, decision, other) => {
      const session = await aCaller().withScope(SCOPES.join(' ')).save(env.sql);
      const send = (form: Record<string, string>) => askConsole(env, path(), { session, form });
      const shown = await hiddenIn(askConsole(env, path(), { session }));
      const checked = await hiddenIn(send({ ...shown, ...decision }));
      expect(checked).toMatchObject({ ...decision, step: 'confirm' });
      await env.sql.run(other);
      for (const old of [
        { ...shown, ...decision },
        { ...shown, ...checked },
      ]) {
        const answer = await send(old);
        expect([answer.status, await answer.text()]).toEqual([409, expect.stringContaining('Дані змінено')]);
      }
      // Whoever looks again may decide so.
      const again = await hiddenIn(
        send({ ...(await hiddenIn(askConsole(env, path(), { session }))), ...decision }),
      );
      expect((await send(again)).status).toBe(303);
    },
  );
});

describe('The end of a pause on an old page', () => {
  const seenIn = (page: string): string => /name="seen" value="(\d+)"/.exec(page)?.[1] ?? '';

  it('is refused when the job was paused anew meanwhile', async () => {
    const session = await aCaller().withScope('job:read job:run').save(env.sql);
    const timetable = env.program.get(JobTimetable);
    await timetable.pause(JOB, randomUUID(), 'an update');
    await env.sql.run(`UPDATE mpi.job_schedules SET paused_at = paused_at - interval '1 hour'`);
    const page = `/console/timetable/${JOB}/resume`;
    const seen = seenIn(await (await askConsole(env, page, { session })).text());
    await timetable.resume(JOB, randomUUID());
    await timetable.pause(JOB, randomUUID(), 'the register has failed');
    expect((await askConsole(env, page, { session, form: { seen } })).status).toBe(409);
    expect(await timetable.find(JOB)).toMatchObject({ reason: 'the register has failed' });
    // Of this job only: the beat of the program notes the schedules of others, which are not paused.
    const moved = `UPDATE mpi.job_schedules SET paused_at = to_timestamp(${seen} / 1000.0) WHERE job = '${JOB}'`;
    await env.sql.run(moved);
    expect((await askConsole(env, page, { session, form: { seen } })).status).toBe(303);
    // A second press finds nothing to do.
    expect((await askConsole(env, page, { session, form: { seen } })).status).toBe(303);
    expect(await timetable.find(JOB)).toMatchObject({ pausedAt: null });
  });

  it('is refused when the job was not paused before', async () => {
    const session = await aCaller().withScope('job:read job:run').save(env.sql);
    const page = `/console/timetable/${JOB}/resume`;
    const seen = seenIn(await (await askConsole(env, page, { session })).text());
    await env.program.get(JobTimetable).pause(JOB, randomUUID(), 'the register has failed');
    expect((await askConsole(env, page, { session, form: { seen } })).status).toBe(409);
  });
});

describe('The pages of UNZR look-ups', () => {
  it('keep the number out of addresses, show a pending request, and audit who read what', async () => {
    const userId = randomUUID();
    const session = await aCaller().withUserId(userId).withScope('unzr:read unzr:write').save(env.sql);
    const unzr = '20210504-00031';
    const find = (path: string) => askConsole(env, path, { session, method: 'POST', form: { unzr } });

    const unknown = await find('/console/unzr');
    expect([unknown.status, await unknown.text()]).toEqual([
      200,
      expect.stringContaining('За цим УНЗР реєстр ще не запитували'),
    ]);
    const asked = await find('/console/unzr/ask');
    const [row] = await env.sql.query<{ id: string }>(
      { text: 'SELECT id FROM mimir.unzr_info WHERE unzr = $1' },
      [unzr],
    );
    const page = `/console/unzr/${row?.id}`;
    expect([asked.status, asked.headers.get('location')]).toEqual([303, page]);
    expect((await find('/console/unzr')).headers.get('location')).toBe(page);
    await waitUntil(
      async () => (await (await askConsole(env, page, { session })).text()).includes('Відповідь отримано'),
      { what: 'the answer of the register on the page' },
    );
    const text = `
      SELECT DISTINCT changeset->'read' AS read FROM mpi.audit_log
       WHERE resource = 'unzr_info' AND resource_id = $1 AND actor_id = $2 AND changeset ? 'read'`;
    expect(await env.sql.query({ text }, [row?.id, userId])).toEqual([{ read: ['info'] }]);
    const malformed = await askConsole(env, '/console/unzr', {
      session,
      method: 'POST',
      form: { unzr: '1' },
    });
    expect(malformed.status).toBe(422);
    expect(env.program.logged.join('\n')).not.toContain(unzr);
  });
});
