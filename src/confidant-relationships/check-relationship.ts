import { Injectable } from '@nestjs/common';
import type { Sql } from '../database/transactions';
import type { IsoDay } from '../domain/calendar-day';
import { relationshipCheckOf, type RelationshipCheck } from '../domain/confidant/relationship.rules';
import { RelationshipRepository } from './relationship.repository';

/** Whose relationships are looked at: one of the persons at least is named. */
export interface CheckedPersons {
  readonly personId?: string;
  readonly confidantPersonId?: string;
  readonly today: IsoDay;
}

/** Whether one person may act for another, as the registry knows today. */
@Injectable()
export class CheckRelationship {
  constructor(private readonly relationships: RelationshipRepository) {}

  async run(sql: Sql, of: CheckedPersons): Promise<RelationshipCheck> {
    return relationshipCheckOf(await this.relationships.valid(sql, of));
  }
}
