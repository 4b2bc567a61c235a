import { z } from 'zod';
import { CUMULATIVE_STATUSES } from '../../domain/verification/stream';
import { type Description, toldAt, toldId } from '../../http';
import { STATUS_QUERY, UNVERIFIED_QUERY } from './list-queries.dto';

const LISTED_PERSON = {
  schema: z.strictObject({ id: toldId, verification_status: z.enum(CUMULATIVE_STATUSES).nullable() }),
  example: { id: '5a5b1c9e-0000-4000-8000-000000000001', verification_status: 'CHANGES_NEEDED' },
};

/** A status or reason before and after; nothing before when the stream begins with its person. */
const CHANGE = z.strictObject({ old_value: z.string().nullable(), new_value: z.string().nullable() });

export const LIST_OF_PERSONS: Description = {
  summary: 'Active persons by what their verification adds up to',
  query: { schema: STATUS_QUERY, example: { verification_status: 'CHANGES_NEEDED' } },
  answer: LISTED_PERSON,
  isList: true,
};

export const LIST_OF_UNVERIFIED: Description = {
  summary: 'Active persons who are not verified',
  says: 'With a stream: whose stream has this status, and this reason if one is named. A stream needs a status.',
  query: {
    schema: UNVERIFIED_QUERY,
    example: { stream: 'dms_passport', status: 'NOT_VERIFIED', reason: 'AUTO_NOT_VALID' },
  },
  answer: LISTED_PERSON,
  isList: true,
};

export const HISTORY_OF_PERSON: Description = {
  summary: 'How the verification of a person came to stand as it does, newest first',
  answer: {
    schema: z.strictObject({
      id: toldId,
      inserted_at: toldAt,
      actor_id: toldId.nullable(),
      row: z.string().nullable().meta({ description: 'The row of the transition tables.' }),
      changeset: z.record(z.string(), CHANGE).nullable(),
      run_id: toldId.nullable(),
      message_id: z.string().nullable().meta({ description: 'Under which the register was asked.' }),
      duration_ms: z.int().nullable(),
    }),
    example: {
      id: '5a5b1c9e-0000-4000-8000-000000000003',
      inserted_at: '2026-03-02T01:00:07.312Z',
      actor_id: '5a5b1c9e-0000-4000-8000-000000000004',
      row: 'S7',
      changeset: {
        dms_passport_verification_status: { old_value: 'IN_REVIEW', new_value: 'NOT_VERIFIED' },
        dms_passport_verification_reason: { old_value: 'AUTO', new_value: 'AUTO_NOT_VALID' },
      },
      run_id: '5a5b1c9e-0000-4000-8000-000000000005',
      message_id: '5a5b1c9e-0000-4000-8000-000000000006',
      duration_ms: 41,
    },
  },
  isList: true,
  refusals: ['person_not_found'],
};
