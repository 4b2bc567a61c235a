/** What a call may ask of its caller. Closed, so that a misspelt scope does not compile instead of shutting a call. */
export const SCOPES = [
  'person_verification:details',
  'person_verification:read',
  'person:read',
  'person:verify',
  'confidant_person_relationship_admin:read',
  'confidant_person_relationship_admin:write',
  'unzr:read',
  'unzr:write',
  'job:read',
  'job:run',
] as const;

export type Scope = (typeof SCOPES)[number];
