import { Injectable } from '@nestjs/common';
import type { Sql } from '../database/transactions';
import type { MatchingDocument, MatchingPerson } from '../domain/person/matching/compared-person';
import type { LookUp, SearchKeys } from '../domain/person/matching/search-keys';
import {
  FIND_BY_DOCUMENTS,
  FIND_BY_TAX_ID,
  FIND_BY_TAX_ID_OR_CERTIFICATE,
  LOCK_KEYS,
  MOST_CANDIDATES,
  READ_CANDIDATES,
} from './person-search-statements';

/** Somebody who may be the person of a request. */
export interface Candidate {
  readonly id: string;
  readonly person: MatchingPerson;
}

interface FoundRow {
  readonly id: string;
}

interface CandidateRow {
  readonly id: string;
  readonly first_name: string;
  readonly last_name: string;
  readonly second_name: string | null;
  readonly birth_date: string;
  readonly birth_settlement: string;
  readonly gender: MatchingPerson['gender'];
  readonly tax_id: string | null;
  readonly documents: readonly MatchingDocument[];
  readonly otp_phones: readonly string[];
  readonly residence_settlement: string | null;
}

/** A key as it is locked: what kind of look-up it serves, within what, and up to two texts. */
type LockKey = readonly [kind: string, scope: string, value: string, digits: string];

/** Looks for persons who are registered already. Writes nothing. */
@Injectable()
export class PersonSearchRepository {
  /** Active persons whom the look-up meets, with what they are compared by: two statements, whoever asks. */
  async candidates(sql: Sql, lookUp: LookUp, keys: SearchKeys): Promise<readonly Candidate[] | 'too_many'> {
    const found = await this.find(sql, lookUp, keys);
    if (found.length > MOST_CANDIDATES) return 'too_many';
    if (found.length === 0) return [];
    const ids = [...new Set(found.map(({ id }) => id))];
    const rows = await sql.query<CandidateRow>(READ_CANDIDATES, [ids]);
    return rows.map(candidateOf);
  }

  /**
   * Waits until nobody else who could meet the same person is at work, and keeps others waiting until the end of the
   * transaction. All keys are locked, whichever of them the look-up goes by: a person who is registered with a tax
   * number is met by the next request through his certificate.
   */
  async lock(sql: Sql, keys: SearchKeys, further: readonly string[]): Promise<void> {
    const locked = lockKeysOf(keys, further);
    const column = (place: 0 | 1 | 2 | 3): string[] => locked.map((key) => key[place]);
    await sql.query(LOCK_KEYS, [column(0), column(1), column(2), column(3)]);
  }

  private find(
    sql: Sql,
    lookUp: LookUp,
    { birthDate, taxId, lastName, certificateDigits, documents }: SearchKeys,
  ): Promise<readonly FoundRow[]> {
    switch (lookUp) {
      case 'tax_id':
        return sql.query<FoundRow & Record<string, unknown>>(FIND_BY_TAX_ID, [birthDate, taxId]);
      case 'tax_id_or_certificate':
        return sql.query(FIND_BY_TAX_ID_OR_CERTIFICATE, [birthDate, taxId, lastName, certificateDigits]);
      case 'documents':
        return sql.query(FIND_BY_DOCUMENTS, [
          documents.map(({ type }) => type),
          documents.map(({ number }) => number),
        ]);
    }
  }
}

function lockKeysOf(
  { birthDate, taxId, lastName, certificateDigits, documents }: SearchKeys,
  further: readonly string[],
): readonly LockKey[] {
  return [
    ...(taxId === null ? [] : [['tax_id', birthDate, taxId, ''] as const]),
    ...certificateDigits.map((digits) => ['certificate', birthDate, lastName, digits] as const),
    ...documents.map(({ type, number }) => ['document', type, number, ''] as const),
    ...further.map((text) => ['further', '', text, ''] as const),
  ];
}

function candidateOf(row: CandidateRow): Candidate {
  return {
    id: row.id,
    person: {
      firstName: row.first_name,
      lastName: row.last_name,
      secondName: row.second_name,
      birthDate: row.birth_date,
      birthSettlement: row.birth_settlement,
      gender: row.gender,
      taxId: row.tax_id,
      documents: row.documents,
      otpPhones: row.otp_phones,
      residenceSettlement: row.residence_settlement,
    },
  };
}
