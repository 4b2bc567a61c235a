import { RETRY_KINDS, type RetryKind } from '../../domain/verification/technical-error';
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
  AnswerList,
  AnswerText,
  AnswerTime,
  AnswerWord,
  EmptyIsAbsent,
  FAULTS,
  MayBeAbsent,
  MayBeAbsentUnless,
  OneOf,
  PageQuery,
  MayBeNull,
  ReadsInput,
  refuseFields,
  validated,
} from '../../http';
import {
  type StreamFilter,
  type ChosenList,
  listedBy,
  type UncheckedFilter,
  unverified,
} from '../person-list.repository';
import type { Refusal } from '../../domain/refusal';
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

  @EmptyIsAbsent()
  @MayBeAbsent()
  @OneOf(RETRY_KINDS, { example: 'timeout', description: 'Kind of the last technical error.' })
  error?: RetryKind;

  get filter(): UncheckedFilter {
    return { stream: this.stream, error: this.error };
  }
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
  @OneOf(STREAMS, {
    example: 'dms_passport',
    description: 'Needs `status`: one is not sent without the other.',
  })
  stream?: StreamName;

  @EmptyIsAbsent()
  @MayBeAbsentUnless<UnverifiedQuery>(
    (query) => areValid(query) && (query.stream !== undefined || query.reason !== undefined),
  )
  @OneOf(STREAM_STATUSES, {
    example: 'NOT_VERIFIED',
    description: 'Status of the stream. Obligatory with `stream`, and not accepted without it.',
  })
  status?: StreamStatus;

  @EmptyIsAbsent()
  @MayBeAbsent()
  @OneOf(STREAM_REASONS, {
    example: 'AUTO_NOT_VALID',
    description: 'Reason of the stream. Needs `stream` and `status`.',
  })
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

const NAME = { nullable: true, description: 'Last name and initials.' };

/** A stream that keeps a person from being verified, or that the list was asked for. */
class ListedStreamDto {
  @AnswerWord(STREAMS)
  stream!: StreamName;

  @AnswerWord(STREAM_STATUSES)
  verification_status!: string;

  @AnswerWord(STREAM_REASONS)
  verification_reason!: string;

  @AnswerTime({
    nullable: true,
    description: 'When it became NOT_VERIFIED; kept while an official looks at the person.',
  })
  unverified_at!: string | null;
}

export class UnverifiedPersonDto extends ListedPersonDto {
  @AnswerText(NAME)
  name!: string | null;

  @AnswerList(ListedStreamDto, {
    description: 'The stream that was asked for; else all that are neither verified nor unneeded.',
  })
  streams!: ListedStreamDto[];
}

export const UNVERIFIED_PERSON_EXAMPLE = {
  ...LISTED_PERSON_EXAMPLE,
  name: 'Перепелиця Л. В.',
  streams: [
    {
      stream: 'dms_passport',
      verification_status: 'NOT_VERIFIED',
      verification_reason: 'AUTO_NOT_VALID',
      unverified_at: '2026-03-02T01:00:07.312Z',
    },
  ],
};

export class UncheckedPersonDto {
  @AnswerId()
  id!: string;

  @AnswerWord(REGISTER_STREAMS)
  stream!: string;

  @AnswerInteger({ minimum: 0, description: 'Technical errors in a row.' })
  attempts!: number;

  @AnswerText(NAME)
  name!: string | null;

  @AnswerWord(RETRY_KINDS, { nullable: true, description: 'Kind of the last one.' })
  error!: string | null;

  @AnswerText({ nullable: true, description: 'The last message to the register.' })
  message_id!: string | null;

  @AnswerTime()
  last_tried_at!: string;

  @AnswerTime({ nullable: true })
  next_try_at!: string | null;
}

export const UNCHECKED_PERSON_EXAMPLE = {
  id: '5a5b1c9e-0000-4000-8000-000000000001',
  stream: 'dms_passport',
  attempts: 12,
  name: 'Перепелиця Л. В.',
  error: 'timeout',
  message_id: '5a5b1c9e-0000-4000-8000-000000000006',
  last_tried_at: '2026-03-02T01:00:07.312Z',
  next_try_at: '2026-03-02T07:00:07.312Z',
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
  return refuseFields([{ entry: `$.${field}`, ...FAULTS.invalid(description) }]);
}
