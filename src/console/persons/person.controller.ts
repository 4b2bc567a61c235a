import { Get, Param, Post, Req } from '@nestjs/common';
import type { Request } from 'express';
import { type Caller, isAllowed } from '../../domain/access/access.rules';
import { Refusal } from '../../domain/refusal';
import { STREAM_STATUS_TABLE } from '../../domain/verification/stream-status.table';
import { REGISTER_STREAMS, type RegisterStreamName } from '../../domain/verification/stream';
import { AuditsReading, CallerOf, MayBeAbsent, Needs, OneOf, UncheckedInput } from '../../http';
import { type MaskedPerson, PersonLookup, ReadingReasonDto } from '../../persons';
import { PersonPath, RepeatDto, StreamRestartService } from '../../verifications';
import { ConsoleController, FormOf, Live, Page } from '../frame/page.decorator';
import type { LiveSource } from '../frame/live-streams.service';
import { type FormState, freshForm, type SubmittedForm } from '../frame/submitted-form';
import { type PageAnswer, SeeOther, WithStatus } from '../frame/view';
import { type PersonChecks, PersonChecksReader } from './person-checks.service';
import { PERSON_CHECKS_PART, PERSON_PAGE, type PersonModel } from './person.views';
import { keptReason } from './search-reason';

/** Row S10, at once or with the next run. */
class RepeatForm {
  @OneOf(REGISTER_STREAMS)
  stream!: RegisterStreamName;

  @MayBeAbsent()
  @OneOf(['true'])
  run?: 'true';
}

const SEES_PERSON = ['person:read', 'person_verification:details'] as const;

/** An official looks at a person: the masked card, the card itself with a reason, the streams, and repeats of checks. */
@ConsoleController('persons')
export class PersonController {
  constructor(
    private readonly lookup: PersonLookup,
    private readonly checks: PersonChecksReader,
    private readonly restarts: StreamRestartService,
  ) {}

  @Get(':id')
  @Needs(SEES_PERSON, { of: 'NHS' })
  @AuditsReading('persons')
  @Page(PERSON_PAGE)
  async person(
    @Param() { id }: PersonPath,
    @CallerOf() caller: Caller,
    @Req() request: Request,
  ): Promise<PersonModel> {
    return this.modelOf(await this.lookup.maskedCard(id), caller, freshForm(keptReason(request)));
  }

  @Post(':id/card')
  @Needs(SEES_PERSON, { of: 'NHS' })
  @AuditsReading('persons')
  @Page(PERSON_PAGE)
  async reveal(
    @Param() { id }: PersonPath,
    @FormOf(ReadingReasonDto) form: SubmittedForm<ReadingReasonDto>,
    @CallerOf() caller: Caller,
  ): Promise<PageAnswer<PersonModel>> {
    const read = await form.read();
    if ('faulty' in read) {
      const person = await this.lookup.maskedCard(id);
      return new WithStatus(422, await this.modelOf(person, caller, read.faulty));
    }
    const stated = { actorId: caller.userId, reason: read.input.stated };
    const { masked, card } = await this.lookup.reveal(id, stated);
    return { ...(await this.modelOf(masked, caller, form.withFaults([]))), card };
  }

  @Post(':id/checks')
  @Needs('person:verify', { of: 'NHS' })
  async repeat(
    @Param() { id: personId }: PersonPath,
    @FormOf(RepeatForm) form: SubmittedForm<RepeatForm>,
    @CallerOf() { userId: actorId }: Caller,
  ): Promise<SeeOther> {
    const { stream, run } = await form.input();
    const asked = new UncheckedInput(RepeatDto, {
      status: STREAM_STATUS_TABLE.S10.to,
      run: run === 'true',
    });
    const { atOnce } = await this.restarts.requeue({ personId, stream, actorId, asked });
    return new SeeOther(`/console/persons/${personId}`, atOnce ? 'check_requested' : 'check_queued');
  }

  @Live(':id/checks', PERSON_CHECKS_PART)
  @Needs(SEES_PERSON, { of: 'NHS' })
  @AuditsReading('persons')
  async liveChecks(@Param() { id }: PersonPath): Promise<LiveSource<PersonChecks>> {
    await this.checksOf(id);
    return { key: `person/${id}/checks`, load: () => this.checksOf(id) };
  }

  private async modelOf(person: MaskedPerson, caller: Caller, reason: FormState): Promise<PersonModel> {
    const checks = await this.checks.of(person.id);
    const mayVerify = isAllowed(caller, 'person:verify') && person.is_active;
    return { person, card: undefined, reason, checks, mayVerify, repeatable: REGISTER_STREAMS };
  }

  /** Refuses a person whose verification was never written. */
  private async checksOf(id: string): Promise<PersonChecks> {
    const checks = await this.checks.of(id);
    if (checks === undefined) throw new Refusal('verification_not_found');
    return checks;
  }
}
