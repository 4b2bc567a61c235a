import { z } from 'zod';
import { RETRY_KINDS } from '../../domain/verification/technical-error';
import { REGISTER_STREAMS } from '../../domain/verification/stream';
import { type Description, toldAt, toldId } from '../../http';
import { PERSON_NOT_ACTIVE } from '../check-request.repository';
import { UNCHECKED_QUERY } from './list-queries.dto';

const STREAM = z.enum(REGISTER_STREAMS);
const ERROR = z.enum(RETRY_KINDS).nullable();
const attempts = z.int().min(0).meta({ description: 'Technical errors in a row.' });

/** A check that somebody asked for. */
export const CHECK = {
  schema: z.strictObject({
    stream: STREAM,
    state: z.enum(['waiting', 'asking', 'done', 'failed']),
    requested_at: toldAt,
    requested_by: toldId,
    ended_at: toldAt.nullable(),
    error: z.enum([...RETRY_KINDS, PERSON_NOT_ACTIVE]).nullable(),
    attempts,
    next_try_at: toldAt.nullable(),
  }),
  example: {
    stream: 'dms_passport',
    state: 'waiting',
    requested_at: '2026-03-02T09:14:51.120Z',
    requested_by: '5a5b1c9e-0000-4000-8000-000000000004',
    ended_at: null,
    error: null,
    attempts: 0,
    next_try_at: null,
  },
};

export const CHECK_OF_PERSON: Description = {
  summary: 'How a check stands that somebody asked for at once',
  path: { stream: { schema: STREAM, example: 'dms_passport' } },
  answer: CHECK,
  refusals: ['person_not_found', 'check_not_found'],
};

export const LIST_OF_UNCHECKED: Description = {
  summary: 'Persons about whom a register gives no usable answer, again and again',
  query: { schema: UNCHECKED_QUERY, example: { stream: 'dms_passport' } },
  answer: {
    schema: z.strictObject({
      id: toldId,
      stream: STREAM,
      attempts,
      error: ERROR.meta({ description: 'Kind of the last one.' }),
      last_tried_at: toldAt,
      next_try_at: toldAt.nullable(),
    }),
    example: {
      id: '5a5b1c9e-0000-4000-8000-000000000001',
      stream: 'dms_passport',
      attempts: 12,
      error: 'timeout',
      last_tried_at: '2026-03-02T01:00:07.312Z',
      next_try_at: '2026-03-02T07:00:07.312Z',
    },
  },
  isList: true,
};
