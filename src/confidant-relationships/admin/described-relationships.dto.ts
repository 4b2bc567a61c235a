import { z } from 'zod';
import {
  RELATIONSHIP_REASONS,
  RELATIONSHIP_STATUSES,
} from '../../domain/confidant/relationship-status.rules';
import { RELATION_TYPES, RELATIONSHIP_DOCUMENT_TYPES } from '../../domain/person/dictionaries';
import { type Description, toldAt, toldDay, toldId } from '../../http';
import { RELATIONSHIP_MOVE, RELATIONSHIP_QUERY } from './relationship-requests.dto';

const MASKED_PERSON = z.strictObject({
  name: z.string(),
  phones: z.array(z.strictObject({ type: z.string(), number: z.string().regex(/\*/) })),
});

const LISTED = z.strictObject({
  id: toldId,
  person_id: toldId,
  person: MASKED_PERSON.nullable(),
  confidant_person_id: toldId.nullable(),
  confidant_person: MASKED_PERSON.nullable(),
  relation_type: z.enum(RELATION_TYPES).nullable(),
  is_active: z.boolean().nullable(),
  active_to: toldDay.nullable(),
  is_expired: z.boolean(),
  verification_status: z.enum(RELATIONSHIP_STATUSES).nullable(),
  verification_reason: z.enum(RELATIONSHIP_REASONS).nullable(),
  unverified_at: toldAt.nullable(),
  dracs_birth_act_id: toldId.nullable(),
  dracs_birth_synced_at: toldAt.nullable(),
  inserted_at: toldAt,
  updated_at: toldAt,
});

const DETAILS = LISTED.extend({
  verification_comment: z.string().nullable(),
  inserted_by: toldId.nullable(),
  updated_by: toldId.nullable(),
  documents: z.array(
    z.strictObject({
      type: z.enum(RELATIONSHIP_DOCUMENT_TYPES),
      number: z.string().meta({ description: 'All but the last two symbols are hidden.' }),
      issued_by: z.string().nullable(),
      issued_at: toldDay.nullable(),
    }),
  ),
});

const LISTED_EXAMPLE = {
  id: '5a5b1c9e-0000-4000-8000-000000000001',
  person_id: '5a5b1c9e-0000-4000-8000-000000000002',
  person: { name: 'Перепелиця Л. В.', phones: [] },
  confidant_person_id: '5a5b1c9e-0000-4000-8000-000000000003',
  confidant_person: {
    name: 'Перепелиця З. Т.',
    phones: [{ type: 'MOBILE', number: '+38093*****85' }],
  },
  relation_type: 'PRIMARY',
  is_active: true,
  active_to: '2039-05-04',
  is_expired: false,
  verification_status: 'VERIFIED',
  verification_reason: 'MANUAL',
  unverified_at: null,
  dracs_birth_act_id: '5a5b1c9e-0000-4000-8000-000000000004',
  dracs_birth_synced_at: null,
  inserted_at: '2026-03-02T09:14:51.120Z',
  updated_at: '2026-03-03T07:40:02.006Z',
};

const DETAILS_EXAMPLE = {
  ...LISTED_EXAMPLE,
  verification_comment: null,
  inserted_by: '5a5b1c9e-0000-4000-8000-000000000005',
  updated_by: '5a5b1c9e-0000-4000-8000-000000000006',
  documents: [
    {
      type: 'BIRTH_CERTIFICATE',
      number: '*******31',
      issued_by: 'Вербоградський відділ реєстрації',
      issued_at: '2021-05-11',
    },
  ],
};

export const LIST_OF_RELATIONSHIPS: Description = {
  summary: 'Relationships with confidant persons, newest first; both persons masked',
  query: {
    schema: RELATIONSHIP_QUERY,
    example: { verification_status: 'VERIFICATION_NEEDED', is_expired: 'false' },
  },
  answer: { schema: LISTED, example: LISTED_EXAMPLE },
  isList: true,
};

export const ONE_RELATIONSHIP: Description = {
  summary: 'One relationship with its documents',
  answer: { schema: DETAILS, example: DETAILS_EXAMPLE },
  refusals: ['relationship_not_found'],
};

export const MOVE_OF_RELATIONSHIP: Description = {
  summary: 'An official moves a relationship',
  says: 'Rows R1–R4. Answers with the relationship as it stands after the move.',
  body: {
    schema: RELATIONSHIP_MOVE,
    example: {
      verification_status: 'VERIFIED',
      dracs_birth_act_id: '5a5b1c9e-0000-4000-8000-000000000004',
    },
  },
  answer: { schema: DETAILS, example: DETAILS_EXAMPLE },
  refusals: ['relationship_not_found', 'status_change_refused', 'comment_required'],
};
