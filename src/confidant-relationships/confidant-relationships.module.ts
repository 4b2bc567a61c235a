import { Module } from '@nestjs/common';
import { RelationshipsController } from './admin/relationships.controller';
import { RelationshipsResolver } from './admin/relationships.resolver';
import { AuthenticationMethodRepository } from './authentication-method.repository';
import { CheckRelationship } from './check-relationship';
import { ConfidantFactsRepository } from './confidant-facts.repository';
import { CreateRelationship } from './create-relationship';
import { MoveRelationship } from './move-relationship';
import { ReadRelationships } from './read-relationships';
import { RelationshipListRepository } from './relationship-list.repository';
import { RelationshipMoveRepository } from './relationship-move.repository';
import { RelationshipRepository } from './relationship.repository';

/** Who acts for whom, and the methods by which persons confirm what is done in their name. */
@Module({
  controllers: [RelationshipsController],
  providers: [
    AuthenticationMethodRepository,
    CheckRelationship,
    ConfidantFactsRepository,
    CreateRelationship,
    MoveRelationship,
    ReadRelationships,
    RelationshipListRepository,
    RelationshipMoveRepository,
    RelationshipRepository,
    RelationshipsResolver,
  ],
  exports: [CheckRelationship, ConfidantFactsRepository, CreateRelationship],
})
export class ConfidantRelationshipsModule {}
