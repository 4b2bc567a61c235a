import { Injectable } from '@nestjs/common';
import type { Sql, Statement } from '../database/transactions';
import { maskedNumber } from '../domain/person/masking';
import { isSameNumber } from '../domain/person/signer-number';

/** A user as other modules see it. */
export interface UserAccount {
  readonly id: string;
  readonly personId: string | null;
  readonly isBlocked: boolean;
  readonly taxId: string | null;
}

/** A user to create for a person. */
export interface NewUser {
  readonly id: string;
  readonly personId: string;
  /** The person's own number, or null. */
  readonly taxId: string | null;
  readonly actorId: string;
}

const ACCOUNT = 'id, person_id AS "personId", coalesce(is_blocked, false) AS "isBlocked", tax_id AS "taxId"';

type AccountRow = UserAccount & Record<string, unknown>;

const OF_PERSON: Statement = {
  name: 'user_of_person',
  text: `SELECT ${ACCOUNT} FROM mithril.users WHERE person_id = $1::uuid AND is_active`,
};

/**
 * Returns no row when the person has an active user already, or when somebody else was given the number after this
 * statement began: it waits for their transaction. A number that another active user has is left out: a number
 * that several users share admits none of them, and anybody could claim somebody else's number for a child.
 * $1 id, $2 person, $3 tax_id, $4 actor, $5 changeset.
 */
const INSERT: Statement = {
  name: 'user_insert',
  text: `
    WITH made AS (
      INSERT INTO mithril.users (id, person_id, tax_id, is_active, is_blocked)
      SELECT $1::uuid, $2::uuid, free.tax_id, true, false
        FROM (SELECT CASE WHEN NOT EXISTS (SELECT FROM mithril.users
                                          WHERE mithril.folded_tax_id(tax_id) = mithril.folded_tax_id($3::text)
                                            AND is_active)
                          THEN $3::varchar END AS tax_id) AS free
      ON CONFLICT DO NOTHING
      RETURNING ${ACCOUNT}),
    audited AS (
      INSERT INTO mpi.audit_log (actor_id, resource, resource_id, changeset)
      SELECT $4::uuid, 'users', id,
             CASE WHEN "taxId" IS NULL THEN jsonb_set($5::jsonb, '{tax_id,new_value}', 'null') ELSE $5::jsonb END
        FROM made)
    SELECT * FROM made`,
};

/** More users than all spellings of one number can have; beyond them the number counts as ambiguous. */
const MOST_ALIKE = 64;

/** Users whose number may be this one; several numbers share a folded form. $1 number. */
const OF_FOLDED_NUMBER: Statement = {
  name: 'users_of_folded_number',
  text: `
    SELECT ${ACCOUNT}
      FROM mithril.users
     WHERE mithril.folded_tax_id(tax_id) = mithril.folded_tax_id($1::text) AND is_active
     LIMIT ${MOST_ALIKE}`,
};

/** Active users. The only writer of `users`. */
@Injectable()
export class UserRepository {
  /**
   * By the number of a signer, in any spelling. Undefined for an empty number, and for a number that several active users
   * share.
   */
  async ofTaxId(sql: Sql, taxId: string): Promise<UserAccount | undefined> {
    if (taxId.trim() === '') return undefined;
    const alike = await sql.query<AccountRow>(OF_FOLDED_NUMBER, [taxId]);
    const users = alike.filter((user) => user.taxId !== null && isSameNumber(user.taxId, taxId));
    return users.length === 1 && alike.length < MOST_ALIKE ? users[0] : undefined;
  }

  /** A person has at most one active user. */
  async ofPerson(sql: Sql, personId: string): Promise<UserAccount | undefined> {
    const [user] = await sql.query<AccountRow>(OF_PERSON, [personId]);
    return user;
  }

  /**
   * Returns the new user, or the one that somebody else created for the person meanwhile. The user gets the number only
   * if no active user has it yet.
   */
  async create(sql: Sql, user: NewUser): Promise<UserAccount> {
    // Without the number when the person still has no user: of two who claimed it at the same moment, the other one has it.
    for (const taxId of [user.taxId, null]) {
      const account =
        (await this.insert(sql, { ...user, taxId })) ?? (await this.ofPerson(sql, user.personId));
      if (account !== undefined) return account;
    }
    throw new Error('The existing user of the person was deactivated just now.');
  }

  private async insert(sql: Sql, user: NewUser): Promise<UserAccount | undefined> {
    const { id, personId, taxId, actorId } = user;
    const values = [id, personId, taxId, actorId, JSON.stringify(changesetOf(user))];
    const [created] = await sql.query<AccountRow>(INSERT, values);
    return created;
  }
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
