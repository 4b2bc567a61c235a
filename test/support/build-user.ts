import { randomUUID } from 'node:crypto';
import type { Sql } from '../../src/database/transactions';
import { insertRows, type Columns } from './drafts';

/** A user of whom only what matters is said: unless told otherwise active, not blocked, and nobody's. */
export function aUser(): UserBuilder {
  return new UserBuilder();
}

export class UserBuilder {
  private readonly columns: Columns = {
    tax_id: null,
    person_id: null,
    is_active: true,
    is_blocked: false,
  };
  private id: string = randomUUID();

  withId(id: string): this {
    this.id = id;
    return this;
  }

  ofPerson(personId: string): this {
    return this.set({ person_id: personId });
  }

  withTaxId(taxId: string): this {
    return this.set({ tax_id: taxId });
  }

  blocked(): this {
    return this.set({ is_blocked: true });
  }

  inactive(): this {
    return this.set({ is_active: false });
  }

  /** Gives the id of the user. */
  async save(sql: Sql): Promise<string> {
    await insertRows(sql, 'mithril.users', [{ id: this.id, ...this.columns }]);
    return this.id;
  }

  private set(columns: Columns): this {
    Object.assign(this.columns, columns);
    return this;
  }
}
