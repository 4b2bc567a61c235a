import { z } from 'zod';
import {
  CUMULATIVE_STATUSES,
  STREAM_REASONS,
  STREAM_STATUSES,
  REGISTER_STREAMS,
} from '../../domain/verification/stream';
import { type Description, toldAt } from '../../http';
import { NHS_MOVE } from '../nhs-status.service';
import { REPEAT_ASKED } from '../stream-restart.service';
import { CHECK } from './described-checks.dto';

/** What every stream has. */
const STREAM = z.strictObject({
  verification_status: z.enum(STREAM_STATUSES),
  verification_reason: z.enum(STREAM_REASONS),
});

const comment = { verification_comment: z.string().nullable() };
const unverified = { unverified_at: toldAt.nullable() };
const synced = { synced_at: toldAt.nullable() };
const found = z.int().min(0).max(1).nullable().meta({ description: '1 found, 0 not found.' });

const REGISTER_STREAM = STREAM.extend({ status: found, ...synced, ...unverified });

/** Each with what it has of the common columns. */
const VERIFICATION = z.strictObject({
  verification_status: z.enum(CUMULATIVE_STATUSES).nullable(),
  details: z.strictObject({
    nhs: STREAM.extend({ ...comment, ...unverified }),
    drfo: STREAM.extend({ result: z.int().nullable(), ...synced, ...unverified }),
    dracs_death: STREAM.extend({ ...comment, ...unverified }),
    dracs_birth: STREAM.extend({ ...synced, ...comment, ...unverified }),
    dracs_name_change: STREAM.extend(comment),
    legal_capacity: STREAM.extend(unverified),
    unzr: REGISTER_STREAM,
    mvs_passport: REGISTER_STREAM,
    dms_passport: REGISTER_STREAM,
  }),
});

const NOT_NEEDED = { verification_status: 'VERIFICATION_NOT_NEEDED', verification_reason: 'INITIAL' };
const WAITING = { verification_status: 'VERIFICATION_NEEDED', verification_reason: 'ONLINE_TRIGGERED' };
const NOT_ASKED = { ...WAITING, status: null, synced_at: null, unverified_at: null };

const EXAMPLE = {
  verification_status: 'CHANGES_NEEDED',
  details: {
    nhs: { ...NOT_NEEDED, verification_comment: null, unverified_at: null },
    drfo: { ...NOT_NEEDED, result: null, synced_at: null, unverified_at: null },
    dracs_death: { ...NOT_NEEDED, verification_comment: null, unverified_at: null },
    dracs_birth: { ...NOT_NEEDED, synced_at: null, verification_comment: null, unverified_at: null },
    dracs_name_change: { ...NOT_NEEDED, verification_comment: null },
    legal_capacity: { ...NOT_NEEDED, unverified_at: null },
    unzr: NOT_ASKED,
    mvs_passport: NOT_ASKED,
    dms_passport: {
      verification_status: 'NOT_VERIFIED',
      verification_reason: 'AUTO_NOT_VALID',
      status: 1,
      synced_at: '2026-03-02T01:00:07.312Z',
      unverified_at: '2026-03-02T01:00:07.312Z',
    },
  },
};

const answer = { schema: VERIFICATION, example: EXAMPLE };

export const VERIFICATION_OF_PERSON: Description = {
  summary: 'How the verification of a person stands: the sum, and each stream with what it has',
  answer,
  refusals: ['verification_not_found'],
};

export const MOVE_OF_NHS: Description = {
  summary: 'An official takes a person into work, accepts him or rejects him',
  says: 'Rows N4–N6. Answers with how the verification stands afterwards.',
  body: { schema: NHS_MOVE, example: { status: 'NOT_VERIFIED', comment: 'прізвище не збігається' } },
  answer,
  refusals: [
    'person_not_found',
    'person_not_active',
    'manual_verification_refused',
    'status_change_refused',
    'comment_required',
    'verification_not_found',
  ],
};

export const REPEAT_OF_CHECK: Description = {
  summary: 'An official has a register stream of a person checked again',
  says: 'Row S10. Answers with how the verification stands afterwards; with run, also with the check made at once.',
  path: { stream: { schema: z.enum(REGISTER_STREAMS), example: 'dms_passport' } },
  body: { schema: REPEAT_ASKED, example: { status: 'VERIFICATION_NEEDED', run: true } },
  answer: {
    schema: VERIFICATION.extend({ check: CHECK.schema.optional() }),
    example: { ...EXAMPLE, check: CHECK.example },
  },
  refusals: ['person_not_found', 'person_not_active', 'verification_not_found', 'check_not_found'],
};
