import { Injectable } from '@nestjs/common';
import { type Sql, type Statement, Transactions } from '../database/transactions';
import { Refusal } from '../domain/refusal';
import { OutcomeRepository } from './outcome.repository';
import { PERSONS } from './subject';

/** The personal data of a person. Every read of it is audited. */
export interface PersonCard {
  readonly id: string;
  readonly first_name: string;
  readonly last_name: string;
  readonly second_name: string | null;
  readonly birth_date: string;
  readonly birth_country: string | null;
  readonly birth_settlement: string;
  readonly death_date: string | null;
  readonly gender: string;
  readonly email: string | null;
  readonly tax_id: string | null;
  readonly no_tax_id: boolean | null;
  readonly unzr: string | null;
  readonly preferred_way_communication: string | null;
  readonly status: 'active' | 'inactive' | null;
  readonly inserted_at: Date;
  readonly updated_at: Date;
}

const READ: Statement = {
  name: 'read_person_cards',
  text: `
    WITH found AS (
      SELECT id, first_name, last_name, second_name, birth_date::text, birth_country, birth_settlement,
             death_date::text, gender, email, tax_id, no_tax_id, unzr, preferred_way_communication, status,
             inserted_at, updated_at
        FROM mpi.persons WHERE id = ANY ($1::uuid[])
    ), noted AS (
      INSERT INTO mpi.audit_log (actor_id, resource, resource_id, changeset)
      SELECT $2::uuid, 'persons', id, '{"read": ["personal_data"]}' FROM found)
    SELECT * FROM found`,
};

const IS_ACTIVE: Statement = {
  name: 'person_is_active',
  text: `SELECT coalesce(status = 'active' AND is_active, false) AS active FROM mpi.persons WHERE id = $1::uuid`,
};

/** Persons as officials see them: whether a person exists and is active, and their personal data. */
@Injectable()
export class PersonCardRepository {
  constructor(
    private readonly transactions: Transactions,
    private readonly outcomes: OutcomeRepository,
  ) {}

  /** Reads the personal data, and writes for each person that the user has read it. */
  async read(personIds: readonly string[], userId: string): Promise<ReadonlyMap<string, PersonCard>> {
    const values = [personIds, userId];
    const rows = await this.transactions.query<PersonCard & Record<string, unknown>>(READ, values);
    return new Map(rows.map((row) => [row.id, row]));
  }

  /** Refuses a person who does not exist. */
  async requireExisting(personId: string): Promise<void> {
    if ((await this.isActive(this.transactions, personId)) === undefined)
      throw new Refusal('person_not_found');
  }

  /**
   * Locks the verifications of a person until the end of the transaction. Refuses a person who does not exist or is not
   * active: officials get this answer before anything else they sent is checked.
   */
  async lockActive(sql: Sql, personId: string): Promise<void> {
    const [locked] = await this.outcomes.lock(sql, PERSONS, [personId]);
    const active = await this.isActive(sql, personId);
    if (active === undefined || locked === undefined) throw new Refusal('person_not_found');
    if (!active) throw new Refusal('person_not_active');
  }

  /** Undefined if the person does not exist. */
  private async isActive(sql: Sql, personId: string): Promise<boolean | undefined> {
    const [row] = await sql.query<{ active: boolean }>(IS_ACTIVE, [personId]);
    return row?.active;
  }
}
