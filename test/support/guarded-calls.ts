import { JOB } from './test-environment';
import { globalId } from '../../src/graphql';
import { PURGE_JOB } from '../../src/jobs';
import { aPerson, aRelationship } from './builders';
import type { Session } from './sql-session';

/** What there is to be asked for, by its id. */
export interface There {
  readonly personId: string;
  readonly relationshipId: string;
  readonly runId: string;
}

/** What is kept for some callers. */
export interface Guarded {
  /** Kept for callers of this type of legal entity. */
  readonly of?: 'NHS';
  /** What it is asked with; a good request. */
  readonly path: (there: There) => string;
  /** What the right caller is answered with. */
  readonly right: number;
}

/** A call that asks for a token. */
export interface GuardedCall extends Guarded {
  readonly call: string;
  /** The field of GraphQL it asks for, after the type it belongs to. */
  readonly field?: string;
  readonly scope: string;
  readonly body?: object | ((there: There) => object);
}

/** The register knows it. */
export const UNZR = '19900101-00001';

interface GuardedField {
  readonly field: string;
  readonly scope: string;
  /** A good operation. */
  readonly asks: (there: There) => string;
}

const personIn = ({ personId }: There): string => globalId('Person', personId);

const repeat = (stream: string): GuardedField => ({
  field: `Mutation.updatePerson${stream}VerificationStatus`,
  scope: 'person:verify',
  asks: (there) => {
    const name = `${stream.charAt(0).toLowerCase()}${stream.slice(1)}Verification`;
    const input = `personId: "${personIn(there)}", ${name}Status: VERIFICATION_NEEDED, ${name}Reason: ONLINE_TRIGGERED`;
    return `mutation { updatePerson${stream}VerificationStatus(input: { ${input} }) { person { id } } }`;
  },
});

const FIELDS: readonly GuardedField[] = [
  {
    field: 'Query.unzrInfoRegister',
    scope: 'unzr:read',
    asks: () => `{ unzrInfoRegister(unzr: "${UNZR}") { unzr } }`,
  },
  {
    field: 'Query.person',
    scope: 'person:read',
    asks: (there) => `{ person(id: "${personIn(there)}") { lastName } }`,
  },
  {
    field: 'Query.unverifiedPersons',
    scope: 'person:read',
    asks: () => '{ unverifiedPersons { nodes { id } } }',
  },
  {
    field: 'Mutation.syncUnzrInfoRegister',
    scope: 'unzr:write',
    asks: () => `mutation { syncUnzrInfoRegister(input: { unzr: "${UNZR}" }) { unzrInfo { id } } }`,
  },
  {
    field: 'Mutation.updatePersonManualRulesVerificationStatus',
    scope: 'person:verify',
    asks: (there) => `mutation { updatePersonManualRulesVerificationStatus(
      input: { personId: "${personIn(there)}", manualRulesVerificationStatus: IN_REVIEW }) { person { id } } }`,
  },
  repeat('DmsPassport'),
  repeat('MvsPassport'),
  repeat('Unzr'),
  {
    field: 'Mutation.updateConfidantPersonRelationship',
    scope: 'confidant_person_relationship_admin:write',
    asks: ({ relationshipId }) => `mutation { updateConfidantPersonRelationship(input: {
      confidantPersonRelationshipId: "${relationshipId}", verificationStatus: VERIFICATION_NEEDED })
      { confidantPersonRelationship { id } } }`,
  },
];

/** Every field that an operation can begin with, as rows of the one table of who may what. */
export const GUARDED_FIELDS: readonly GuardedCall[] = FIELDS.map(({ field, scope, asks }) => ({
  call: `POST /graphql ${field}`,
  field,
  scope,
  of: 'NHS',
  path: () => '/graphql',
  body: (there) => ({ query: asks(there) }),
  right: 200,
}));

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
    call: 'POST /api/admin/persons/search',
    scope: 'person:read',
    of: 'NHS',
    path: () => '/api/admin/persons/search',
    body: { unzr: UNZR, reason: 'inspection' },
    right: 200,
  },
  {
    call: 'GET /api/admin/persons/:id/card',
    scope: 'person:read',
    of: 'NHS',
    path: ({ personId }) => `/api/admin/persons/${personId}/card`,
    right: 200,
  },
  {
    call: 'POST /api/admin/persons/:id/card/reveal',
    scope: 'person:read',
    of: 'NHS',
    path: ({ personId }) => `/api/admin/persons/${personId}/card/reveal`,
    body: { reason: 'inspection' },
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
    call: 'GET /api/admin/persons/:id/verification/nhs/moves',
    scope: 'person:verify',
    of: 'NHS',
    path: ({ personId }) => `/api/admin/persons/${personId}/verification/nhs/moves`,
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
  {
    call: 'GET /api/admin/sweeps',
    scope: 'job:read',
    of: 'NHS',
    path: () => '/api/admin/sweeps',
    right: 200,
  },
  {
    call: 'GET /api/admin/register',
    scope: 'job:read',
    of: 'NHS',
    path: () => '/api/admin/register',
    right: 200,
  },
  {
    call: 'GET /api/admin/processes',
    scope: 'job:read',
    of: 'NHS',
    path: () => '/api/admin/processes',
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
    call: 'GET /api/admin/jobs/schedule',
    scope: 'job:read',
    of: 'NHS',
    path: () => '/api/admin/jobs/schedule',
    right: 200,
  },
  {
    call: 'POST /api/admin/jobs/:name/pause',
    scope: 'job:run',
    of: 'NHS',
    path: () => `/api/admin/jobs/${PURGE_JOB}/pause`,
    body: { reason: 'maintenance' },
    right: 200,
  },
  {
    call: 'POST /api/admin/jobs/:name/resume',
    scope: 'job:run',
    of: 'NHS',
    path: () => `/api/admin/jobs/${PURGE_JOB}/resume`,
    right: 200,
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

/** A run of long ago. */
async function endedRun(sql: Session): Promise<string> {
  const text = `INSERT INTO mpi.job_runs (job, status, started_at, finished_at) VALUES ($1, 'FINISHED', now(), now())
    RETURNING id`;
  const [run] = await sql.query<{ id: string }>({ text }, [JOB]);
  return run?.id ?? '';
}

export const UNZR_REQUEST_ID = '5a5b1c9e-0000-4000-8000-000000000071';

/** Somebody asked about the UNZR long ago. */
async function askedUnzr(sql: Session): Promise<void> {
  const text = `
    INSERT INTO mimir.unzr_info (id, unzr, job_status, inserted_by, updated_by) VALUES ($3, $1, 'failed', $2, $2)`;
  await sql.query({ text }, [UNZR, '11111111-1111-4111-8111-111111111111', UNZR_REQUEST_ID]);
}

/** Somebody had the person checked at once, long ago. */
async function askedCheck(sql: Session, personId: string): Promise<void> {
  const text = `
    INSERT INTO mpi.check_requests (person_id, stream, requested_by, next_look_at, ended_at, ended_as)
    VALUES ($1, 'dms_passport', gen_random_uuid(), NULL, now(), 'done')`;
  await sql.query({ text }, [personId]);
}

/** Saves what calls and pages are asked about: a person, unless there is one already, and what belongs to them. */
export async function saveThere(sql: Session, person?: string): Promise<There> {
  const personId =
    person ?? (await aPerson().stream('nhs', 'VERIFICATION_NEEDED', 'RULES_TRIGGERED').save(sql));
  const relationshipId = await aRelationship().of(personId).save(sql);
  await askedUnzr(sql);
  await askedCheck(sql, personId);
  return { personId, relationshipId, runId: await endedRun(sql) };
}
