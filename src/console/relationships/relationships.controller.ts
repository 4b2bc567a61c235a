import { Get, Param, Query } from '@nestjs/common';
import {
  type ListedRelationship,
  type RelationshipDetails,
  RelationshipPath,
  RelationshipQuery,
  RelationshipService,
} from '../../confidant-relationships';
import { type Caller, isAllowed } from '../../domain/access/access.rules';
import { AuditsReading, CallerOf, Needs, PageQuery, type Paging, pagingOf, ShowsList } from '../../http';
import { ConsoleController, Page } from '../frame/page.decorator';
import { type FormState, freshForm } from '../frame/submitted-form';
import { view } from '../frame/view';

interface RelationshipsModel {
  readonly filter: FormState;
  readonly nodes: readonly ListedRelationship[];
  readonly paging: Paging;
}

interface RelationshipModel extends RelationshipDetails {
  readonly mayDecide: boolean;
}

const AT = new Date('2026-11-28T11:06:41Z');

/** A relationship of which every text is `freeText`, for the tests of the views. */
export const relationshipExample = (freeText: string): RelationshipDetails => ({
  id: freeText,
  person_id: freeText,
  person: { name: freeText, phones: [] },
  confidant_person_id: freeText,
  confidant_person: { name: freeText, phones: [{ type: 'MOBILE', number: freeText }] },
  relation_type: 'PRIMARY',
  is_active: true,
  active_to: '2039-05-04',
  is_expired: false,
  verification_status: 'IN_REVIEW',
  verification_reason: 'MANUAL',
  unverified_at: AT,
  dracs_birth_act_id: freeText,
  dracs_birth_synced_at: AT,
  inserted_at: AT,
  updated_at: AT,
  verification_comment: freeText,
  inserted_by: freeText,
  updated_by: freeText,
  documents: [{ type: 'BIRTH_CERTIFICATE', number: freeText, issued_by: freeText, issued_at: '2021-05-11' }],
});

/** Other programs leave columns empty. */
const EMPTY = {
  person: null,
  confidant_person_id: null,
  confidant_person: null,
  relation_type: null,
  is_active: null,
  active_to: null,
  is_expired: true,
  verification_status: null,
  verification_reason: null,
  unverified_at: null,
  dracs_birth_act_id: null,
  dracs_birth_synced_at: null,
  verification_comment: null,
  documents: [],
} as const;

const { request: FIRST_PAGE } = new PageQuery();

export const RELATIONSHIPS_PAGE = view<RelationshipsModel>('relationships', (freeText) => {
  const example = relationshipExample(freeText);
  return [
    { filter: freshForm(), nodes: [example, { ...example, ...EMPTY }], paging: pagingOf(FIRST_PAGE, 2) },
    { filter: freshForm({ is_expired: 'true' }), nodes: [], paging: pagingOf(FIRST_PAGE, 0) },
  ];
});

export const RELATIONSHIP_PAGE = view<RelationshipModel>('relationship', (freeText) => {
  const example = relationshipExample(freeText);
  return [
    { ...example, mayDecide: true },
    { ...example, ...EMPTY, mayDecide: false },
  ];
});

/** Relationships with confidant persons; both persons masked. */
@ConsoleController('relationships')
export class RelationshipPagesController {
  constructor(private readonly relationships: RelationshipService) {}

  @Get()
  @ShowsList()
  @Needs('confidant_person_relationship_admin:read', { of: 'NHS' })
  @AuditsReading('confidant_person_relationships')
  @Page(RELATIONSHIPS_PAGE)
  async list(@Query() query: RelationshipQuery): Promise<RelationshipsModel> {
    const { filter, request } = query;
    const { pageSize: size, offset } = request;
    const { entries, total } = await this.relationships.list(filter, { size, offset });
    const { verification_status, is_expired } = query;
    const entered = freshForm({ verification_status, is_expired });
    return { filter: entered, nodes: entries, paging: pagingOf(request, total) };
  }

  @Get(':id')
  @Needs('confidant_person_relationship_admin:read', { of: 'NHS' })
  @AuditsReading('confidant_person_relationships')
  @Page(RELATIONSHIP_PAGE)
  async details(@Param() { id }: RelationshipPath, @CallerOf() caller: Caller): Promise<RelationshipModel> {
    const relationship = await this.relationships.details(id);
    return { ...relationship, mayDecide: isAllowed(caller, 'confidant_person_relationship_admin:write') };
  }
}
