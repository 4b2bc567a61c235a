import { type GuardedCall, UNZR } from './guarded-call';
import { GUARDED_FIELDS } from './guarded-fields';
import { JOB } from './installation';

export { type GuardedCall, UNZR } from './guarded-call';

/** Every call of the program that asks for a token has its row here, or this suite fails. */
export const GUARDED: readonly GuardedCall[] = [
  {
    call: 'GET /api/persons/:id/verification',
    scope: 'person_verification:details',
    path: ({ personId }) => `/api/persons/${personId}/verification`,
    right: 200,
  },
  {
    call: 'GET /api/persons/verifications',
    scope: 'person_verification:read',
    path: () => '/api/persons/verifications',
    right: 200,
  },
  {
    call: 'GET /api/admin/persons/unverified',
    scope: 'person:read',
    of: 'NHS',
    path: () => '/api/admin/persons/unverified',
    right: 200,
  },
  {
    call: 'GET /api/admin/persons/cannot_be_checked',
    scope: 'person:read',
    of: 'NHS',
    path: () => '/api/admin/persons/cannot_be_checked',
    right: 200,
  },
  {
    call: 'GET /api/admin/persons/:id/verification/:stream/check',
    scope: 'person:read',
    of: 'NHS',
    path: ({ personId }) => `/api/admin/persons/${personId}/verification/dms_passport/check`,
    right: 200,
  },
  {
    call: 'GET /api/admin/persons/:id/verification/history',
    scope: 'person:read',
    of: 'NHS',
    path: ({ personId }) => `/api/admin/persons/${personId}/verification/history`,
    right: 200,
  },
  {
    call: 'PATCH /api/admin/persons/:id/verification/nhs',
    scope: 'person:verify',
    of: 'NHS',
    path: ({ personId }) => `/api/admin/persons/${personId}/verification/nhs`,
    body: { status: 'IN_REVIEW' },
    right: 200,
  },
  {
    call: 'PATCH /api/admin/persons/:id/verification/:stream',
    scope: 'person:verify',
    of: 'NHS',
    path: ({ personId }) => `/api/admin/persons/${personId}/verification/dms_passport`,
    body: { status: 'VERIFICATION_NEEDED' },
    right: 200,
  },
  { call: 'GET /api/admin/jobs', scope: 'job:read', of: 'NHS', path: () => '/api/admin/jobs', right: 200 },
  {
    call: 'GET /api/admin/jobs/:run_id',
    scope: 'job:read',
    of: 'NHS',
    path: ({ runId }) => `/api/admin/jobs/${runId}`,
    right: 200,
  },
  {
    call: 'POST /api/admin/jobs/:name/run',
    scope: 'job:run',
    of: 'NHS',
    path: () => `/api/admin/jobs/${JOB}/run`,
    right: 202,
  },
  {
    call: 'GET /api/admin/confidant_person_relationships',
    scope: 'confidant_person_relationship_admin:read',
    of: 'NHS',
    path: () => '/api/admin/confidant_person_relationships',
    right: 200,
  },
  {
    call: 'GET /api/admin/confidant_person_relationships/:id',
    scope: 'confidant_person_relationship_admin:read',
    of: 'NHS',
    path: ({ relationshipId }) => `/api/admin/confidant_person_relationships/${relationshipId}`,
    right: 200,
  },
  {
    call: 'PATCH /api/admin/confidant_person_relationships/:id',
    scope: 'confidant_person_relationship_admin:write',
    of: 'NHS',
    path: ({ relationshipId }) => `/api/admin/confidant_person_relationships/${relationshipId}`,
    body: { verification_status: 'VERIFICATION_NEEDED' },
    right: 200,
  },
  {
    call: 'POST /api/admin/unzr_info/sync',
    scope: 'unzr:write',
    of: 'NHS',
    path: () => '/api/admin/unzr_info/sync',
    body: { unzr: UNZR },
    right: 202,
  },
  {
    call: 'GET /api/admin/unzr_info',
    scope: 'unzr:read',
    of: 'NHS',
    path: () => `/api/admin/unzr_info?unzr=${UNZR}`,
    right: 200,
  },
  ...GUARDED_FIELDS,
];
