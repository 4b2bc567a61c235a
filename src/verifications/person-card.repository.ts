import type { Statement, Transactions } from '../database/transactions';

/** Who a person is. Reading it is noted. */
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

/** The personal data of persons, for officials who have to judge them. */
export class PersonCardRepository {
  constructor(private readonly transactions: Transactions) {}

  /** Notes for each of them that the caller has read it. */
  async read(personIds: readonly string[], userId: string): Promise<ReadonlyMap<string, PersonCard>> {
    const values = [personIds, userId];
    const rows = await this.transactions.query<PersonCard & Record<string, unknown>>(READ, values);
    return new Map(rows.map((row) => [row.id, row]));
  }
}
