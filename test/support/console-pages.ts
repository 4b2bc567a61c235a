import type { Scope } from '../../src/domain/access/access.rules';
import { PURGE_JOB } from '../../src/jobs';
import { type There, UNZR, UNZR_REQUEST_ID } from './guarded-calls';
import { JOB } from './test-environment';

/** A handler of the console: a page, an action of one, or a live part. */
export interface ConsolePage {
  /** As it was declared: `GET /console/runs/:id`. */
  readonly route: string;
  /** What its `@Needs` asks for, one or several; undefined for any session. */
  readonly scope?: Scope | readonly Scope[];
  readonly of?: 'NHS';
  /** A good request. */
  readonly path: (there: There) => string;
  /** The fields of a form. */
  readonly form?: Readonly<Record<string, string>> | ((there: There) => Readonly<Record<string, string>>);
  /** What the right reader is answered with. */
  readonly right: 200 | 303 | 404;
  /** An answer that never ends by itself. */
  readonly isLive?: true;
}

const SEES_PERSON = ['person:read', 'person_verification:details'] as const;

const ASKS_REGISTER = ['unzr:read', 'unzr:write'] as const;

/** Pages that ask for no session. */
export const OPEN_PAGES: readonly ConsolePage[] = [
  { route: 'GET /console/sign-in', path: () => '/console/sign-in', right: 200 },
  { route: 'GET /console/sign-in/link', path: () => '/console/sign-in/link?code=abc', right: 200 },
];

/** Other handlers that ask for no session; the tests of the session cover them. */
export const OPEN_ROUTES: readonly string[] = [
  'GET /console/sign-in',
  'POST /console/sign-in',
  'GET /console/sign-in/link',
  'POST /console/sign-in/link',
  'GET /console/assets/:name',
];

/**
 * Every handler of the console that asks for a session has its row here, or `console-access.spec.ts` fails. It is asked
 * with every scope, and from another legal entity; pages are looked at in both languages by `every-page.spec.ts`.
 */
