import { READING_REASONS, type ReadingReason } from '../../domain/access/reading-reason';
import type { IsoDay } from '../../domain/calendar-day';
import {
  DOCUMENT_TYPES,
  type DocumentType,
  GENDERS,
  WAYS_OF_COMMUNICATION,
} from '../../domain/person/dictionaries';
import { CUMULATIVE_STATUSES } from '../../domain/verification/stream';
import {
  AnswerDay,
  AnswerId,
  AnswerInteger,
  AnswerList,
  AnswerText,
  AnswerTime,
  AnswerWord,
  AnswerYesOrNo,
  FAULTS,
  IsDay,
  MayBeAbsent,
  MayBeAbsentUnless,
  NestedObject,
  OneOf,
  refuseFields,
  Text,
  TextLike,
  UuidInPath,
} from '../../http';
import { MOST_HITS, type PersonQuestion } from '../person-lookup.repository';

/** The path of a person whose card is read. */
export class CardPath {
  @UuidInPath()
  id!: string;
}

const isNotBlank = (text: string): boolean => text.trim() !== '';

/** Why an official reads. The text is kept in the audit log and must not contain personal data. */
export class ReadingReasonDto {
  @OneOf(READING_REASONS)
  reason!: ReadingReason['reason'];

  @MayBeAbsentUnless<ReadingReasonDto>(({ reason }) => reason === 'other')
  @Text({ fits: isNotBlank, sentence: 'expected the value to have a character that is no blank' })
  reason_text?: string;

  get stated(): ReadingReason {
    return { reason: this.reason, text: this.reason_text?.trim() ?? null };
  }
}

export const READING_REASON_EXAMPLE = { reason: 'complaint' };

/** A document that somebody has shown, in any spelling. */
class SearchedDocumentDto {
  @OneOf(DOCUMENT_TYPES)
  type!: DocumentType;

  @Text()
  number!: string;
}

/** Names are compared without blanks, hyphens and apostrophes, and without the letters that registrars confuse. */
class SearchedNameDto {
  @Text()
  last_name!: string;

  @Text()
  first_name!: string;

  @IsDay()
  birth_date!: IsoDay;
}

/** The search for a person: exactly one of `document`, `tax_id`, `unzr` and `name`. */
export class PersonSearchDto extends ReadingReasonDto {
  @MayBeAbsent()
  @NestedObject(() => SearchedDocumentDto)
  document?: SearchedDocumentDto;

  @MayBeAbsent()
  @TextLike(/^[0-9]{10}$/)
  tax_id?: string;

  @MayBeAbsent()
  @TextLike(/^[0-9]{8}-[0-9]{5}$/)
  unzr?: string;

  @MayBeAbsent()
  @NestedObject(() => SearchedNameDto)
  name?: SearchedNameDto;

  /** Refuses a search by several things or by nothing. */
  question(): PersonQuestion {
    const { document, tax_id: taxId, unzr, name } = this;
    const asked: PersonQuestion[] = [];
    if (document !== undefined) asked.push({ by: 'document', type: document.type, number: document.number });
    if (taxId !== undefined) asked.push({ by: 'tax_id', taxId });
    if (unzr !== undefined) asked.push({ by: 'unzr', unzr });
    if (name !== undefined) {
      const { last_name: lastName, first_name: firstName, birth_date: birthDate } = name;
      asked.push({ by: 'name', lastName, firstName, birthDate });
    }
    const [question, ...others] = asked;
    if (question !== undefined && others.length === 0) return question;
    throw refuseFields([
      { entry: '$', ...FAULTS.invalid('expected exactly one of document, tax_id, unzr and name') },
    ]);
  }
}

export const PERSON_SEARCH_EXAMPLE = {
  document: { type: 'PASSPORT', number: 'кв 123456' },
  ...READING_REASON_EXAMPLE,
};

class MaskedDocumentDto {
  @AnswerWord(DOCUMENT_TYPES)
  type!: string;

  @AnswerText({ description: 'The last two symbols are visible.' })
  number!: string;
}

/** A person as the search and the masked card show them. */
export class FoundPersonDto {
  @AnswerId()
  id!: string;

