import { Injectable } from '@nestjs/common';
import type { Sql, Statement } from '../database/transactions';
import type { AskedQuestion, Holder, KeptQuestion } from '../domain/verification/register-stream';

/** The booklet in the question to the register. */
export interface DmsPassportQuestion {
  readonly passType: string;
  readonly series: string;
  readonly number: string;
}

export const keyOfPassport = ({ passType, series, number }: DmsPassportQuestion): string =>
  `${passType}|${series}|${number}`;

/** Rows in the order of their keys, so that two groups with the same documents cannot deadlock. */
const KEEP: Statement = {
  name: 'dms_passport_keep',
  text: `
    INSERT INTO mimir.dms_passport_data AS kept (pass_type, pas_serial, pas_number, pas_status, updated_at)
    SELECT pass_type, pas_serial, pas_number, pas_status, clock_timestamp()
      FROM unnest($1::varchar[], $2::varchar[], $3::varchar[], $4::smallint[])
           AS given (pass_type, pas_serial, pas_number, pas_status)
     ORDER BY 1, 2, 3
    ON CONFLICT (pass_type, pas_serial, pas_number)
      DO UPDATE SET pas_status = excluded.pas_status, updated_at = clock_timestamp()
    RETURNING id, pass_type, pas_serial, pas_number`,
};

/**
 * Rows from the future are ignored: the clock was set back, or another program wrote them. They would overtake every
 * answer, and the holders would be asked about again and again.
 */
const OVERTAKEN: Statement = {
  name: 'dms_passport_overtaken',
  text: `
    SELECT given.pass_type, given.pas_serial, given.pas_number
      FROM unnest($1::varchar[], $2::varchar[], $3::varchar[], $4::timestamptz[])
           AS given (pass_type, pas_serial, pas_number, sent_at)
      JOIN mimir.dms_passport_data kept
        ON kept.pass_type = given.pass_type AND kept.pas_serial = given.pas_serial
       AND kept.pas_number = given.pas_number
     WHERE kept.updated_at > given.sent_at AND kept.updated_at <= clock_timestamp()`,
};

/** The first condition on the number is that of the index, the second one is exact: it folds fewer signs. */
const PERSONS_HOLDING: Statement = {
  name: 'dms_passport_persons_holding',
  text: `
    SELECT DISTINCT given.number, document.person_id AS id
      FROM unnest($1::varchar[]) AS given (number)
      JOIN mpi.person_documents document
        ON document.type = 'PASSPORT'
       AND mpi.searched_document_number(document.type, document.number)
           = mpi.searched_document_number('PASSPORT', given.number)
       AND mpi.plain_document_number(document.number) = mpi.plain_document_number(given.number)`,
};

const PARTIES_HOLDING: Statement = {
  name: 'dms_passport_parties_holding',
  text: `
    SELECT DISTINCT given.number, document.party_id AS id
      FROM unnest($1::varchar[]) AS given (number)
      JOIN prm.party_documents document
        ON document.type = 'PASSPORT'
       AND mpi.searched_document_number(document.type, document.number)
           = mpi.searched_document_number('PASSPORT', given.number)
       AND mpi.plain_document_number(document.number) = mpi.plain_document_number(given.number)
      JOIN prm.parties party ON party.id = document.party_id AND party.is_active`,
};

interface DocumentRow {
  readonly pass_type: string;
  readonly pas_serial: string;
  readonly pas_number: string;
}

/** The register's answers about booklets, and their holders. */
@Injectable()
export class DmsPassportRepository {
  async keep(
    sql: Sql,
    kept: readonly KeptQuestion<DmsPassportQuestion>[],
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
    asked: readonly AskedQuestion<DmsPassportQuestion>[],
  ): Promise<ReadonlySet<string>> {
    const rows = await sql.query<DocumentRow>(OVERTAKEN, [
      ...columns(asked.map(({ question }) => question)),
      asked.map(({ sentAt }) => sentAt.toISOString()),
    ]);
    return new Set(rows.map(keyOfRow));
  }

  async personsHolding(sql: Sql, questions: readonly DmsPassportQuestion[]): Promise<readonly Holder[]> {
    return holders(sql, PERSONS_HOLDING, questions);
  }

  async partiesHolding(sql: Sql, questions: readonly DmsPassportQuestion[]): Promise<readonly Holder[]> {
    return holders(sql, PARTIES_HOLDING, questions);
  }
}

function columns(questions: readonly DmsPassportQuestion[]): string[][] {
  return [
    questions.map(({ passType }) => passType),
    questions.map(({ series }) => series),
    questions.map(({ number }) => number),
  ];
}

const keyOfRow = (row: DocumentRow): string =>
  keyOfPassport({ passType: row.pass_type, series: row.pas_serial, number: row.pas_number });

async function holders(
  sql: Sql,
  statement: Statement,
  questions: readonly DmsPassportQuestion[],
): Promise<readonly Holder[]> {
  const keys = new Map(
    questions.map((question) => [question.series + question.number, keyOfPassport(question)]),
  );
  const rows = await sql.query<{ number: string; id: string }>(statement, [[...keys.keys()]]);
  return rows.map(({ number, id }) => ({ key: keys.get(number) ?? '', id }));
}
