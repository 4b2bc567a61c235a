import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../config/clock';
import { Transactions } from '../database/transactions';
import { dayInKyiv } from '../domain/calendar-day';
import { maskedName, maskedNumber, maskedPhone } from '../domain/person/masking';
import { Refusal } from '../domain/refusal';
import {
  type ReadRelationshipRow,
  type RelatedPersonRow,
  type RelationshipFilter,
  RelationshipListRepository,
} from './relationship-list.repository';

/** A relationship as a list shows it: both persons masked, and no free text. */
export type ListedRelationship = Readonly<Record<string, unknown>>;

/** The same with its documents, the words of the official and who wrote the row. */
export type RelationshipDetails = ListedRelationship;

/** Shows relationships to officials. Nothing of its persons leaves this room unmasked. */
@Injectable()
export class ReadRelationships {
  constructor(
    private readonly transactions: Transactions,
    private readonly relationships: RelationshipListRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async list(
    filter: RelationshipFilter,
    page: { readonly size: number; readonly offset: number },
  ): Promise<{ readonly entries: readonly ListedRelationship[]; readonly total: number }> {
    const today = dayInKyiv(this.clock());
    const { rows, total } = await this.relationships.list(this.transactions, filter, { ...page, today });
    return { entries: rows.map(listed), total };
  }

  /** Refuses when there is no such relationship. */
  async one(id: string): Promise<RelationshipDetails> {
    const row = await this.relationships.one(this.transactions, id, dayInKyiv(this.clock()));
    if (row === undefined) throw new Refusal('relationship_not_found');
    const documents = await this.relationships.documents(this.transactions, id);
    return {
      ...listed(row),
      verification_comment: row.verification_comment,
      inserted_by: row.inserted_by,
      updated_by: row.updated_by,
      documents: documents.map((document) => ({ ...document, number: maskedNumber(document.number) })),
    };
  }
}

function listed(row: ReadRelationshipRow): ListedRelationship {
  return {
    id: row.id,
    person_id: row.person_id,
    person: row.person === null ? null : masked(row.person),
    confidant_person_id: row.confidant_person_id,
    confidant_person: row.confidant_person === null ? null : masked(row.confidant_person),
    relation_type: row.relation_type,
    is_active: row.is_active,
    active_to: row.active_to,
    is_expired: row.is_expired,
    verification_status: row.verification_status,
    verification_reason: row.verification_reason,
    unverified_at: row.unverified_at,
    dracs_birth_act_id: row.dracs_birth_act_id,
    dracs_birth_synced_at: row.dracs_birth_synced_at,
    inserted_at: row.inserted_at,
    updated_at: row.updated_at,
  };
}

function masked({ last_name, first_name, second_name, phones }: RelatedPersonRow): Record<string, unknown> {
  return {
    name: maskedName({ lastName: last_name, firstName: first_name, secondName: second_name }),
    phones: phones.map(({ type, number }) => ({ type, number: maskedPhone(number) })),
  };
}
