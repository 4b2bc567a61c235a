import { z } from 'zod';
import { type RefusalCode, REFUSALS } from '../../domain/refusal';
import { type Description, toldId } from '../../http';
import { confidantPerson } from './person-parts.dto';
import { PERSON_FIELDS, SIGN_UP_CONTENT } from './person-request.dto';
import { CHILD, CONFIDANT, SIGNED_CONTENT_EXAMPLE, SIGNED_EXAMPLE } from './sign-up-examples.dto';
import { REGISTER_BODY, SIGN_UP_BODY } from './sign-up-body.dto';

/** What was signed without the secret, and the names of the confidant. */
const TOLD_PERSON = PERSON_FIELDS.omit({ secret: true }).extend({
  confidant_person: confidantPerson.extend({
    first_name: z.string(),
    last_name: z.string(),
    second_name: z.string().nullable(),
  }),
});

const { secret: _, ...TOLD_CHILD } = CHILD;
const TOLD_EXAMPLE = { ...TOLD_CHILD, confidant_person: { ...CHILD.confidant_person, ...CONFIDANT } };

/** All that can be wrong with a container, its signature and its certificate. */
const OF_SIGNATURE = (Object.keys(REFUSALS) as RefusalCode[]).filter((code) =>
  /^(?:signature|certificate)_/.test(code),
);

const OF_BOTH: readonly RefusalCode[] = [
  'too_many_requests',
  'signed_content_invalid',
  ...OF_SIGNATURE,
  'applicant_user_not_found',
  'applicant_user_blocked',
  'applicant_person_not_found',
  'applicant_too_young',
  'confidant_is_not_signer',
  'consent_missing',
  'confidant_without_method',
  'confidant_not_verified',
  'third_person_limit_exceeded',
];

const schemas = { SignedContent: { schema: SIGN_UP_CONTENT, example: SIGNED_CONTENT_EXAMPLE } };
const WHAT_IS_SIGNED = 'What is signed is JSON of the schema SignedContent.';

export const SIGN_UP_VALIDATION: Description = {
  summary: 'Step 1 of a sign-up: everything is checked and nothing is written',
  says: `${WHAT_IS_SIGNED} The token is good for step 2 with the same content.`,
  schemas,
  body: { schema: SIGN_UP_BODY, example: SIGNED_EXAMPLE },
  answer: {
    schema: z.strictObject({ person: TOLD_PERSON, token: z.string().regex(/^[\w-]+\.[\w-]+\.[\w-]+$/) }),
    example: { person: TOLD_EXAMPLE, token: 'eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJFSGVhbHRoIn0.c2lnbmF0dXJl' },
  },
  refusals: OF_BOTH,
};

export const REGISTRATION: Description = {
  summary: 'Step 2 of a sign-up: registers the person, or finds him, all or nothing',
  says: `${WHAT_IS_SIGNED} Sent again after a lost answer it finds what it made.`,
  schemas,
  body: {
    schema: REGISTER_BODY,
    example: { ...SIGNED_EXAMPLE, jwt: 'eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJFSGVhbHRoIn0.c2lnbmF0dXJl' },
  },
  answer: {
    schema: z.strictObject({
      person: TOLD_PERSON.extend({ id: toldId }),
      user: z.strictObject({ id: toldId, tax_id: z.string().regex(/^(?:[0-9]{10})?$/) }),
      access_token: z.string().min(1),
    }),
    example: {
      person: { ...TOLD_EXAMPLE, id: '5a5b1c9e-0000-4000-8000-000000000001' },
      user: { id: '5a5b1c9e-0000-4000-8000-000000000002', tax_id: '' },
      access_token: 'a-token-that-is-told-once',
    },
  },
  refusals: [
    ...OF_BOTH,
    'session_refused',
    'person_not_unique',
    'legal_capacity_proved',
    'confidant_has_confidant',
    'relationship_exists',
    'user_blocked',
    'signed_content_not_saved',
    'registration_contended',
  ],
};
