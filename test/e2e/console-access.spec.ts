import { beforeEach, describe, expect, it } from 'vitest';
import { SCOPES } from '../../src/domain/access/access.rules';
import { aCaller, type CallerBuilder, aPerson, aRelationship } from '../support/builders';
import { askConsole } from '../support/console-client';
import { CONSOLE_PAGES, type ConsolePage, OPEN_ROUTES } from '../support/console-pages';
import { askedCheck, askedUnzr, endedRun, type There } from '../support/guarded-calls';
import { TestEnvironment } from '../support/test-environment';

const env = TestEnvironment.forThisFile();

let there: There;

beforeEach(async () => {
  const personId = await aPerson().stream('nhs', 'VERIFICATION_NEEDED', 'RULES_TRIGGERED').save(env.sql);
  const relationshipId = await aRelationship().of(personId).save(env.sql);
  there = { personId, relationshipId, runId: await endedRun(env.sql) };
  await askedUnzr(env.sql);
  await askedCheck(env.sql, personId);
});

/** The status with which a reader is answered. A live part is left when its answer has begun. */
async function statusFor({ route, path, form, isLive }: ConsolePage, session?: string): Promise<number> {
  const method = route.split(' ')[0] ?? '';
  const fields = typeof form === 'function' ? form(there) : (form ?? {});
  const answer = await askConsole(env, path(there), {
    session,
    method,
    ...(method === 'GET' ? {} : { form: fields }),
  });
  await (isLive ? answer.body?.cancel() : answer.text());
  return answer.status;
}

const asCaller = async (page: ConsolePage, caller: CallerBuilder) =>
  statusFor(page, await caller.save(env.sql));

/** The paths in the menu of a reader. */
async function menuOf(caller: CallerBuilder): Promise<string[]> {
  const answer = await askConsole(env, '/console', { session: await caller.save(env.sql) });
  const [, menu = ''] = /<nav[^>]*>([\s\S]*?)<\/nav>/.exec(await answer.text()) ?? [];
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

  it('is refused to another site, whoever the visitor is', async () => {
    if (isRead) return;
    const session = await aCaller().withScope(SCOPES.join(' ')).save(env.sql);
    const ask = (headers: Record<string, string>) =>
      askConsole(env, page.path(there), { session, method: 'POST', form: {}, headers });
    for (const site of ['same-site', 'cross-site', 'none'])
      expect((await ask({ 'sec-fetch-site': site })).status).toBe(403);
  });
});

describe('The menu', () => {
  const inMenu = CONSOLE_PAGES.filter(
    ({ route, scope }) => scope !== undefined && /^GET \/console\/[^/:]+$/.test(route),
  );

  it.each(SCOPES)('of a reader with %s leads to pages of that scope, and to no others', async (scope) => {
    const shown = await menuOf(aCaller().withScope(scope));
    const allowed = new Set(inMenu.filter((page) => page.scope === scope).map((page) => page.path(there)));
    expect(shown.filter((path) => !allowed.has(path))).toEqual([]);
  });

  it('of a reader with every scope has pages; of one of another legal entity, those of no type', async () => {
    const scope = SCOPES.join(' ');
    const ofAnyType = new Set(inMenu.filter(({ of }) => of === undefined).map((page) => page.path(there)));
    expect(
      (await menuOf(aCaller().withScope(scope).ofType('MIS'))).filter((path) => !ofAnyType.has(path)),
    ).toEqual([]);
  });
});
