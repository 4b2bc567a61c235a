import { Get, Param, Post } from '@nestjs/common';
import {
  type RelationshipDetails,
  RelationshipMoveDto,
  RelationshipPath,
  RelationshipService,
} from '../../confidant-relationships';
import { type Caller, isAllowed } from '../../domain/access/access.rules';
import {
  nextRelationshipStatus,
  type RelationshipMoveRefusal,
  relationshipMovesFrom,
  type RelationshipRowName,
  type RelationshipStatusRow,
} from '../../domain/confidant/relationship-status.rules';
import { refuseUnlessSeen, seenStatus } from '../../domain/seen-status';
import { AuditsReading, CallerOf, MayBeAbsent, Needs, OneOf, Text } from '../../http';
import { ConsoleController, FormOf, Page } from '../frame/page.decorator';
import { type FormFault, type FormState, freshForm, type SubmittedForm } from '../frame/submitted-form';
import { type PageAnswer, SeeOther, view, WithStatus } from '../frame/view';
import { relationshipExample } from './relationships.controller';

/** A decision as it is entered, checked before it is confirmed, or changed again. */
class RelationshipDecisionForm extends RelationshipMoveDto {
  @MayBeAbsent()
  @OneOf(['confirm', 'change'])
  step?: 'confirm' | 'change';

  /** The status that the page showed. */
  @MayBeAbsent()
  @Text()
  seen?: string;
}

interface RelationshipDecisionModel {
  readonly relationship: RelationshipDetails;
  /** By `seenStatus`. */
  readonly seen: string;
  /** What an official may do now. */
  readonly moves: readonly Pick<RelationshipStatusRow, 'row' | 'verificationStatus' | 'needs'>[];
  readonly form: FormState;
  /** What the official is about to confirm. */
  readonly checked: { readonly row: RelationshipRowName } | undefined;
}

export const RELATIONSHIP_DECISION_PAGE = view<RelationshipDecisionModel>(
  'relationship-decision',
  (freeText) => {
    const [relationship, seen] = [relationshipExample(freeText), freeText];
    const moves = relationshipMovesFrom({ verificationStatus: 'IN_REVIEW', verificationReason: 'MANUAL' });
    const values = { verification_status: 'VERIFIED', verification_comment: freeText };
    const form = freshForm({ ...values, dracs_birth_act_id: freeText });
    const faults = [
      { field: 'dracs_birth_act_id', rule: 'format' },
      { field: 'verification_comment', rule: 'required' },
    ] as const;
    return [
      { relationship, seen, moves, form: freshForm(), checked: undefined },
      { relationship, seen, moves, form: { ...form, faults }, checked: undefined },
      ...moves.map(({ row }) => ({ relationship, seen, moves, form, checked: { row } })),
      {
        relationship: { ...relationship, verification_status: null, verification_reason: null },
        seen,
        moves: moves.slice(0, 1),
        form: freshForm({ verification_status: 'VERIFICATION_NEEDED' }),
        checked: { row: 'R2' as const },
      },
    ];
  },
);

const FAULTS: Readonly<Record<RelationshipMoveRefusal, FormFault>> = {
  status_change_refused: { field: 'verification_status', rule: 'inclusion' },
  comment_required: { field: 'verification_comment', rule: 'required' },
  birth_act_missing: { field: 'dracs_birth_act_id', rule: 'required' },
};

/** Rows R1–R4: an official moves a relationship, after they have checked what they entered. */
@ConsoleController('relationships')
export class RelationshipDecisionController {
  constructor(private readonly relationships: RelationshipService) {}

  @Get(':id/decision')
  @Needs('confidant_person_relationship_admin:write', { of: 'NHS' })
  @AuditsReading('confidant_person_relationships')
  @Page(RELATIONSHIP_DECISION_PAGE)
  form(@Param() { id }: RelationshipPath): Promise<RelationshipDecisionModel> {
    return this.modelOf(id, freshForm());
  }

  /** Nothing changes before the step `confirm`. The service checks everything again, so a repeat is refused. */
  @Post(':id/decision')
  @Needs('confidant_person_relationship_admin:write', { of: 'NHS' })
  @AuditsReading('confidant_person_relationships')
  @Page(RELATIONSHIP_DECISION_PAGE)
  async decide(
    @Param() { id }: RelationshipPath,
    @FormOf(RelationshipDecisionForm) form: SubmittedForm<RelationshipDecisionForm>,
    @CallerOf() caller: Caller,
  ): Promise<PageAnswer<RelationshipDecisionModel>> {
    if (form.values['step'] === 'change') return this.modelOf(id, form.withFaults([]));
    const read = await form.read();
    if ('faulty' in read) return new WithStatus(422, await this.modelOf(id, read.faulty));
    const { move, step, seen } = read.input;
    if (step === 'confirm') {
      await this.relationships.move({ ...move, id, actorId: caller.userId, seen });
      const isReader = isAllowed(caller, 'confidant_person_relationship_admin:read');
      const page = `/console/relationships/${id}`;
      return new SeeOther(isReader ? page : `${page}/decision`, 'relationship_moved');
    }
    const model = await this.modelOf(id, form.withFaults([]));
    refuseUnlessSeen(seen, factsOf(model.relationship));
    const next = nextRelationshipStatus(factsOf(model.relationship), move);
    if (!next.allowed) return new WithStatus(422, { ...model, form: form.withFaults([FAULTS[next.why]]) });
    return { ...model, checked: { row: next.row.row } };
  }

  private async modelOf(id: string, form: FormState): Promise<RelationshipDecisionModel> {
    const relationship = await this.relationships.details(id);
    const facts = factsOf(relationship);
    const moves = relationshipMovesFrom(facts);
    return { relationship, seen: seenStatus(facts), moves, form, checked: undefined };
  }
}

const factsOf = (relationship: RelationshipDetails) => ({
  verificationStatus: relationship.verification_status,
  verificationReason: relationship.verification_reason,
  documentTypes: relationship.documents.map(({ type }) => type),
});
