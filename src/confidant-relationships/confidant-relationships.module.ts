import { Module } from '@nestjs/common';
import { RelationshipsController } from './admin/relationships.controller';
import { RelationshipsResolver } from './admin/relationships.resolver';
import { RelationshipRepository } from './relationship.repository';
import { RelationshipReviewRepository } from './relationship-review.repository';
import { RelationshipService } from './relationship.service';

/** Who acts for whom, and the methods by which persons confirm actions in their name. */
@Module({
  controllers: [RelationshipsController],
  providers: [
    RelationshipService,
    RelationshipRepository,
    RelationshipReviewRepository,
    RelationshipsResolver,
  ],
  exports: [RelationshipService],
})
export class ConfidantRelationshipsModule {}
