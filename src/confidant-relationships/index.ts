export { RelationshipMoveDto, RelationshipPath, RelationshipQuery } from './admin/relationships.dto';
export { ConfidantRelationshipsModule } from './confidant-relationships.module';
export {
  type CheckedPersons,
  type ListedRelationship,
  type NewRelationship,
  type RelationshipDetails,
  RelationshipService,
} from './relationship.service';
