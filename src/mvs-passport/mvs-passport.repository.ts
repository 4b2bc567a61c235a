import { Injectable } from '@nestjs/common';
import type { Sql, Statement } from '../database/transactions';
import type { DocumentType } from '../domain/person/dictionaries';
import type { AskedQuestion, Holder, KeptQuestion } from '../domain/verification/register-stream';

/** The types of documents in the register. */
export type PassportType = Extract<DocumentType, 'PASSPORT' | 'NATIONAL_ID'>;

/** A passport in the question to the register, and the type of document of its holders. */
export interface MvsPassportQuestion {
  readonly documentType: PassportType;
  readonly passType: string;
  /** An ID card has none. */
  readonly series: string | null;
  readonly number: string;
}

/** No series and an empty series are the same to the register, and have the same key. */
export const keyOfPassport = (
  passport: Pick<MvsPassportQuestion, 'passType' | 'series' | 'number'>,
): string => `${passport.passType}|${passport.series ?? ''}|${passport.number}`;

/** Rows in the order of their keys, so that two groups with the same documents cannot deadlock. */
const KEEP: Statement = {
  name: 'mvs_passport_keep',
  text: `
    INSERT INTO mimir.mvs_passport_data AS kept (pass_type, pas_serial, pas_number, pas_status, updated_at)
    SELECT pass_type, pas_serial, pas_number, pas_status, clock_timestamp()
      FROM unnest($1::varchar[], $2::varchar[], $3::varchar[], $4::smallint[])
           AS given (pass_type, pas_serial, pas_number, pas_status)
     ORDER BY 1, 2, 3
    ON CONFLICT (pass_type, pas_serial, pas_number)
      DO UPDATE SET pas_status = excluded.pas_status, updated_at = clock_timestamp()
    RETURNING id, pass_type, pas_serial, pas_number`,
};

/**
 * Each half reads the unique index, which one condition that treats two missing series as equal could not. Rows from the
 * future are ignored: the clock was set back, or another program wrote them, and the holders would be asked about again
 * and again.
 */
const OVERTAKEN: Statement = {
  name: 'mvs_passport_overtaken',
  text: `
    WITH given AS MATERIALIZED (
      SELECT * FROM unnest($1::varchar[], $2::varchar[], $3::varchar[], $4::timestamptz[])
        AS one (pass_type, pas_serial, pas_number, sent_at))
    SELECT given.pass_type, given.pas_serial, given.pas_number
      FROM given JOIN mimir.mvs_passport_data kept
        ON kept.pass_type = given.pass_type AND kept.pas_serial = given.pas_serial
       AND kept.pas_number = given.pas_number
     WHERE kept.updated_at > given.sent_at AND kept.updated_at <= clock_timestamp()
    UNION ALL
    SELECT given.pass_type, given.pas_serial, given.pas_number
      FROM given JOIN mimir.mvs_passport_data kept
        ON kept.pass_type = given.pass_type AND kept.pas_serial IS NULL AND kept.pas_number = given.pas_number
     WHERE given.pas_serial IS NULL
       AND kept.updated_at > given.sent_at AND kept.updated_at <= clock_timestamp()`,
};

/** The first condition on the number is that of the index, the second one is exact: it folds fewer signs. */
const PERSONS_HOLDING: Statement = {
  name: 'mvs_passport_persons_holding',
  text: `
    SELECT DISTINCT given.type, given.number, document.person_id AS id
      FROM unnest($1::varchar[], $2::varchar[]) AS given (type, number)
      JOIN mpi.person_documents document
        ON document.type = given.type
       AND mpi.searched_document_number(document.type, document.number)
           = mpi.searched_document_number(given.type, given.number)
       AND mpi.plain_document_number(document.number) = mpi.plain_document_number(given.number)`,
};

const PARTIES_HOLDING: Statement = {
  name: 'mvs_passport_parties_holding',
  text: `
    SELECT DISTINCT given.type, given.number, document.party_id AS id
      FROM unnest($1::varchar[], $2::varchar[]) AS given (type, number)
      JOIN prm.party_documents document
        ON document.type = given.type
       AND mpi.searched_document_number(document.type, document.number)
           = mpi.searched_document_number(given.type, given.number)
       AND mpi.plain_document_number(document.number) = mpi.plain_document_number(given.number)
      JOIN prm.parties party ON party.id = document.party_id AND party.is_active`,
};

interface DocumentRow {
  readonly pass_type: string;
  readonly pas_serial: string | null;
  readonly pas_number: string;
}

/** The register's answers about passports, and their holders. */
@Injectable()
export class MvsPassportRepository {
  async keep(
    sql: Sql,
    kept: readonly KeptQuestion<MvsPassportQuestion>[],
  ): Promise<ReadonlyMap<string, string>> {
    const each = [...new Map(kept.map((entry) => [keyOfPassport(entry.question), entry])).values()];
    const rows = await sql.query<DocumentRow & { id: string }>(KEEP, [
      ...columns(each.map(({ question }) => question)),
      each.map(({ dataStatus }) => dataStatus),
    ]);
    return new Map(rows.map((row) => [keyOfRow(row), row.id]));
  }

  async overtaken(
    sql: Sql,
    asked: readonly AskedQuestion<MvsPassportQuestion>[],
  ): Promise<ReadonlySet<string>> {
    const rows = await sql.query<DocumentRow>(OVERTAKEN, [
      ...columns(asked.map(({ question }) => question)),
      asked.map(({ sentAt }) => sentAt.toISOString()),
    ]);
    return new Set(rows.map(keyOfRow));
  }

  async personsHolding(sql: Sql, questions: readonly MvsPassportQuestion[]): Promise<readonly Holder[]> {
    return holders(sql, PERSONS_HOLDING, questions);
  }

  async partiesHolding(sql: Sql, questions: readonly MvsPassportQuestion[]): Promise<readonly Holder[]> {
    return holders(sql, PARTIES_HOLDING, questions);
  }
}

function columns(questions: readonly MvsPassportQuestion[]): (string | null)[][] {
  return [
    questions.map(({ passType }) => passType),
    questions.map(({ series }) => series),
    questions.map(({ number }) => number),
  ];
}

const keyOfRow = (row: DocumentRow): string =>
  keyOfPassport({ passType: row.pass_type, series: row.pas_serial, number: row.pas_number });

/** The document as the holder has it: the number starts with the series. */
const nameOfDocument = (type: string, number: string): string => `${type} ${number}`;

async function holders(
  sql: Sql,
  statement: Statement,
  questions: readonly MvsPassportQuestion[],
): Promise<readonly Holder[]> {
  const documents = questions.map((question) => ({
    type: question.documentType,
    number: (question.series ?? '') + question.number,
    key: keyOfPassport(question),
  }));
  const keys = new Map(documents.map(({ type, number, key }) => [nameOfDocument(type, number), key]));
  const rows = await sql.query<{ type: string; number: string; id: string }>(statement, [
    documents.map(({ type }) => type),
    documents.map(({ number }) => number),
  ]);
  return rows.map(({ type, number, id }) => ({ key: keys.get(nameOfDocument(type, number)) ?? '', id }));
}
