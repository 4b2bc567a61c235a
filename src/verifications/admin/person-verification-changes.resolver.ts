import { Inject } from '@nestjs/common';
import { Args, Mutation, Resolver } from '@nestjs/graphql';
import type { Caller } from '../../domain/access/access.rules';
import type { RegisterStreamName } from '../../domain/verification/stream';
import { databaseIdOf, withInputNames } from '../../graphql';
import { CallerOf, Needs, UncheckedInput } from '../../http';
import { NhsStatusService } from '../nhs-status.service';
import { StreamRestartService } from '../stream-restart.service';
import { type PersonNode, PersonNodes, GRAPHQL_NAMES } from './person-nodes';
import { NhsMoveDto, RepeatDto } from './verification.dto';

/** As the schema lets it pass: all that is needed is there, and what stands in it is judged by the verbs. */
type Input = Readonly<Record<string, unknown>> & { readonly personId: string };

interface ChangedPerson {
  readonly person: PersonNode;
}

/** What officials do to a person's verification. Each field answers with the person as he stands afterwards. */
@Resolver()
export class PersonVerificationChangesResolver {
  constructor(
    @Inject(NhsStatusService) private readonly nhsStatus: NhsStatusService,
    @Inject(StreamRestartService) private readonly restarts: StreamRestartService,
    @Inject(PersonNodes) private readonly persons: PersonNodes,
  ) {}

  @Mutation('updatePersonManualRulesVerificationStatus')
  @Needs('person:verify', { of: 'NHS' })
  async moveNhs(@Args('input') input: Input, @CallerOf() caller: Caller): Promise<ChangedPerson> {
    const personId = databaseIdOf('Person', input.personId, 'personId');
    const names = { status: 'manualRulesVerificationStatus', comment: 'verificationComment' };
    const asked = new UncheckedInput(NhsMoveDto, {
      status: input[names.status],
      comment: input[names.comment],
    });
    await withInputNames(names, () => this.nhsStatus.move({ personId, actorId: caller.userId, asked }));
    return this.changed(personId, caller);
  }

  @Mutation('updatePersonDmsPassportVerificationStatus')
  @Needs('person:verify', { of: 'NHS' })
  requeueDmsPassport(@Args('input') input: Input, @CallerOf() caller: Caller): Promise<ChangedPerson> {
    return this.requeue('dms_passport', input, caller);
  }

  @Mutation('updatePersonMvsPassportVerificationStatus')
  @Needs('person:verify', { of: 'NHS' })
  requeueMvsPassport(@Args('input') input: Input, @CallerOf() caller: Caller): Promise<ChangedPerson> {
    return this.requeue('mvs_passport', input, caller);
  }

  @Mutation('updatePersonUnzrVerificationStatus')
  @Needs('person:verify', { of: 'NHS' })
  requeueUnzr(@Args('input') input: Input, @CallerOf() caller: Caller): Promise<ChangedPerson> {
    return this.requeue('unzr', input, caller);
  }

  /** The reason is the one of row S10, whatever is said: the schema knows no other. */
  private async requeue(stream: RegisterStreamName, input: Input, caller: Caller): Promise<ChangedPerson> {
    const personId = databaseIdOf('Person', input.personId, 'personId');
    const names = { status: `${GRAPHQL_NAMES[stream]}VerificationStatus` };
    const asked = new UncheckedInput(RepeatDto, {
      status: input[names.status],
      run: input['run'] ?? false,
    });
    const actorId = caller.userId;
    await withInputNames(names, () => this.restarts.requeue({ personId, stream, actorId, asked }));
    return this.changed(personId, caller);
  }

  private async changed(personId: string, caller: Caller): Promise<ChangedPerson> {
    return { person: await this.persons.one(personId, caller) };
  }
}
