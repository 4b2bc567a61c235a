import { Body, Controller, Get, Param, Patch, Query } from '@nestjs/common';
import type { Caller } from '../../domain/access/access.rules';
import { CallerOf, Describes, ListAnswer, Needs, parseBody, ParseId, parseList } from '../../http';
import {
  type ListedRelationship,
  type RelationshipDetails,
  RelationshipService,
} from '../relationship.service';
import { LIST_OF_RELATIONSHIPS, MOVE_OF_RELATIONSHIP, ONE_RELATIONSHIP } from './described-relationships.dto';
import { RELATIONSHIP_MOVE, RELATIONSHIP_QUERY } from './relationship-requests.dto';

/** Relationships with confidant persons, for officials. */
@Controller('api/admin/confidant_person_relationships')
export class RelationshipsController {
  constructor(private readonly relationships: RelationshipService) {}

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
    return this.relationships.details(id);
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
    await this.relationships.move({ ...parseBody(RELATIONSHIP_MOVE, body), id, actorId: caller.userId });
    return this.relationships.details(id);
  }
}
