import { RETRY_KINDS } from '../../domain/verification/technical-error';
import {
  CUMULATIVE_STATUSES,
  type CumulativeStatus,
  STREAM_REASONS,
  STREAM_STATUSES,
  type StreamReason,
  type StreamStatus,
  REGISTER_STREAMS,
  type RegisterStreamName,
  type StreamName,
  STREAMS,
} from '../../domain/verification/stream';
import {
  AnswerId,
  AnswerInteger,
  AnswerSchema,
  AnswerText,
  AnswerTime,
  AnswerWord,
  EmptyIsAbsent,
  MayBeAbsent,
  MayBeAbsentUnless,
  OneOf,
  PageQuery,
  MayBeNull,
  ReadsInput,
  validated,
} from '../../http';
import { type StreamFilter, type ChosenList, listedBy, unverified } from '../person-list.repository';
import { Refusal } from '../../domain/refusal';
import { GRAPHQL_NAMES } from './person-nodes';

/** The query of the list of all persons. */
export class StatusQuery extends PageQuery {
  @EmptyIsAbsent()
  @MayBeAbsent()
  @OneOf(CUMULATIVE_STATUSES, { example: 'CHANGES_NEEDED' })
  verification_status?: CumulativeStatus;
}

/** The query of the list of persons who cannot be checked. */
export class UncheckedQuery extends PageQuery {
  @EmptyIsAbsent()
  @MayBeAbsent()
  @OneOf(REGISTER_STREAMS, { example: 'dms_passport' })
  stream?: RegisterStreamName;
}

const isAbsentOr = (values: readonly string[], value: unknown): boolean =>
  value === undefined || values.includes(value as string);

/** Which fields need each other is only judged when all of them are valid. */
const areValid = ({ stream, status, reason }: UnverifiedQuery): boolean =>
  isAbsentOr(STREAMS, stream) && isAbsentOr(STREAM_STATUSES, status) && isAbsentOr(STREAM_REASONS, reason);

/** The query of the list of unverified persons. A stream is requested with its status; a reason narrows the list. */
export class UnverifiedQuery extends PageQuery {
  @EmptyIsAbsent()
  @MayBeAbsentUnless<UnverifiedQuery>(
    (query) => areValid(query) && (query.status !== undefined || query.reason !== undefined),
  )
  @OneOf(STREAMS, { example: 'dms_passport' })
  stream?: StreamName;

  @EmptyIsAbsent()
  @MayBeAbsentUnless<UnverifiedQuery>(
    (query) => areValid(query) && (query.stream !== undefined || query.reason !== undefined),
  )
  @OneOf(STREAM_STATUSES, { example: 'NOT_VERIFIED' })
  status?: StreamStatus;

  @EmptyIsAbsent()
  @MayBeAbsent()
  @OneOf(STREAM_REASONS, { example: 'AUTO_NOT_VALID' })
  reason?: StreamReason;

  get filter(): StreamFilter | undefined {
    const { stream, status, reason } = this;
    return stream === undefined || status === undefined ? undefined : { stream, status, reason };
  }
}

export class ListedPersonDto {
  @AnswerId()
  id!: string;

  @AnswerWord(CUMULATIVE_STATUSES, { nullable: true })
  verification_status!: string | null;
}

export const LISTED_PERSON_EXAMPLE = {
  id: '5a5b1c9e-0000-4000-8000-000000000001',
  verification_status: 'CHANGES_NEEDED',
};

export class UncheckedPersonDto {
  @AnswerId()
  id!: string;

  @AnswerWord(REGISTER_STREAMS)
  stream!: string;

  @AnswerInteger({ minimum: 0, description: 'Technical errors in a row.' })
  attempts!: number;

  @AnswerWord(RETRY_KINDS, { nullable: true, description: 'Kind of the last one.' })
  error!: string | null;

  @AnswerTime()
  last_tried_at!: string;

  @AnswerTime({ nullable: true })
  next_try_at!: string | null;
}

