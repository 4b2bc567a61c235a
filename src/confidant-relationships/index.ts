export { ConfidantRelationshipsModule } from './confidant-relationships.module';
export { type CheckedPersons, type NewRelationship, RelationshipService } from './relationship.service';
