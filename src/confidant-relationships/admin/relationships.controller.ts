import { Body, Controller, Get, Param, Patch, Query } from '@nestjs/common';
import type { Caller } from '../../domain/access/access.rules';
import { AuditsReading, CallerOf, ListAnswer, Needs, Refuses, ShowsList } from '../../http';
import { ApiBody, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import {
  type ListedRelationship,
  type RelationshipDetails,
  RelationshipService,
} from '../relationship.service';
import {
  LISTED_RELATIONSHIP_EXAMPLE,
  ListedRelationshipDto,
  RELATIONSHIP_EXAMPLE,
  RELATIONSHIP_MOVE_EXAMPLE,
  RelationshipDto,
  RelationshipMoveDto,
  RelationshipPath,
  RelationshipQuery,
} from './relationships.dto';

/** Relationships with confidant persons, for officials. */
@Controller('api/admin/confidant_person_relationships')
export class RelationshipsController {
  constructor(private readonly relationships: RelationshipService) {}

  @Get()
  @ShowsList()
  @Needs('confidant_person_relationship_admin:read', { of: 'NHS' })
  @AuditsReading('confidant_person_relationships')
  @ApiOperation({ summary: 'Relationships with confidant persons, newest first; both persons masked' })
  @ApiOkResponse({ type: ListedRelationshipDto, isArray: true, example: LISTED_RELATIONSHIP_EXAMPLE })
  async list(@Query() { filter, request }: RelationshipQuery): Promise<ListAnswer<ListedRelationship>> {
    const { pageSize: size, offset } = request;
    const { entries, total } = await this.relationships.list(filter, { size, offset });
    return new ListAnswer(entries, { request, total });
  }

  @Get(':id')
  @Needs('confidant_person_relationship_admin:read', { of: 'NHS' })
  @AuditsReading('confidant_person_relationships')
  @ApiOperation({ summary: 'One relationship with its documents' })
  @ApiOkResponse({ type: RelationshipDto, example: RELATIONSHIP_EXAMPLE })
  @Refuses('relationship_not_found')
  details(@Param() { id }: RelationshipPath): Promise<RelationshipDetails> {
    return this.relationships.details(id);
  }

  /** Answers with the relationship after the move. */
  @Patch(':id')
  @Needs('confidant_person_relationship_admin:write', { of: 'NHS' })
  @ApiOperation({
    summary: 'An official moves a relationship',
    description: 'Rows R1–R4. Answers with the relationship after the move.',
  })
  @ApiBody({ type: RelationshipMoveDto, examples: { body: { value: RELATIONSHIP_MOVE_EXAMPLE } } })
  @ApiOkResponse({ type: RelationshipDto, example: RELATIONSHIP_EXAMPLE })
  @Refuses('relationship_not_found', 'status_change_refused', 'comment_required')
  async move(
    @Param() { id }: RelationshipPath,
    @Body() { move }: RelationshipMoveDto,
    @CallerOf() caller: Caller,
  ): Promise<RelationshipDetails> {
    await this.relationships.move({ ...move, id, actorId: caller.userId });
    return this.relationships.details(id);
  }
}