export const UNCHECKED_PERSON_EXAMPLE = {
  id: '5a5b1c9e-0000-4000-8000-000000000001',
  stream: 'dms_passport',
  attempts: 12,
  error: 'timeout',
  last_tried_at: '2026-03-02T01:00:07.312Z',
  next_try_at: '2026-03-02T07:00:07.312Z',
};

const WORD_OR_NULL = { anyOf: [{ type: 'string' }, { type: 'null' }] };

/** A status or reason before and after; null before when the stream begins with its person. */
const CHANGE = {
  type: 'object',
  properties: { old_value: WORD_OR_NULL, new_value: WORD_OR_NULL },
  required: ['old_value', 'new_value'],
  additionalProperties: false,
};

/** One change of one stream. */
export class HistoryEntryDto {
  @AnswerId()
  id!: string;

  @AnswerTime()
  inserted_at!: string;

  @AnswerId({ nullable: true })
  actor_id!: string | null;

  @AnswerText({ nullable: true, description: 'The row of the transition tables.' })
  row!: string | null;

  @AnswerSchema(
    { type: 'object', propertyNames: { type: 'string' }, additionalProperties: CHANGE },
    { nullable: true },
  )
  changeset!: object | null;

  @AnswerId({ nullable: true })
  run_id!: string | null;

  @AnswerText({ nullable: true, description: 'The id of the message to the register.' })
  message_id!: string | null;

  @AnswerInteger({ nullable: true })
  duration_ms!: number | null;
}

export const HISTORY_ENTRY_EXAMPLE = {
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
};

/** VERIFIED is no status of somebody who is not. */
const CUMULATIVE = ['VERIFICATION_NEEDED', 'CHANGES_NEEDED', 'NOT_VERIFIED'] as const;

const fieldOf = (stream: keyof typeof GRAPHQL_NAMES): string => `${GRAPHQL_NAMES[stream]}VerificationStatus`;

/** To send null is to send nothing. */
@ReadsInput({ dropsUnknown: true })
class PersonFilter {
  @MayBeNull()
  @OneOf(CUMULATIVE)
  verificationStatus?: (typeof CUMULATIVE)[number] | null;

  @MayBeNull()
  @OneOf(STREAM_REASONS)
  verificationReason?: StreamReason | null;
}

/** The status of each stream, under the name of its field. */
@ReadsInput({ dropsUnknown: true })
class StreamsFilter {
  readonly [field: string]: StreamStatus | null | undefined;
}

for (const stream of STREAMS) {
  MayBeNull()(StreamsFilter.prototype, fieldOf(stream));
  OneOf(STREAM_STATUSES)(StreamsFilter.prototype, fieldOf(stream));
}

/** The list that a filter chooses: the same lists as those of REST, each of which asks one question. */
export async function listChosenBy(filter: unknown): Promise<ChosenList> {
  const sent = await validated(PersonFilter, filter ?? {});
  const ofStreams = await validated(StreamsFilter, filter ?? {});
  const verificationStatus = sent.verificationStatus ?? undefined;
  const reason = sent.verificationReason ?? undefined;
  const asked = STREAMS.flatMap((stream) => {
    const status = ofStreams[fieldOf(stream)] ?? undefined;
    return status === undefined ? [] : [{ stream, status }];
  });
  const [ofStream] = asked;
  if (asked.length + (verificationStatus === undefined ? 0 : 1) > 1)
    throw refused('filter', 'only one status can be asked for');
  if (ofStream !== undefined) return unverified({ ...ofStream, reason });
  if (reason !== undefined)
    throw refused('verificationReason', 'a reason is asked for with the status of a stream');
  return verificationStatus === undefined ? unverified(undefined) : listedBy(verificationStatus);
}

function refused(field: string, description: string): Refusal {
  return new Refusal('validation_failed', {
    faults: [{ entry: `$.${field}`, rule: 'invalid', description, params: [] }],
  });
}
