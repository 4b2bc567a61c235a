import { Get, Query } from '@nestjs/common';
import { type Caller, isAllowed } from '../../domain/access/access.rules';
import { movesByOfficial } from '../../domain/verification/nhs-status.rules';
import {
  REGISTER_STREAMS,
  type RegisterStreamName,
  STREAM_REASONS,
  STREAM_STATUSES,
  type StreamName,
  type StreamReason,
  STREAMS,
  type StreamStatus,
} from '../../domain/verification/stream';
import {
  AuditsReading,
  CallerOf,
  EmptyIsAbsent,
  MayBeAbsent,
  Needs,
  OneOf,
  PageQuery,
  type Paging,
  pagingOf,
  ShowsList,
} from '../../http';
import {
  type NamedUncheckedPerson,
  UncheckedQuery,
  type UnverifiedPerson,
  WorkListService,
} from '../../verifications';
import { ConsoleController, Page } from '../frame/page.decorator';
import { type FormState, freshForm } from '../frame/submitted-form';
import { view } from '../frame/view';

/** Unlike the query of the call, a stream alone asks for those whom it refutes, and a status without a stream for nothing. */
class WorkListQuery extends PageQuery {
  @EmptyIsAbsent()
  @MayBeAbsent()
  @OneOf(STREAMS)
  stream?: StreamName;

  @EmptyIsAbsent()
  @MayBeAbsent()
  @OneOf(STREAM_STATUSES)
  status?: StreamStatus;

  @EmptyIsAbsent()
  @MayBeAbsent()
  @OneOf(STREAM_REASONS)
  reason?: StreamReason;
}

/** What the manual stream of an entry lets an official do: take the person into work, or decide. */
type NextStep = 'take' | 'decide';

/** An entry, and what the reader may do with it. */
interface WorkListEntry extends UnverifiedPerson {
  readonly nextStep: NextStep | undefined;
}

interface WorkListModel {
  readonly filter: FormState;
  readonly nodes: readonly WorkListEntry[];
  readonly paging: Paging;
  /** What the list can be filtered by. */
  readonly statuses: readonly StreamStatus[];
}

interface UncheckedModel {
  readonly filter: FormState;
  readonly nodes: readonly NamedUncheckedPerson[];
  readonly paging: Paging;
  /** Without the scope there are ids and no names. */
  readonly seesPersons: boolean;
  /** What the list can be filtered by. */
  readonly streams: readonly RegisterStreamName[];
}

const AT = new Date('2026-11-28T11:06:41Z');
const { request: FIRST_PAGE } = new PageQuery();

export const WORK_LIST_PAGE = view<WorkListModel>('work-list', (freeText) => {
  const entry: WorkListEntry = {
    id: freeText,
    name: freeText,
    verification_status: 'CHANGES_NEEDED',
    streams: STREAMS.map((stream) => ({
      stream,
      verification_status: 'NOT_VERIFIED',
      verification_reason: 'AUTO_NOT_VALID',
      unverified_at: AT,
    })),
    nextStep: 'take',
  };
  return [
    {
      filter: freshForm(),
      nodes: [entry, { ...entry, nextStep: 'decide' }, { ...entry, nextStep: undefined }],
      paging: pagingOf(FIRST_PAGE, 100),
      statuses: STREAM_STATUSES,
    },
    {
      filter: freshForm({ stream: 'nhs', status: 'NOT_VERIFIED', reason: 'MANUAL' }),
      nodes: [{ ...entry, name: null, streams: [], verification_status: null }],
      paging: pagingOf(FIRST_PAGE, 1),
      statuses: STREAM_STATUSES,
    },
    { filter: freshForm(), nodes: [], paging: pagingOf(FIRST_PAGE, 0), statuses: STREAM_STATUSES },
  ];
});

export const UNCHECKED_PAGE = view<UncheckedModel>('unchecked', (freeText) => {
  const entry: NamedUncheckedPerson = {
    id: freeText,
    name: freeText,
    stream: 'dms_passport',
    attempts: 12,
    error: 'timeout',
    message_id: freeText,
    last_tried_at: AT,
    next_try_at: AT,
  };
  const unsent = { ...entry, name: null, error: null, message_id: null, next_try_at: null };
  // As a newer version may write them.
  const unknown = { ...unsent, stream: freeText as never, error: freeText };
  return [
    {
      filter: freshForm(),
      nodes: [entry, unsent, unknown],
      paging: pagingOf(FIRST_PAGE, 100),
      seesPersons: true,
      streams: REGISTER_STREAMS,
    },
    {
      filter: freshForm({ stream: 'unzr', error: 'timeout' }),
      nodes: [unsent],
      paging: pagingOf(FIRST_PAGE, 1),
      seesPersons: false,
      streams: REGISTER_STREAMS,
    },
    {
      filter: freshForm(),
      nodes: [],
      paging: pagingOf(FIRST_PAGE, 0),
      seesPersons: true,
      streams: REGISTER_STREAMS,
    },
  ];
});

/** Whom an official works on next, and about whom the registers give no answer. */
@ConsoleController()
export class WorkListController {
  constructor(private readonly lists: WorkListService) {}

  @Get('work-list')
  @ShowsList()
  @Needs('person:read', { of: 'NHS' })
  @AuditsReading('persons')
  @Page(WORK_LIST_PAGE)
  async unverified(
    @Query() { stream, status = 'NOT_VERIFIED', reason, request }: WorkListQuery,
    @CallerOf() caller: Caller,
  ): Promise<WorkListModel> {
    const filter = stream === undefined ? undefined : { stream, status, reason };
    const { entries, total } = await this.lists.unverified(filter, request);
    const mayVerify = isAllowed(caller, 'person:verify');
    return {
      filter: freshForm(filter),
      nodes: entries.map((entry) => ({ ...entry, nextStep: mayVerify ? nextStepOf(entry) : undefined })),
      paging: pagingOf(request, total),
      statuses: STREAM_STATUSES,
    };
  }

  @Get('cannot-be-checked')
  @ShowsList()
  @Needs('job:read', { of: 'NHS' })
  @AuditsReading('persons')
  @Page(UNCHECKED_PAGE)
  async cannotBeChecked(
    @Query() { filter, request }: UncheckedQuery,
    @CallerOf() caller: Caller,
  ): Promise<UncheckedModel> {
    const seesPersons = isAllowed(caller, 'person:read');
    const { entries, total } = seesPersons
      ? await this.lists.cannotBeChecked(filter, request)
      : await this.lists.cannotBeCheckedUnnamed(filter, request);
    return {
      filter: freshForm({ ...filter }),
      nodes: entries,
      paging: pagingOf(request, total),
      seesPersons,
      streams: REGISTER_STREAMS,
    };
  }
}

function nextStepOf({ streams }: UnverifiedPerson): NextStep | undefined {
  const nhs = streams.find(({ stream }) => stream === 'nhs');
  if (nhs === undefined) return undefined;
  const { verification_status: verificationStatus, verification_reason: verificationReason } = nhs;
  const [move] = movesByOfficial({ verificationStatus, verificationReason });
  if (move === undefined) return undefined;
  return move.row === 'N4' ? 'take' : 'decide';
}
