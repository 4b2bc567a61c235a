import { RETRY_KINDS } from '../../domain/verification/technical-error';
import {
  CUMULATIVE_STATUSES,
  STREAM_REASONS,
  STREAM_STATUSES,
  REGISTER_STREAMS,
  type RegisterStreamName,
} from '../../domain/verification/stream';
import { NHS_STATUS_TABLE } from '../../domain/verification/nhs-status.rules';
import { STREAM_STATUS_TABLE } from '../../domain/verification/stream-status.table';
import {
  AnswerId,
  AnswerInteger,
  AnswerList,
  AnswerObject,
  AnswerText,
  AnswerTime,
  AnswerWord,
  AnyText,
  MayBeAbsent,
  MayBeNull,
  OneOf,
  Text,
  UuidInPath,
  YesOrNo,
} from '../../http';
import { PERSON_NOT_ACTIVE } from '../check-request.repository';

/** The path of a person. */
export class PersonPath {
  @UuidInPath()
  id!: string;
}

/** The path of a register stream of a person, before anybody looked whether there is such a stream. */
export class StreamPath {
  @AnyText({ format: 'uuid', example: '5a5b1c9e-0000-4000-8000-000000000001' })
  id!: string;

  @AnyText({ enum: [...REGISTER_STREAMS], example: 'dms_passport' })
  stream!: string;
}

/** A reason in a few sentences; the limit is ours, the published column has none. */
const LONGEST_COMMENT = 1_000;

/** Rows N4–N6: the status that an official gives the manual stream. */
export class NhsMoveDto {
  @OneOf(STREAM_STATUSES)
  status!: (typeof STREAM_STATUSES)[number];

  @MayBeNull()
  @Text({ least: 0, most: LONGEST_COMMENT })
  comment?: string | null;
}

export const NHS_MOVE_EXAMPLE = { status: 'NOT_VERIFIED', comment: 'прізвище не збігається' };

/** A change of the manual stream that an official may make now. */
class PossibleMoveDto {
  @AnswerWord(Object.keys(NHS_STATUS_TABLE))
  row!: string;

  @AnswerWord(STREAM_STATUSES, { description: 'What to send as `status`.' })
  verification_status!: string;

  @AnswerWord(STREAM_REASONS)
  verification_reason!: string;

  @AnswerWord(['keep', 'clear', 'required'], {
    description: 'The effect on the comment: it stays, is removed, or must be sent.',
  })
  comment!: string;
}

/** The manual stream, and the changes that an official may make now. */
export class PossibleMovesDto {
  @AnswerWord(STREAM_STATUSES)
  verification_status!: string;

  @AnswerWord(STREAM_REASONS)
  verification_reason!: string;

  @AnswerList(PossibleMoveDto, { description: 'None for a person who is not active.' })
  moves!: PossibleMoveDto[];
}

export const POSSIBLE_MOVES_EXAMPLE = {
  verification_status: 'IN_REVIEW',
  verification_reason: 'MANUAL',
  moves: [
    { row: 'N5', verification_status: 'VERIFIED', verification_reason: 'MANUAL', comment: 'clear' },
    { row: 'N6', verification_status: 'NOT_VERIFIED', verification_reason: 'MANUAL', comment: 'required' },
  ],
};

/** Row S10: a repeat is requested by the status to which the stream is reset. */
export class RepeatDto {
  @OneOf([STREAM_STATUS_TABLE.S10.to])
  status!: typeof STREAM_STATUS_TABLE.S10.to;

  /** The check is made at once. */
  @MayBeAbsent()
  @YesOrNo()
  run?: boolean;
}

export const REPEAT_EXAMPLE = { status: 'VERIFICATION_NEEDED', run: true };

/** A check that somebody requested. */
export class CheckDto {
  @AnswerWord(REGISTER_STREAMS)
  stream!: RegisterStreamName;

  @AnswerWord(['waiting', 'asking', 'done', 'failed'])
  state!: string;