  @AnswerText({ description: 'The last name and initials.' })
  name!: string;

  @AnswerInteger()
  birth_year!: number;

  @AnswerText({ nullable: true, description: 'The last two symbols are visible.' })
  tax_id!: string | null;

  @AnswerText({ nullable: true, description: 'The last two symbols are visible.' })
  unzr!: string | null;

  @AnswerList(MaskedDocumentDto)
  documents!: MaskedDocumentDto[];

  @AnswerYesOrNo()
  is_active!: boolean;

  @AnswerWord(CUMULATIVE_STATUSES, { nullable: true })
  verification_status!: string | null;
}

export const FOUND_PERSON_EXAMPLE = {
  id: '5a5b1c9e-0000-4000-8000-000000000001',
  name: 'Перепелиця Л. В.',
  birth_year: 1985,
  tax_id: '********42',
  unzr: null,
  documents: [{ type: 'PASSPORT', number: '******56' }],
  is_active: true,
  verification_status: 'CHANGES_NEEDED',
};

/** The answer to a search. */
export class FoundPersonsDto {
  @AnswerList(FoundPersonDto, { maxItems: MOST_HITS, description: 'Active persons first.' })
  persons!: FoundPersonDto[];

  @AnswerYesOrNo({ description: 'More persons were found than are shown.' })
  more!: boolean;
}

export const FOUND_PERSONS_EXAMPLE = { persons: [FOUND_PERSON_EXAMPLE], more: false };

class CardDocumentDto {
  @AnswerWord(DOCUMENT_TYPES)
  type!: string;

  @AnswerText()
  number!: string;

  @AnswerText({ nullable: true })
  issued_by!: string | null;

  @AnswerDay({ nullable: true })
  issued_at!: string | null;

  @AnswerDay({ nullable: true })
  expiration_date!: string | null;
}

/** The unmasked card of a person. */
export class PersonCardDto {
  @AnswerId()
  id!: string;

  @AnswerText()
  last_name!: string;

  @AnswerText()
  first_name!: string;

  @AnswerText({ nullable: true })
  second_name!: string | null;

  @AnswerDay()
  birth_date!: string;

  @AnswerText({ nullable: true })
  birth_country!: string | null;

  @AnswerText()
  birth_settlement!: string;

  @AnswerDay({ nullable: true })
  death_date!: string | null;

  @AnswerWord(GENDERS)
  gender!: string;

  @AnswerText({ nullable: true })
  email!: string | null;

  @AnswerText({ nullable: true })
  tax_id!: string | null;

  @AnswerYesOrNo({ nullable: true })
  no_tax_id!: boolean | null;

  @AnswerText({ nullable: true })
  unzr!: string | null;

  @AnswerWord(WAYS_OF_COMMUNICATION, { nullable: true })
  preferred_way_communication!: string | null;

  @AnswerList(CardDocumentDto)
  documents!: CardDocumentDto[];

  @AnswerYesOrNo()
  is_active!: boolean;

  @AnswerWord(CUMULATIVE_STATUSES, { nullable: true })
  verification_status!: string | null;

  @AnswerTime()
  inserted_at!: string;

  @AnswerTime()
  updated_at!: string;
}

export const PERSON_CARD_EXAMPLE = {
  id: '5a5b1c9e-0000-4000-8000-000000000001',
  last_name: 'Перепелиця',
  first_name: 'Любомира',
  second_name: 'Віталіївна',
  birth_date: '1985-06-15',
  birth_country: 'Україна',
  birth_settlement: 'Калинопіль',
  death_date: null,
  gender: 'FEMALE',
  email: null,
  tax_id: '3121234542',
  no_tax_id: false,
  unzr: null,
  preferred_way_communication: 'phone',
  documents: [
    {
      type: 'PASSPORT',
      number: 'КВ123456',
      issued_by: 'Калинопільський РВ ДМС',
      issued_at: '2003-07-01',
      expiration_date: null,
    },
  ],
  is_active: true,
  verification_status: 'CHANGES_NEEDED',
  inserted_at: '2026-03-02T01:00:07.312Z',
  updated_at: '2026-03-02T01:00:07.312Z',
};
