import { z } from 'zod';
import { RELATIONSHIP_STATUSES } from '../../domain/confidant/relationship-status.rules';
import { id, text } from '../../http';

/** Room for the reasons of an official, and not for a book; our own measure. */
const LONGEST_COMMENT = 3_000;

const comment = text({ least: 0, most: LONGEST_COMMENT });

/** What an official wants of a relationship. A comment of spaces alone says nothing and counts as none. */
export const RELATIONSHIP_MOVE = z
  .strictObject({
    verification_status: z.enum(RELATIONSHIP_STATUSES),
    verification_comment: comment.nullish(),
    dracs_birth_act_id: id().nullish(),
  })
  .transform((body) => ({
    verificationStatus: body.verification_status,
    comment: body.verification_comment?.trim() || null,
    dracsBirthActId: body.dracs_birth_act_id ?? null,
  }));

/** Which relationships a list shows. Everything else that stands in the query is not ours. */
export const RELATIONSHIP_QUERY = z
  .object({
    person_id: id().optional(),
    confidant_person_id: id().optional(),
    verification_status: z.enum(RELATIONSHIP_STATUSES).optional(),
    is_expired: z.enum(['true', 'false']).optional(),
  })
  .transform((query) => ({
    personId: query.person_id,
    confidantPersonId: query.confidant_person_id,
    verificationStatus: query.verification_status,
    isExpired: query.is_expired === undefined ? undefined : query.is_expired === 'true',
  }));
