import { Module } from '@nestjs/common';
import { RelationshipsController } from './admin/relationships.controller';
import { RelationshipsResolver } from './admin/relationships.resolver';
import { AuthenticationMethodRepository } from './authentication-method.repository';
import { RelationshipListRepository } from './relationship-list.repository';
import { RelationshipRepository } from './relationship.repository';
import { RelationshipService } from './relationship.service';

/** Who acts for whom, and the methods by which persons confirm actions in their name. */
@Module({
  controllers: [RelationshipsController],
  providers: [
    RelationshipService,
    RelationshipRepository,
    RelationshipListRepository,
    AuthenticationMethodRepository,
    RelationshipsResolver,
  ],
  exports: [RelationshipService],
})
export class ConfidantRelationshipsModule {}
