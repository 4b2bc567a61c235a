import {
  AllowsMore,
  AnswerId,
  AnswerList,
  AnswerObject,
  AnswerText,
  AnswerTime,
  AnswerWord,
  ReadsInput,
  TextLike,
} from '../http';

/** Of any length: the pattern is quick with all, and its sentence says more than that of a length. */
const ANY_LENGTH = { least: 0, most: Infinity };

/** The UNZR to ask the register about. */
export class SyncUnzrDto {
  @TextLike(/^[0-9]{8}-[0-9]{5}$/, ANY_LENGTH)
  unzr!: string;
}

export const SYNC_UNZR_EXAMPLE = { unzr: '20210504-00031' };

/** The UNZR whose information is read. */
@ReadsInput({ dropsUnknown: true })
export class UnzrQuery {
  @TextLike(/^[0-9]{8}-[0-9]{5}$/, { ...ANY_LENGTH, example: '20210504-00031' })
  unzr!: string;
}

/** A document as the register names it, and whatever else the register sends. */
@AllowsMore()
class UnzrDocumentDto {
  @AnswerText({ nullable: true })
  type!: string | null;

  @AnswerText({ nullable: true })
  number!: string | null;

  @AnswerText({ nullable: true })
  issued_by!: string | null;

  @AnswerText({ nullable: true })
  issued_at!: string | null;

  @AnswerText({ nullable: true })
  expires_at!: string | null;

  @AnswerText({ nullable: true })
  status!: string | null;
}

/** A person as the register names them, and whatever else the register sends. */
@AllowsMore()
class UnzrPersonDto {
  @AnswerText({ nullable: true })
  first_name!: string | null;

  @AnswerText({ nullable: true })
  last_name!: string | null;

  @AnswerText({ nullable: true })
  middle_name!: string | null;

  @AnswerText({ nullable: true })
  rnokpp!: string | null;

  @AnswerText({ nullable: true })
  gender!: string | null;

  @AnswerText({ nullable: true })
  date_birth!: string | null;

  @AnswerList(UnzrDocumentDto)
  documents!: UnzrDocumentDto[];
}

/** What the register holds under a UNZR. */
export class UnzrInfoDto {
  @AnswerId()
  id!: string;

  @AnswerText()
  unzr!: string;

  @AnswerWord(['pending', 'processed', 'failed'])
  job_status!: string;

  @AnswerObject(UnzrPersonDto, {
    nullable: true,
    description:
      'Null when the register holds nothing or never answered, and for a caller who may not read it.',
  })
  info!: UnzrPersonDto | null;

  @AnswerTime({ nullable: true })
  synced_at!: string | null;

  @AnswerTime()
  inserted_at!: string;

  @AnswerId()
  inserted_by!: string;

  @AnswerTime()
  updated_at!: string;

  @AnswerId()
  updated_by!: string;
}

const EMPLOYEE = '5a5b1c9e-0000-4000-8000-000000000002';

export const PENDING_EXAMPLE = {
  id: '5a5b1c9e-0000-4000-8000-000000000001',
  unzr: '20210504-00031',
  job_status: 'pending',
  info: null,
  synced_at: null,
  inserted_at: '2026-03-02T09:14:51.120Z',
  inserted_by: EMPLOYEE,
  updated_at: '2026-03-02T09:14:51.120Z',
  updated_by: EMPLOYEE,
};

export const PROCESSED_EXAMPLE = {
  ...PENDING_EXAMPLE,
  job_status: 'processed',
  info: {
    first_name: 'Любисток',
    last_name: 'Перепелиця',
    middle_name: 'Вересневич',
    rnokpp: null,
    gender: 'M',
    date_birth: '2021-05-04',
    documents: [
      {
        type: 'NATIONAL_ID',
        number: '000000031',
        issued_by: '0000',
        issued_at: '2035-05-11',
        expires_at: '2045-05-11',
        status: 'VALID',
      },
    ],
  },
  synced_at: '2026-03-02T09:14:51.502Z',
  updated_at: '2026-03-02T09:14:51.502Z',
};
