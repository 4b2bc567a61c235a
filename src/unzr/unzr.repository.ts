import { Injectable } from '@nestjs/common';
import type { Sql, Statement } from '../database/transactions';
import type { IsoDay } from '../domain/calendar-day';
import type { KeptQuestion } from '../domain/verification/register-stream';

/** A person in the question to the register, whether this UNZR is theirs. */
export interface UnzrStreamQuestion {
  readonly unzr: string;
  readonly familyName: string;
  readonly givenName: string;
  readonly patronymicName: string | null;
  readonly dateBirth: IsoDay;
}

/** Rows in the order of their key, so that two groups with the same UNZRs cannot deadlock. */
const KEEP: Statement = {
  name: 'unzr_keep',
  text: `
    INSERT INTO mimir.unzr_data AS kept
      (unzr, family_name, given_name, patronymic_name, date_birth, status, description, updated_at)
    SELECT unzr, family_name, given_name, patronymic_name, date_birth, status, description, clock_timestamp()
      FROM unnest($1::varchar[], $2::varchar[], $3::varchar[], $4::varchar[], $5::date[], $6::smallint[], $7::varchar[])
           AS given (unzr, family_name, given_name, patronymic_name, date_birth, status, description)
     ORDER BY 1
    ON CONFLICT (unzr) DO UPDATE
      SET family_name = excluded.family_name, given_name = excluded.given_name,
          patronymic_name = excluded.patronymic_name, date_birth = excluded.date_birth, status = excluded.status,
          description = excluded.description, updated_at = clock_timestamp()
    RETURNING id, unzr`,
};

/** UNZRs that the register found, with names and date of birth. */
@Injectable()
export class UnzrRepository {
  async keep(
    sql: Sql,
    kept: readonly KeptQuestion<UnzrStreamQuestion>[],
  ): Promise<ReadonlyMap<string, string>> {
    // A group may contain two persons with the same UNZR; its row is one.
    const each = [...new Map(kept.map((entry) => [entry.question.unzr, entry])).values()];
    const rows = await sql.query<{ id: string; unzr: string }>(KEEP, [
      each.map(({ question }) => question.unzr),
      each.map(({ question }) => question.familyName),
      each.map(({ question }) => question.givenName),
      each.map(({ question }) => question.patronymicName),
      each.map(({ question }) => question.dateBirth),
      each.map(({ dataStatus }) => dataStatus),
      each.map(({ description }) => description),
    ]);
    return new Map(rows.map(({ id, unzr }) => [unzr, id]));
  }
}
