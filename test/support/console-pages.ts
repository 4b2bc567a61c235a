import type { Scope } from '../../src/domain/access/access.rules';
import { PURGE_JOB } from '../../src/jobs';
import { type Guarded, type There, UNZR, UNZR_REQUEST_ID } from './guarded-calls';
import { JOB } from './test-environment';

/** A handler of the console: a page, an action of one, or a live part. */
export interface ConsolePage extends Guarded {
  /** As it was declared: `GET /console/runs/:id`. */
  readonly route: string;
  /** What its `@Needs` asks for, one or several; undefined for any session. */
  readonly scope?: Scope | readonly Scope[];
  /** The fields of a form. */
  readonly form?: Readonly<Record<string, string>>;
  readonly right: 200 | 303 | 404;
  /** An answer that never ends by itself. */
  readonly isLive?: true;
}

const SEES_PERSON = ['person:read', 'person_verification:details'] as const;

const ASKS_REGISTER = ['unzr:read', 'unzr:write'] as const;

/** The path of a route, about what there is. */
const pathOf =
  (route: string) =>
  (there: There): string =>
    (route.split(' ')[1] ?? '').replace(/:\w+/, () => idIn(route, there));

function idIn(route: string, { personId, relationshipId, runId }: There): string {
  if (route.includes('/persons/')) return personId;
  if (route.includes('/relationships/')) return relationshipId;
  return route.includes('/unzr/') ? UNZR_REQUEST_ID : runId;
}

/** A handler for officials of the NHS with the scope. */
const ofNhs = (
  route: string,
  scope: Scope | readonly Scope[],
  asked: Partial<ConsolePage> = {},
): ConsolePage => ({
  ...{ route, scope, of: 'NHS', path: pathOf(route), right: 200 },
  ...asked,
});

/** Pages that ask for no session. */
export const OPEN_PAGES: readonly ConsolePage[] = [
  { route: 'GET /console/sign-in', path: () => '/console/sign-in', right: 200 },
  { route: 'GET /console/sign-in/link', path: () => '/console/sign-in/link?code=abc', right: 200 },
];

/** All handlers that ask for no session; the tests of the session cover them. */
export const OPEN_ROUTES: readonly string[] = [
  ...OPEN_PAGES.flatMap(({ route }) => [route, route.replace('GET', 'POST')]),
  'GET /console/assets/:name',
];

/**
 * Every handler of the console that asks for a session has its row here, or `console-access.spec.ts` fails. It is asked
 * with every scope, and from another legal entity; pages are looked at in both languages by `every-page.spec.ts`.
 */
export const CONSOLE_PAGES: readonly ConsolePage[] = [
  { route: 'GET /console', path: () => '/console', right: 200 },
  ofNhs('GET /console/overview', 'job:read'),
  ofNhs('GET /console/overview/live/overview', 'job:read', { isLive: true }),
  ofNhs('GET /console/register', 'job:read'),
  ofNhs('GET /console/register/live/register', 'job:read', { isLive: true }),
  ofNhs('GET /console/processes', 'job:read'),
  { route: 'POST /console/sign-out', path: () => '/console/sign-out', right: 303 },
  ofNhs('GET /console/runs', 'job:read'),
  ofNhs('GET /console/runs/:run_id', 'job:read'),
  ofNhs('GET /console/runs/live/:run_id', 'job:read', { isLive: true }),
  ofNhs('GET /console/timetable', 'job:read'),
  ofNhs('GET /console/timetable/:name/:action', 'job:run', { path: () => `/console/timetable/${JOB}/pause` }),
  ...(['run', 'pause', 'resume'] as const).map((action) =>
    ofNhs(`POST /console/timetable/:name/${action}`, 'job:run', {
      path: () => `/console/timetable/${action === 'run' ? JOB : PURGE_JOB}/${action}`,
      form: action === 'pause' ? { reason: 'maintenance' } : {},
      right: 303,
    }),
  ),
  ofNhs('GET /console/persons', 'person:read'),
  ofNhs('POST /console/persons', 'person:read', { form: { reason: 'inspection', unzr: UNZR } }),
  ofNhs('GET /console/persons/:id', SEES_PERSON),
  ofNhs('POST /console/persons/:id/card', SEES_PERSON, { form: { reason: 'inspection' } }),
  ofNhs('POST /console/persons/:id/checks', 'person:verify', {
    form: { stream: 'dms_passport' },
    right: 303,
  }),
  ofNhs('GET /console/persons/live/:id/checks', SEES_PERSON, { isLive: true }),
  ofNhs('GET /console/work-list', 'person:read'),
  ofNhs('GET /console/cannot-be-checked', 'job:read'),
  ofNhs('GET /console/table-rows', 'person:read'),
  ofNhs('GET /console/persons/:id/history', 'person:read'),
  ofNhs('GET /console/persons/:id/decision', 'person:verify'),
  ofNhs('POST /console/persons/:id/decision', 'person:verify', { form: { status: 'IN_REVIEW' } }),
  ofNhs('GET /console/persons/:id/decided', 'person:verify'),
  ofNhs('GET /console/relationships', 'confidant_person_relationship_admin:read'),
  ofNhs('GET /console/relationships/:id', 'confidant_person_relationship_admin:read'),
  ofNhs('GET /console/relationships/:id/decision', 'confidant_person_relationship_admin:write'),
  ofNhs('POST /console/relationships/:id/decision', 'confidant_person_relationship_admin:write', {
    form: { verification_status: 'IN_REVIEW' },
  }),
  ofNhs('GET /console/unzr', 'unzr:read'),
  ofNhs('POST /console/unzr', 'unzr:read', { form: { unzr: UNZR }, right: 303 }),
  ofNhs('POST /console/unzr/ask', ASKS_REGISTER, { form: { unzr: UNZR }, right: 303 }),
  ofNhs('GET /console/unzr/:id', 'unzr:read'),
  ofNhs('GET /console/unzr/live/:id', 'unzr:read', { isLive: true }),
  ...['GET', 'POST'].map((method): ConsolePage => ({
    route: `${method} /console/*path`,
    path: () => '/console/no-such-page',
    right: 404,
  })),
];

/** Pages that are looked at, without the parts that refresh themselves. */
export const SHOWN_PAGES: readonly ConsolePage[] = CONSOLE_PAGES.filter(
  ({ route, isLive }) => route.startsWith('GET ') && !isLive,
);