export const CONSOLE_PAGES: readonly ConsolePage[] = [
  { route: 'GET /console', path: () => '/console', right: 200 },
  {
    route: 'GET /console/overview',
    scope: 'job:read',
    of: 'NHS',
    path: () => '/console/overview',
    right: 200,
  },
  {
    route: 'GET /console/overview/live/overview',
    scope: 'job:read',
    of: 'NHS',
    path: () => '/console/overview/live/overview',
    right: 200,
    isLive: true,
  },
  {
    route: 'GET /console/register',
    scope: 'job:read',
    of: 'NHS',
    path: () => '/console/register',
    right: 200,
  },
  {
    route: 'GET /console/register/live/register',
    scope: 'job:read',
    of: 'NHS',
    path: () => '/console/register/live/register',
    right: 200,
    isLive: true,
  },
  {
    route: 'GET /console/processes',
    scope: 'job:read',
    of: 'NHS',
    path: () => '/console/processes',
    right: 200,
  },
  { route: 'POST /console/sign-out', path: () => '/console/sign-out', right: 303 },
  { route: 'GET /console/runs', scope: 'job:read', of: 'NHS', path: () => '/console/runs', right: 200 },
  {
    route: 'GET /console/runs/:run_id',
    scope: 'job:read',
    of: 'NHS',
    path: ({ runId }) => `/console/runs/${runId}`,
    right: 200,
  },
  {
    route: 'GET /console/runs/live/:run_id',
    scope: 'job:read',
    of: 'NHS',
    path: ({ runId }) => `/console/runs/live/${runId}`,
    right: 200,
    isLive: true,
  },
  {
    route: 'GET /console/timetable',
    scope: 'job:read',
    of: 'NHS',
    path: () => '/console/timetable',
    right: 200,
  },
  {
    route: 'GET /console/timetable/:name/:action',
    scope: 'job:run',
    of: 'NHS',
    path: () => `/console/timetable/${JOB}/pause`,
    right: 200,
  },
  ...(['run', 'pause', 'resume'] as const).map((action): ConsolePage => ({
    route: `POST /console/timetable/:name/${action}`,
    scope: 'job:run',
    of: 'NHS',
    path: () => `/console/timetable/${action === 'run' ? JOB : PURGE_JOB}/${action}`,
    form: { reason: 'maintenance' },
    right: 303,
  })),
  {
    route: 'GET /console/persons',
    scope: 'person:read',
    of: 'NHS',
    path: () => '/console/persons',
    right: 200,
  },
  {
    route: 'POST /console/persons',
    scope: 'person:read',
    of: 'NHS',
    path: () => '/console/persons',
    form: { reason: 'inspection', unzr: UNZR },
    right: 200,
  },
  {
    route: 'GET /console/persons/:id',
    scope: SEES_PERSON,
    of: 'NHS',
    path: ({ personId }) => `/console/persons/${personId}`,
    right: 200,
  },
  {
    route: 'POST /console/persons/:id/card',
    scope: SEES_PERSON,
    of: 'NHS',
    path: ({ personId }) => `/console/persons/${personId}/card`,
    form: { reason: 'inspection' },
    right: 200,
  },
  {
    route: 'POST /console/persons/:id/checks',
    scope: 'person:verify',
    of: 'NHS',
    path: ({ personId }) => `/console/persons/${personId}/checks`,
    form: { stream: 'dms_passport' },
    right: 303,
  },
  {
    route: 'GET /console/persons/live/:id/checks',
    scope: SEES_PERSON,
    of: 'NHS',
    path: ({ personId }) => `/console/persons/live/${personId}/checks`,
    right: 200,
    isLive: true,
  },
  {
    route: 'GET /console/work-list',
    scope: 'person:read',
    of: 'NHS',
    path: () => '/console/work-list',
    right: 200,
  },
  {
    route: 'GET /console/cannot-be-checked',
    scope: 'job:read',
    of: 'NHS',
    path: () => '/console/cannot-be-checked',
    right: 200,
  },
  {
    route: 'GET /console/table-rows',
    scope: 'person:read',
    of: 'NHS',
    path: () => '/console/table-rows',
    right: 200,
  },
  {
    route: 'GET /console/persons/:id/history',
    scope: 'person:read',
    of: 'NHS',
    path: ({ personId }) => `/console/persons/${personId}/history`,
    right: 200,
  },
  {
    route: 'GET /console/persons/:id/decision',
    scope: 'person:verify',
    of: 'NHS',
    path: ({ personId }) => `/console/persons/${personId}/decision`,
    right: 200,
  },
  {
    route: 'POST /console/persons/:id/decision',
    scope: 'person:verify',
    of: 'NHS',
    path: ({ personId }) => `/console/persons/${personId}/decision`,
    form: { status: 'IN_REVIEW' },
    right: 200,
  },
  {
    route: 'GET /console/persons/:id/decided',
    scope: 'person:verify',
    of: 'NHS',
    path: ({ personId }) => `/console/persons/${personId}/decided`,
    right: 200,
  },
  {
    route: 'GET /console/relationships',
    scope: 'confidant_person_relationship_admin:read',
    of: 'NHS',
    path: () => '/console/relationships',
    right: 200,
  },
  {
    route: 'GET /console/relationships/:id',
    scope: 'confidant_person_relationship_admin:read',
    of: 'NHS',
    path: ({ relationshipId }) => `/console/relationships/${relationshipId}`,
    right: 200,
  },
  {
    route: 'GET /console/relationships/:id/decision',
    scope: 'confidant_person_relationship_admin:write',
    of: 'NHS',
    path: ({ relationshipId }) => `/console/relationships/${relationshipId}/decision`,
    right: 200,
  },
  {
    route: 'POST /console/relationships/:id/decision',
    scope: 'confidant_person_relationship_admin:write',
    of: 'NHS',
    path: ({ relationshipId }) => `/console/relationships/${relationshipId}/decision`,
    form: { verification_status: 'IN_REVIEW' },
    right: 200,
  },
  {
    route: 'GET /console/unzr',
    scope: 'unzr:read',
    of: 'NHS',
    path: () => '/console/unzr',
    right: 200,
  },
  {
    route: 'POST /console/unzr',
    scope: 'unzr:read',
    of: 'NHS',
    path: () => '/console/unzr',
    form: { unzr: UNZR },
    right: 303,
  },
  {
    route: 'POST /console/unzr/ask',
    scope: ASKS_REGISTER,
    of: 'NHS',
    path: () => '/console/unzr/ask',
    form: { unzr: UNZR },
    right: 303,
  },
  {
    route: 'GET /console/unzr/:id',
    scope: 'unzr:read',
    of: 'NHS',
    path: () => `/console/unzr/${UNZR_REQUEST_ID}`,
    right: 200,
  },
  {
    route: 'GET /console/unzr/live/:id',
    scope: 'unzr:read',
    of: 'NHS',
    path: () => `/console/unzr/live/${UNZR_REQUEST_ID}`,
    right: 200,
    isLive: true,
  },
  ...['GET', 'POST'].map((method): ConsolePage => ({
    route: `${method} /console/*path`,
    path: () => '/console/no-such-page',
    right: 404,
  })),
];
