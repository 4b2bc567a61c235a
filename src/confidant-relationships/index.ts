export { ConfidantFactsRepository } from './confidant-facts.repository';
export { ConfidantRelationshipsModule } from './confidant-relationships.module';
export { CheckRelationship, type CheckedPersons } from './check-relationship';
export { CreateRelationship, type NewRelationship } from './create-relationship';
export type { ConfidantFacts } from '../domain/confidant/relationship.rules';
export type { RelationshipCheck } from '../domain/confidant/relationship.rules';
