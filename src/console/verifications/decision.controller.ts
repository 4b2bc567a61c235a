import { Get, Param, Post } from '@nestjs/common';
import { AuditsReading, CallerOf, MayBeAbsent, Needs, OneOf, Text, UncheckedInput } from '../../http';
import type { Caller } from '../../domain/access/access.rules';
import { refuseUnlessSeen, seenStatus } from '../../domain/seen-status';
import {
  NhsMoveDto,
  NhsStatusService,
  PersonPath,
  type PossibleMove,
  type PossibleMoves,
} from '../../verifications';
import { ConsoleController, FormOf, Page } from '../frame/page.decorator';
import { type FormFault, type FormState, freshForm, type SubmittedForm } from '../frame/submitted-form';
import { type PageAnswer, SeeOther, view, WithStatus } from '../frame/view';

/** A decision as it is entered, checked before it is confirmed, or changed again. */
class DecisionForm extends NhsMoveDto {
  @MayBeAbsent()
  @OneOf(['confirm', 'change'])
  step?: 'confirm' | 'change';

  /** The status that the page showed. */
  @MayBeAbsent()
  @Text()
  seen?: string;
}

interface DecisionModel extends PossibleMoves {
  readonly personId: string;
  /** By `seenStatus`. */
  readonly seen: string;
  readonly form: FormState;
  /** What the official is about to confirm. */
  readonly checked: { readonly move: PossibleMove; readonly comment: string } | undefined;
}

const ACCEPT: PossibleMove = {
  row: 'N5',
  verification_status: 'VERIFIED',
  verification_reason: 'MANUAL',
  comment: 'clear',
};
const REJECT: PossibleMove = {
  ...ACCEPT,
  row: 'N6',
  verification_status: 'NOT_VERIFIED',
  comment: 'required',
};
const IN_WORK = { verification_status: 'IN_REVIEW', verification_reason: 'MANUAL' } as const;

export const DECISION_PAGE = view<DecisionModel>('decision', (freeText) => {
  const shown = { personId: freeText, seen: freeText, ...IN_WORK, moves: [ACCEPT, REJECT] };
  return [
    { ...shown, form: freshForm({ status: 'NOT_VERIFIED', comment: freeText }), checked: undefined },
    {
      ...shown,
      form: { values: { comment: freeText }, faults: [{ field: 'status', rule: 'required' }] },
      checked: undefined,
    },
    { ...shown, moves: [], form: freshForm(), checked: undefined },
    { ...shown, form: freshForm(), checked: { move: REJECT, comment: freeText } },
    { ...shown, form: freshForm(), checked: { move: ACCEPT, comment: '' } },
  ];
});

interface DecidedModel extends PossibleMoves {
  readonly personId: string;
}

export const DECIDED_PAGE = view<DecidedModel>('decided', (freeText) => [
  { personId: freeText, ...IN_WORK, moves: [ACCEPT, REJECT] },
  { personId: freeText, verification_status: 'VERIFIED', verification_reason: 'MANUAL', moves: [] },
]);

/** Rows N4–N6: an official takes a person into work, accepts or rejects them, after they have checked what they entered. */
@ConsoleController('persons')
export class DecisionController {
  constructor(private readonly statuses: NhsStatusService) {}

  @Get(':id/decision')
  @Needs('person:verify', { of: 'NHS' })
  @AuditsReading('persons')
  @Page(DECISION_PAGE)
  async form(@Param() { id: personId }: PersonPath): Promise<DecisionModel> {
    return this.modelOf(personId, freshForm());
  }

  /** Nothing changes before the step `confirm`. The service checks everything again, so a repeat is refused. */
  @Post(':id/decision')
  @Needs('person:verify', { of: 'NHS' })
  @AuditsReading('persons')
  @Page(DECISION_PAGE)
  async decide(
    @Param() { id: personId }: PersonPath,
    @FormOf(DecisionForm) form: SubmittedForm<DecisionForm>,
    @CallerOf() { userId: actorId }: Caller,
  ): Promise<PageAnswer<DecisionModel>> {
    if (form.values['step'] === 'change') return this.modelOf(personId, form.withFaults([]));
    const read = await form.read();
    if ('faulty' in read) return new WithStatus(422, await this.modelOf(personId, read.faulty));
    const move = moveIn(read.input);
    const { step, seen } = read.input;
    if (step !== 'confirm') return this.check(personId, form, move);
    const asked = new UncheckedInput(NhsMoveDto, move);
    await this.statuses.move({ personId, actorId, asked, seen });
    return new SeeOther(`/console/persons/${personId}/decided`, 'decision_recorded');
  }

  @Get(':id/decided')
  @Needs('person:verify', { of: 'NHS' })
  @AuditsReading('persons')
  @Page(DECIDED_PAGE)
  async decided(@Param() { id: personId }: PersonPath): Promise<DecidedModel> {
    return { personId, ...(await this.statuses.possibleMoves(personId)) };
  }

  /** What the official is about to confirm, or the form with what is wrong with it. */
  private async check(
    personId: string,
    form: SubmittedForm<DecisionForm>,
    { status, comment }: Required<NhsMoveDto>,
  ): Promise<PageAnswer<DecisionModel>> {
    const model = await this.modelOf(personId, form.withFaults([]));
    refuseUnlessSeen(form.values['seen'], pairOf(model));
    const move = model.moves.find(({ verification_status: to }) => to === status);
    if (move === undefined) return refused(model, { field: 'status', rule: 'inclusion' });
    // An accepted person keeps no comment, and one who is taken into work the comment from before.
    const written = move.comment === 'required' ? (comment ?? '').trim() : undefined;
    if (written === '') return refused(model, { field: 'comment', rule: 'required' });
    return { ...model, checked: { move, comment: written ?? '' } };
  }

  private async modelOf(personId: string, form: FormState): Promise<DecisionModel> {
    const possible = await this.statuses.possibleMoves(personId);
    return { personId, ...possible, seen: seenStatus(pairOf(possible)), form, checked: undefined };
  }
}

const refused = (model: DecisionModel, fault: FormFault): WithStatus<DecisionModel> =>
  new WithStatus(422, { ...model, form: { ...model.form, faults: [fault] } });

const pairOf = (shown: PossibleMoves) => ({
  verificationStatus: shown.verification_status,
  verificationReason: shown.verification_reason,
});

const moveIn = ({ status, comment = null }: DecisionForm): Required<NhsMoveDto> => ({ status, comment });
