import { randomUUID } from 'node:crypto';
import { type NewRelationship, RelationshipService } from '../../src/confidant-relationships';
import { RelationshipRepository } from '../../src/confidant-relationships/relationship.repository';
import { RelationshipReviewRepository } from '../../src/confidant-relationships/relationship-review.repository';
import type { RelationshipDocument } from '../../src/domain/person/person-request';
import type { Registry } from '../support/database';
import { Refusal, type RefusalCode } from '../../src/domain/refusal';

/** The moment at which these tests take place: 1 June 2026, noon in Kyiv. */
export const NOW = new Date('2026-06-01T09:00:00Z');
export const TODAY = '2026-06-01';
export const YESTERDAY = '2026-05-31';
export const TOMORROW = '2026-06-02';

/** The user who signs. */
export const APPLICANT_USER_ID = '5a5b1c9e-0000-4000-8000-000000000001';

export const BIRTH_CERTIFICATE: RelationshipDocument = {
  type: 'BIRTH_CERTIFICATE',
  number: 'І-КП123456',
  issued_by: 'Калинопільський відділ РАЦС',
  issued_at: '2018-05-20',
};
export const COURT_DECISION: RelationshipDocument = {
  type: 'COURT_DECISION',
  number: '2-1234/2024',
  issued_by: 'Калинопільський районний суд',
  issued_at: '2024-02-29',
};

/** The service as the module makes it. */
export const relationshipService = ({ transactions }: Pick<Registry, 'transactions'>): RelationshipService =>
  new RelationshipService(
    transactions,
    new RelationshipRepository(),
    new RelationshipReviewRepository(),
    () => NOW,
  );

/** By default the relationship of a child of eight. */
export function aNewRelationship(
  between: Pick<NewRelationship, 'personId' | 'confidantPersonId'>,
  changes: Partial<NewRelationship> = {},
): NewRelationship {
  return {
    id: randomUUID(),
    personBirthDate: '2018-05-10',
    relationType: 'PRIMARY',
    documents: [BIRTH_CERTIFICATE],
    activeTo: null,
    alias: 'мама',
    isOfNewPerson: false,
    awaitsApproval: false,
    actorId: APPLICANT_USER_ID,
    now: NOW,
    parameters: { noSelfAuthAge: 14, personFullLegalCapacityAge: 18, thirdPersonLimit: 150 },
    ...between,
    ...changes,
  };
}

/** What is thrown by who refuses for this reason. */
export const refusedFor = (code: RefusalCode): Refusal => new Refusal(code);
