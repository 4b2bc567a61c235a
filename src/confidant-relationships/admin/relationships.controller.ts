import { Body, Controller, Get, Inject, Param, Patch, Query } from '@nestjs/common';
import type { Caller } from '../../domain/access/access.rules';
import { CallerOf, Describes, ListAnswer, Needs, parseBody, ParseId, parseList } from '../../http';
import { MoveRelationship } from '../move-relationship';
import { type ListedRelationship, ReadRelationships, type RelationshipDetails } from '../read-relationships';
import { LIST_OF_RELATIONSHIPS, MOVE_OF_RELATIONSHIP, ONE_RELATIONSHIP } from './described-relationships.dto';
import { RELATIONSHIP_MOVE, RELATIONSHIP_QUERY } from './relationship-requests.dto';

/** Relationships with confidant persons, for officials. */
@Controller('api/admin/confidant_person_relationships')
export class RelationshipsController {
  constructor(
    @Inject(ReadRelationships) private readonly relationships: ReadRelationships,
    @Inject(MoveRelationship) private readonly moveRelationship: MoveRelationship,
  ) {}

  @Get()
  @Needs('confidant_person_relationship_admin:read', { of: 'NHS' })
  @Describes(LIST_OF_RELATIONSHIPS)
  async list(@Query() query: Record<string, unknown>): Promise<ListAnswer<ListedRelationship>> {
    const { filter, page } = parseList(RELATIONSHIP_QUERY, query);
    const { entries, total } = await this.relationships.list(filter, {
      size: page.pageSize,
      offset: page.offset,
    });
    return new ListAnswer(entries, { request: page, total });
  }

  @Get(':id')
  @Needs('confidant_person_relationship_admin:read', { of: 'NHS' })
  @Describes(ONE_RELATIONSHIP)
  details(@Param('id', ParseId) id: string): Promise<RelationshipDetails> {
    return this.relationships.one(id);
  }

  /** Answers with the relationship as it stands after the move. */
  @Patch(':id')
  @Needs('confidant_person_relationship_admin:write', { of: 'NHS' })
  @Describes(MOVE_OF_RELATIONSHIP)
  async move(
    @Param('id', ParseId) id: string,
    @Body() body: unknown,
    @CallerOf() caller: Caller,
  ): Promise<RelationshipDetails> {
    await this.moveRelationship.run({ ...parseBody(RELATIONSHIP_MOVE, body), id, actorId: caller.userId });
    return this.relationships.one(id);
  }
}
