import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { AuditLog } from '../database/mpi/audit-log.entity';
import { PersonDocument } from '../database/mpi/person-document.entity';
import { Person } from '../database/mpi/person.entity';
import { insertRows, type Sql, type Statement } from '../database/transactions';
import type { ReadingReason } from '../domain/access/reading-reason';
import type { IsoDay } from '../domain/calendar-day';
import type { DocumentType } from '../domain/person/dictionaries';
import { documentSpellings } from '../domain/person/document-spellings';
import { CARD_FIELDS } from '../verifications';

/** By what an official searches for a person. */
export type PersonQuestion =
  | { readonly by: 'document'; readonly type: DocumentType; readonly number: string }
  | { readonly by: 'tax_id'; readonly taxId: string }
  | { readonly by: 'unzr'; readonly unzr: string }
  | {
      readonly by: 'name';
      readonly lastName: string;
      readonly firstName: string;
      readonly birthDate: IsoDay;
    };

/** More hits are not shown: the official has to ask more precisely. */
export const MOST_HITS = 20;

/** So many rows of an index are looked at. A number that more people share, such as "none", identifies nobody. */
const MOST_ROWS = 1_000;

const IS_ACTIVE = `p.status = 'active' AND p.is_active`;

const COLUMNS = `p.id, (${IS_ACTIVE}) IS NOT TRUE AS is_inactive`;

/** Active persons first. One hit more than is shown says that there are more. */
const hitsOf = (rows: string): string => `
    SELECT DISTINCT id, is_inactive FROM (${rows}) AS found ORDER BY is_inactive, id LIMIT ${MOST_HITS + 1}`;

/** The names and numbers are compared as the search for registered persons compares them. */
const nameOf = (condition: string): string => `
     (SELECT ${COLUMNS} FROM mpi.persons AS p
       WHERE p.birth_date = $1::date AND mpi.searched_last_name(p.last_name) = mpi.searched_last_name($2::text)
         AND mpi.searched_last_name(p.first_name) = mpi.searched_last_name($3::text)
         AND ${condition} LIMIT ${MOST_ROWS})`;

export const LOOK_UPS = {
  /** $1 type, $2 the number in every spelling that it may mean. */
  document: {
    name: 'look_up_persons_by_document',
    text: hitsOf(`
      SELECT ${COLUMNS}
        FROM unnest($2::text[]) AS wanted (number)
        JOIN mpi.person_documents AS d
          ON d.type = $1::varchar
         AND mpi.searched_document_number(d.type, d.number)
             = mpi.searched_document_number($1::varchar, wanted.number)
        JOIN mpi.persons AS p ON p.id = d.person_id
       LIMIT ${MOST_ROWS}`),
  },
  tax_id: {
    name: 'look_up_persons_by_tax_id',
    text: hitsOf(`SELECT ${COLUMNS} FROM mpi.persons AS p WHERE p.tax_id = $1::varchar LIMIT ${MOST_ROWS}`),
  },
  unzr: {
    name: 'look_up_persons_by_unzr',
    text: hitsOf(`SELECT ${COLUMNS} FROM mpi.persons AS p WHERE p.unzr = $1::varchar LIMIT ${MOST_ROWS}`),
  },
  /** $1 birth date, $2 last name, $3 first name. Active and inactive persons have a partial index each. */
  name: {
    name: 'look_up_persons_by_name',
    text: hitsOf(`${nameOf(IS_ACTIVE)} UNION ALL ${nameOf(`(${IS_ACTIVE}) IS NOT TRUE`)}`),
  },
} as const satisfies Record<PersonQuestion['by'], Statement>;

const CARD_COLUMNS = ['id', ...CARD_FIELDS, 'isActive', 'verificationStatus'] as const;

const CARD_SELECTION = Object.fromEntries(CARD_COLUMNS.map((column) => [column, true]));

const DOCUMENT_COLUMNS = {
  personId: true,
  type: true,
  number: true,
  issuedBy: true,
  issuedAt: true,
  expirationDate: true,
} as const satisfies Partial<Record<keyof PersonDocument, true>>;

/** A person with their documents, unmasked. */
export type ReadPerson = Readonly<Pick<Person, (typeof CARD_COLUMNS)[number]>> & {
  readonly documents: readonly Readonly<Pick<PersonDocument, keyof typeof DOCUMENT_COLUMNS>>[];
};

/** What the audit log keeps of a search or an opened card: nothing that was typed in but the reason. */
export interface AuditedReading {
  readonly read: 'person_search' | 'person_card';
  readonly by?: PersonQuestion['by'];
  readonly ids: readonly string[];
  readonly more?: boolean;
  readonly reason: ReadingReason;
  readonly actorId: string;
}

interface FoundRow extends Record<string, unknown> {
  readonly id: string;
}

/** Finds and reads persons for officials. Inactive persons are found too: complaints are about them as well. */
@Injectable()
export class PersonLookupRepository {
  /** The ids of at most one person more than is shown, active ones first. */
  async find(sql: Sql, question: PersonQuestion): Promise<string[]> {
    const found = await sql.query<FoundRow>(LOOK_UPS[question.by], valuesOf(question));
    return found.map(({ id }) => id);
  }

  /** In the order of the ids. Persons who do not exist are left out. */
  async read(sql: Sql, ids: readonly string[]): Promise<ReadPerson[]> {
    if (ids.length === 0) return [];
    const persons = await sql.repository(Person).find({ select: CARD_SELECTION, where: { id: In(ids) } });
    const documents = await sql.repository(PersonDocument).find({
      select: DOCUMENT_COLUMNS,
      where: { personId: In(ids) },
      order: { type: 'ASC', issuedAt: 'DESC', id: 'ASC' },
    });
    return ids.flatMap((id) =>
      persons
        .filter((person) => person.id === id)
        .map((person) => ({
          ...person,
          documents: documents.filter(({ personId }) => personId === id),
        })),
    );
  }

  /** Writes who read whose data, and why. */
  async audit(sql: Sql, { actorId, ids, reason, ...reading }: AuditedReading): Promise<void> {
    const [only, ...others] = ids;
    const { text } = reason;
    await insertRows(sql, AuditLog, [
      {
        actorId,
        resource: 'persons',
        resourceId: others.length === 0 ? (only ?? null) : null,
        changeset: {
          ...reading,
          reason: reason.reason,
          ...(text === null ? {} : { reason_text: text }),
          count: ids.length,
          ids,
        },
      },
    ]);
  }
}

function valuesOf(question: PersonQuestion): readonly (string | readonly string[])[] {
  switch (question.by) {
    case 'document':
      return [question.type, documentSpellings(question.number)];
    case 'tax_id':
      return [question.taxId];
    case 'unzr':
      return [question.unzr];
    case 'name':
      return [question.birthDate, question.lastName, question.firstName];
  }
}
