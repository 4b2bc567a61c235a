import {
  RELATIONSHIP_REASONS,
  RELATIONSHIP_STATUSES,
  type RelationshipStatus,
} from '../../domain/confidant/relationship-status.rules';
import { RELATION_TYPES, RELATIONSHIP_DOCUMENT_TYPES } from '../../domain/person/dictionaries';
import {
  AnswerDay,
  AnswerId,
  AnswerList,
  AnswerObject,
  AnswerText,
  AnswerTime,
  AnswerWord,
  AnswerYesOrNo,
  EmptyIsAbsent,
  MayBeAbsent,
  MayBeNull,
  OneOf,
  PageQuery,
  Text,
  Uuid,
  UuidInPath,
} from '../../http';

/** The path of a relationship. */
export class RelationshipPath {
  @UuidInPath()
  id!: string;
}

/** The same of a mutation. */
export class MovedRelationshipInput {
  @UuidInPath()
  confidantPersonRelationshipId!: string;
}

/** The query of the list of relationships. */
export class RelationshipQuery extends PageQuery {
  @EmptyIsAbsent()
  @MayBeAbsent()
  @Uuid()
  person_id?: string;

  @EmptyIsAbsent()
  @MayBeAbsent()
  @Uuid()
  confidant_person_id?: string;

  @EmptyIsAbsent()
  @MayBeAbsent()
  @OneOf(RELATIONSHIP_STATUSES, { example: 'VERIFICATION_NEEDED' })
  verification_status?: RelationshipStatus;

  @EmptyIsAbsent()
  @MayBeAbsent()
  @OneOf(['true', 'false'], { example: 'false' })
  is_expired?: 'true' | 'false';

  get filter() {
    return {
      personId: this.person_id,
      confidantPersonId: this.confidant_person_id,
      verificationStatus: this.verification_status,
      isExpired: this.is_expired === undefined ? undefined : this.is_expired === 'true',
    };
  }
}

/** Enough for an official's reasons; our own limit. */
const LONGEST_COMMENT = 3_000;

/** Rows R1–R4: the status that an official gives a relationship. */
export class RelationshipMoveDto {
  @OneOf(RELATIONSHIP_STATUSES)
  verification_status!: RelationshipStatus;

  @MayBeNull()
  @Text({ least: 0, most: LONGEST_COMMENT })
  verification_comment?: string | null;

  @MayBeNull()
  @Uuid()
  dracs_birth_act_id?: string | null;

  /** A comment of blanks says nothing and counts as none. */
  get move() {
    return {
      verificationStatus: this.verification_status,
      comment: this.verification_comment?.trim() || null,
      dracsBirthActId: this.dracs_birth_act_id ?? null,
    };
  }
}

export const RELATIONSHIP_MOVE_EXAMPLE = {
  verification_status: 'VERIFIED',
  dracs_birth_act_id: '5a5b1c9e-0000-4000-8000-000000000004',
};

class MaskedPhoneDto {
  @AnswerText()
  type!: string;

  @AnswerText({ pattern: '\\*' })
  number!: string;
}

class MaskedPersonDto {
  @AnswerText()
  name!: string;

  @AnswerList(MaskedPhoneDto)
  phones!: MaskedPhoneDto[];
}

class RelationshipDocumentDto {
  @AnswerWord(RELATIONSHIP_DOCUMENT_TYPES)
  type!: string;

  @AnswerText({ description: 'All but the last two symbols are hidden.' })
  number!: string;

  @AnswerText({ nullable: true })
  issued_by!: string | null;

  @AnswerDay({ nullable: true })
  issued_at!: string | null;
}

export class ListedRelationshipDto {
  @AnswerId()
  id!: string;

  @AnswerId()
  person_id!: string;

  @AnswerObject(MaskedPersonDto, { nullable: true })
  person!: MaskedPersonDto | null;

  @AnswerId({ nullable: true })
  confidant_person_id!: string | null;

  @AnswerObject(MaskedPersonDto, { nullable: true })
  confidant_person!: MaskedPersonDto | null;

  @AnswerWord(RELATION_TYPES, { nullable: true })
  relation_type!: string | null;

  @AnswerYesOrNo({ nullable: true })
  is_active!: boolean | null;

  @AnswerDay({ nullable: true })
  active_to!: string | null;

  @AnswerYesOrNo()
  is_expired!: boolean;

  @AnswerWord(RELATIONSHIP_STATUSES, { nullable: true })
  verification_status!: string | null;

  @AnswerWord(RELATIONSHIP_REASONS, { nullable: true })
  verification_reason!: string | null;

  @AnswerTime({ nullable: true })
  unverified_at!: string | null;

  @AnswerId({ nullable: true })
  dracs_birth_act_id!: string | null;

  @AnswerTime({ nullable: true })
  dracs_birth_synced_at!: string | null;

  @AnswerTime()
  inserted_at!: string;

  @AnswerTime()
  updated_at!: string;
}

export class RelationshipDto extends ListedRelationshipDto {
  @AnswerText({ nullable: true })
  verification_comment!: string | null;

  @AnswerId({ nullable: true })
  inserted_by!: string | null;

  @AnswerId({ nullable: true })
  updated_by!: string | null;

  @AnswerList(RelationshipDocumentDto)
  documents!: RelationshipDocumentDto[];
}

export const LISTED_RELATIONSHIP_EXAMPLE = {
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

export const RELATIONSHIP_EXAMPLE = {
  ...LISTED_RELATIONSHIP_EXAMPLE,
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