  @AnswerTime()
  requested_at!: string;

  @AnswerId()
  requested_by!: string;

  @AnswerTime({ nullable: true })
  ended_at!: string | null;

  @AnswerWord([...RETRY_KINDS, PERSON_NOT_ACTIVE], { nullable: true })
  error!: string | null;

  @AnswerInteger({ minimum: 0, description: 'Technical errors in a row.' })
  attempts!: number;

  @AnswerTime({ nullable: true })
  next_try_at!: string | null;
}

export const CHECK_EXAMPLE = {
  stream: 'dms_passport',
  state: 'waiting',
  requested_at: '2026-03-02T09:14:51.120Z',
  requested_by: '5a5b1c9e-0000-4000-8000-000000000004',
  ended_at: null,
  error: null,
  attempts: 0,
  next_try_at: null,
};

/** What every stream has. */
class StreamDto {
  @AnswerWord(STREAM_STATUSES)
  verification_status!: string;

  @AnswerWord(STREAM_REASONS)
  verification_reason!: string;
}

class CommentedStreamDto extends StreamDto {
  @AnswerText({ nullable: true })
  verification_comment!: string | null;
}

class UnverifiedStreamDto extends StreamDto {
  @AnswerTime({ nullable: true })
  unverified_at!: string | null;
}

class ManualStreamDto extends CommentedStreamDto {
  @AnswerTime({ nullable: true })
  unverified_at!: string | null;
}

class DrfoStreamDto extends UnverifiedStreamDto {
  @AnswerInteger({ nullable: true })
  result!: number | null;

  @AnswerTime({ nullable: true })
  synced_at!: string | null;
}

class DracsBirthStreamDto extends ManualStreamDto {
  @AnswerTime({ nullable: true })
  synced_at!: string | null;
}

class RegisterStreamDto extends UnverifiedStreamDto {
  @AnswerInteger({ minimum: 0, maximum: 1, nullable: true, description: '1 found, 0 not found.' })
  status!: number | null;

  @AnswerTime({ nullable: true })
  synced_at!: string | null;
}

/** Each stream with its own columns. */
class StreamsDto {
  @AnswerObject(ManualStreamDto)
  nhs!: ManualStreamDto;

  @AnswerObject(DrfoStreamDto)
  drfo!: DrfoStreamDto;

  @AnswerObject(ManualStreamDto)
  dracs_death!: ManualStreamDto;

  @AnswerObject(DracsBirthStreamDto)
  dracs_birth!: DracsBirthStreamDto;

  @AnswerObject(CommentedStreamDto)
  dracs_name_change!: CommentedStreamDto;

  @AnswerObject(UnverifiedStreamDto)
  legal_capacity!: UnverifiedStreamDto;

  @AnswerObject(RegisterStreamDto)
  unzr!: RegisterStreamDto;

  @AnswerObject(RegisterStreamDto)
  mvs_passport!: RegisterStreamDto;

  @AnswerObject(RegisterStreamDto)
  dms_passport!: RegisterStreamDto;
}

/** The verification of a person: the cumulative status, and each stream. */
export class VerificationDto {
  @AnswerWord(CUMULATIVE_STATUSES, { nullable: true })
  verification_status!: string | null;

  @AnswerObject(StreamsDto)
  details!: StreamsDto;
}

const NOT_NEEDED = { verification_status: 'VERIFICATION_NOT_NEEDED', verification_reason: 'INITIAL' };
const WAITING = { verification_status: 'VERIFICATION_NEEDED', verification_reason: 'ONLINE_TRIGGERED' };
const NOT_ASKED = { ...WAITING, status: null, synced_at: null, unverified_at: null };

export const VERIFICATION_EXAMPLE = {
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

/** The verification after a repeat, with the check if it is made at once. */
export class RepeatedVerificationDto extends VerificationDto {
  @AnswerObject(CheckDto, { required: false })
  check?: CheckDto;
}
