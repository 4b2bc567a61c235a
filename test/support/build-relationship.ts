import { randomUUID } from 'node:crypto';
import type { Sql } from '../../src/database/transactions';
import type { RelationType, RelationshipDocumentType } from '../../src/domain/person/dictionaries';
import type {
  RelationshipReason,
  RelationshipStatus,
} from '../../src/domain/confidant/relationship-status.rules';
import { insertRows, type Columns } from './drafts';

/**
 * A relationship of which only what matters is said. Unless told otherwise: active, without an end, and as it stands
 * after a sign-up. It leaves no method of authentication; a person is given that by `withAuthenticationMethod`.
 */
export function aRelationship(): RelationshipBuilder {
  return new RelationshipBuilder();
}

export class RelationshipBuilder {
  private readonly columns: Columns = {
    relation_type: 'PRIMARY',
    is_active: true,
    verification_status: 'VERIFICATION_NEEDED',
    verification_reason: 'ONLINE_TRIGGERED',
  };
  private readonly documents: Columns[] = [];
  private id: string = randomUUID();

  withId(id: string): this {
    this.id = id;
    return this;
  }

  /** The person who is acted for. */
  of(personId: string): this {
    return this.set({ person_id: personId });
  }

  /** The confidant person. */
  through(confidantPersonId: string): this {
    return this.set({ confidant_person_id: confidantPersonId });
  }

  as(relationType: RelationType): this {
    return this.set({ relation_type: relationType });
  }

  status(status: RelationshipStatus, reason: RelationshipReason = 'ONLINE_TRIGGERED'): this {
    return this.set({ verification_status: status, verification_reason: reason });
  }

  /** The first day, `YYYY-MM-DD`, on which it no longer holds. */
  activeTo(day: string): this {
    return this.set({ active_to: day });
  }

  inactive(): this {
    return this.set({ is_active: false });
  }

  withDocument(type: RelationshipDocumentType, number: string): this {
    this.documents.push({ id: randomUUID(), type, number });
    return this;
  }

  /** Gives the id of the relationship. */
  async save(sql: Sql): Promise<string> {
    const documents = this.documents.map((row) => ({ ...row, confidant_person_relationship_id: this.id }));
    await insertRows(sql, 'mpi.confidant_person_relationships', [{ id: this.id, ...this.columns }]);
    await insertRows(sql, 'mpi.confidant_person_relationship_documents', documents);
    return this.id;
  }

  private set(columns: Columns): this {
    Object.assign(this.columns, columns);
    return this;
  }
}
