import { Args, Mutation, Resolver } from '@nestjs/graphql';
import type { Caller } from '../../domain/access/access.rules';
import { globalId, inCamelCase } from '../../graphql';
import { CallerOf, Needs, validated } from '../../http';
import { type RelationshipDetails, RelationshipService } from '../relationship.service';
import { MovedRelationshipInput, RelationshipMoveDto } from './relationships.dto';

/** As the schema lets it pass; the ids and the texts in it are judged here. */
interface MoveInput {
  readonly confidantPersonRelationshipId: unknown;
  readonly verificationStatus: unknown;
  readonly verificationComment?: unknown;
  readonly dracsBirthActId?: unknown;
}

/** Moves relationships with confidant persons, as the call of REST does. */
@Resolver()
export class RelationshipsResolver {
  constructor(private readonly relationships: RelationshipService) {}

  /** Answers with the relationship after the move. */
  @Mutation('updateConfidantPersonRelationship')
  @Needs('confidant_person_relationship_admin:write', { of: 'NHS' })
  async move(@Args('input') input: MoveInput, @CallerOf() caller: Caller): Promise<object> {
    const { confidantPersonRelationshipId } = input;
    const { confidantPersonRelationshipId: id } = await validated(MovedRelationshipInput, {
      confidantPersonRelationshipId,
    });
    const { move } = await validated(RelationshipMoveDto, {
      verification_status: input.verificationStatus,
      verification_comment: input.verificationComment,
      dracs_birth_act_id: input.dracsBirthActId,
    });
    await this.relationships.move({ ...move, id, actorId: caller.userId });
    return { confidantPersonRelationship: nodeOf(id, await this.relationships.details(id)) };
  }
}

function nodeOf(databaseId: string, relationship: RelationshipDetails): object {
  return {
    ...inCamelCase(relationship),
    id: globalId('ConfidantPersonRelationship', databaseId),
    databaseId,
  };
}
