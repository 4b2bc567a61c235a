import {
  AnswerId,
  AnswerInteger,
  AnswerObject,
  AnswerSchema,
  AnswerText,
  AnswerTime,
  AnswerWord,
} from '../../http';

const WORD_OR_NULL = { anyOf: [{ type: 'string' }, { type: 'null' }] };

/** A status or reason before and after; null before when the stream begins with its person. */
const CHANGE = {
  type: 'object',
  properties: { old_value: WORD_OR_NULL, new_value: WORD_OR_NULL },
  required: ['old_value', 'new_value'],
  additionalProperties: false,
};

/** What the register answered: nothing of the person. */
class RegisterAnswerDto {
  @AnswerWord(['FOUND', 'NOT_FOUND'])
  answer!: string;

  @AnswerWord(['confirmed', 'refuted'])
  means!: string;

  @AnswerTime({
    nullable: true,
    description: 'When the answer was last stored, while the stream refers to it; null if it is not stored.',
  })
  stored_at!: string | null;
}

/** The change in a sentence; times are those of Kyiv. */
class ExplanationDto {
  @AnswerText()
  uk!: string;

  @AnswerText()
  en!: string;
}

/** One change of one stream. */
export class HistoryEntryDto {
  @AnswerId()
  id!: string;

  @AnswerTime()
  inserted_at!: string;

  @AnswerId({ nullable: true })
  actor_id!: string | null;

  @AnswerText({
    nullable: true,
    description:
      'Last name and initials; null for the program itself, and when no party has the number of the user.',
  })
  actor_name!: string | null;

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

  @AnswerObject(RegisterAnswerDto, { nullable: true })
  register_answer!: RegisterAnswerDto | null;

  @AnswerObject(ExplanationDto)
  explanation!: ExplanationDto;
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
  actor_name: null,
  register_answer: { answer: 'FOUND', means: 'refuted', stored_at: '2026-03-02T01:00:07.301Z' },
  explanation: {
    uk: '02.03.2026 03:00 — не верифіковано: ДМС відповіла, що паспорт недійсний (S7). Повідомлення 5a5b1c9e…, запуск 5a5b1c9e…, 41 мс.',
    en: '02.03.2026 03:00 — not verified: the Migration Service answered that the passport is invalid (S7). Message 5a5b1c9e…, run 5a5b1c9e…, 41 ms.',
  },
};
