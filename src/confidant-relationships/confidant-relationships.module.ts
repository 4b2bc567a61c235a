import { Module } from '@nestjs/common';
import { AuthenticationMethodRepository } from './authentication-method.repository';
import { CheckRelationship } from './check-relationship';
import { ConfidantFactsRepository } from './confidant-facts.repository';
import { CreateRelationship } from './create-relationship';
import { RelationshipRepository } from './relationship.repository';

/** Who acts for whom, and the methods by which persons confirm what is done in their name. */
@Module({
  providers: [
    AuthenticationMethodRepository,
    CheckRelationship,
    ConfidantFactsRepository,
    CreateRelationship,
    RelationshipRepository,
  ],
  exports: [CheckRelationship, ConfidantFactsRepository, CreateRelationship],
})
export class ConfidantRelationshipsModule {}
