import { Injectable } from '@nestjs/common';
import type { Sql, Statement } from '../database/transactions';
import { maskedNumber } from '../domain/person/masking';

/** Who signs in. */
export interface User {
  readonly id: string;
  readonly personId: string | null;
  readonly isBlocked: boolean;
  readonly taxId: string | null;
}

/** A user who is to be created for a person. */
export interface NewUser {
  readonly id: string;
  readonly personId: string;
  /** The person's own number; empty when he has none. */
  readonly taxId: string | null;
  readonly actorId: string;
}

interface UserRow {
  readonly id: string;
  readonly person_id: string | null;
  readonly is_blocked: boolean;
  readonly tax_id: string | null;
}

const COLUMNS = 'id, person_id, coalesce(is_blocked, false) AS is_blocked, tax_id';

/** Two tell that the number does not say whose it is; how many more there are does not matter. */
const OF_TAX_ID: Statement = {
  name: 'user_of_tax_id',
  text: `SELECT ${COLUMNS} FROM mithril.users WHERE tax_id = $1 AND is_active LIMIT 2`,
};

const OF_PERSON: Statement = {
  name: 'user_of_person',
  text: `SELECT ${COLUMNS} FROM mithril.users WHERE person_id = $1 AND is_active`,
};

/**
 * Nothing comes back when the person has an active user already. A number that another active user has is left out:
 * whose number several have is let in no more, and anybody can claim anybody's for a child he signs up.
 * $1 id, $2 person, $3 tax_id, $4 actor, $5 changeset.
 */
const INSERT: Statement = {
  name: 'user_insert',
  text: `
    WITH made AS (
      INSERT INTO mithril.users (id, person_id, tax_id, is_active, is_blocked)
      SELECT $1::uuid, $2::uuid, free.tax_id, true, false
        FROM (SELECT CASE WHEN NOT EXISTS (SELECT FROM mithril.users WHERE tax_id = $3::varchar AND is_active)
                          THEN $3::varchar END AS tax_id) AS free
      ON CONFLICT (person_id) WHERE is_active DO NOTHING
      RETURNING ${COLUMNS}),
    audited AS (
      INSERT INTO mpi.audit_log (actor_id, resource, resource_id, changeset)
      SELECT $4::uuid, 'users', id,
             CASE WHEN tax_id IS NULL THEN jsonb_set($5::jsonb, '{tax_id,new_value}', 'null') ELSE $5::jsonb END
        FROM made)
    SELECT * FROM made`,
};

/** Active users. No other room writes `users`. */
@Injectable()
export class UserRepository {
  /** An empty number is nobody's, and so is one that several users share. */
  async ofTaxId(sql: Sql, taxId: string): Promise<User | undefined> {
    if (taxId.trim() === '') return undefined;
    const rows = await sql.query<UserRow>(OF_TAX_ID, [taxId]);
    return rows.length === 1 ? rows.map(userOf)[0] : undefined;
  }

  /** A person has at most one active user. */
  async ofPerson(sql: Sql, personId: string): Promise<User | undefined> {
    const [user] = (await sql.query<UserRow>(OF_PERSON, [personId])).map(userOf);
    return user;
  }

  /**
   * The new user, or the one whom somebody else created for the person meanwhile. He has the number only if no active
   * user has it yet.
   */
  async create(sql: Sql, user: NewUser): Promise<User> {
    const { id, personId, taxId, actorId } = user;
    const values = [id, personId, taxId, actorId, JSON.stringify(changesetOf(user))];
    const [created] = (await sql.query<UserRow>(INSERT, values)).map(userOf);
    if (created !== undefined) return created;
    const existing = await this.ofPerson(sql, personId);
    if (existing === undefined) throw new Error('The user who stood in the way was deactivated just now.');
    return existing;
  }
}

function userOf(row: UserRow): User {
  return { id: row.id, personId: row.person_id, isBlocked: row.is_blocked, taxId: row.tax_id };
}

function changesetOf({
  personId,
  taxId,
}: NewUser): Readonly<Record<string, { readonly new_value: unknown }>> {
  return {
    person_id: { new_value: personId },
    tax_id: { new_value: taxId === null ? null : maskedNumber(taxId) },
    is_active: { new_value: true },
    is_blocked: { new_value: false },
  };
}
