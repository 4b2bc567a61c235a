import { Args, Query, Resolver, Mutation } from '@nestjs/graphql';
import type { Caller } from '../../domain/access/access.rules';
import {
  type Connection,
  connectionOf,
  databaseIdOf,
  type PageAsked,
  windowOf,
  withInputNames,
} from '../../graphql';
import { AuditsReading, CallerOf, Needs, UncheckedInput, ShowsList } from '../../http';
import { PersonListRepository } from '../person-list.repository';
import { type PersonNode, PersonNodes, GRAPHQL_NAMES } from './person-nodes';
import { listChosenBy } from './person-lists.dto';
import type { RegisterStreamName } from '../../domain/verification/stream';
import { NhsStatusService } from '../nhs-status.service';
import { StreamRestartService } from '../stream-restart.service';
import { NhsMoveDto, RepeatDto } from './verification.dto';

/** The schema has checked that the required fields exist; the services check the values. */
type Input = Readonly<Record<string, unknown>> & { readonly personId: string };

interface ChangedPerson {
  readonly person: PersonNode;
}

/** Persons for officials: who is unverified, and the changes of their verification. A change answers with the person after it. */
@Resolver()
export class PersonsResolver {
  constructor(
    private readonly lists: PersonListRepository,
    private readonly persons: PersonNodes,
    private readonly nhsStatus: NhsStatusService,
    private readonly restarts: StreamRestartService,
  ) {}

  @Query('person')
  @Needs('person:read', { of: 'NHS' })
  @AuditsReading('persons')
  async person(@Args('id') id: string, @CallerOf() caller: Caller): Promise<PersonNode> {
    return this.persons.one(databaseIdOf('Person', id, 'id'), caller);
  }

  @Query('unverifiedPersons')
  @ShowsList()
  @Needs('person:read', { of: 'NHS' })
  @AuditsReading('persons')
  async unverified(
    @Args() { filter, ...page }: PageAsked & { readonly filter?: unknown },
    @CallerOf() caller: Caller,
  ): Promise<Connection<PersonNode>> {
    const window = windowOf(page);
    const list = await listChosenBy(filter);
    // One more row shows whether the list continues.
    const rows = await this.lists.rows(list, { offset: window.offset, size: window.size + 1 });
    const nodes = this.persons.of(rows.slice(0, window.size), caller);
    return connectionOf(nodes, { offset: window.offset, goesOn: rows.length > window.size });
  }

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

  /** The reason is always that of row S10: the schema has no other. */
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
