import { Get, Param, Post } from '@nestjs/common';
import { type Caller, isAllowed } from '../../domain/access/access.rules';
import { CallerOf, Needs, UuidInPath } from '../../http';
import { SyncUnzrDto, type UnzrInfoRow, UnzrInfoService, type UnzrInfoState } from '../../unzr-info';
import type { LiveSource } from '../frame/live-streams.service';
import { ConsoleController, FormOf, Live, Page } from '../frame/page.decorator';
import { type FormState, freshForm, type SubmittedForm } from '../frame/submitted-form';
import { type PageAnswer, SeeOther, view, WithStatus } from '../frame/view';

class UnzrInfoPath {
  @UuidInPath()
  id!: string;
}

interface UnzrSearchModel {
  readonly form: FormState;
  readonly isUnknown: boolean;
  readonly mayAsk: boolean;
}

interface UnzrModel {
  readonly row: UnzrInfoRow;
  readonly mayAsk: boolean;
}

type UnzrStateModel = UnzrInfoState & { readonly id: string };

export const UNZR_SEARCH_PAGE = view<UnzrSearchModel>('unzr-search', (freeText) => [
  { form: freshForm(), isUnknown: false, mayAsk: false },
  {
    form: { values: { unzr: freeText }, faults: [{ field: 'unzr', rule: 'format' }] },
    isUnknown: false,
    mayAsk: true,
  },
  { form: freshForm({ unzr: freeText }), isUnknown: true, mayAsk: true },
]);

const AT = new Date('2026-11-28T11:06:41Z');

export const UNZR_PAGE = view<UnzrModel>('unzr', (freeText) => {
  const row: UnzrInfoRow = {
    id: freeText,
    unzr: freeText,
    job_status: 'processed',
    info: {
      first_name: freeText,
      last_name: freeText,
      middle_name: null,
      rnokpp: freeText,
      gender: freeText,
      date_birth: freeText,
      documents: [
        {
          type: freeText,
          number: freeText,
          issued_by: null,
          issued_at: freeText,
          expires_at: null,
          status: freeText,
        },
      ],
    },
    synced_at: AT,
    inserted_at: AT,
    inserted_by: freeText,
    updated_at: AT,
    updated_by: freeText,
  };
  return [
    { row, mayAsk: true },
    { row: { ...row, job_status: 'pending' }, mayAsk: true },
    { row: { ...row, job_status: 'failed', info: null, synced_at: null }, mayAsk: false },
    { row: { ...row, info: null }, mayAsk: true },
  ];
});

export const UNZR_STATE_PART = view<UnzrStateModel>('unzr-state-part', (freeText) =>
  (['pending', 'processed', 'failed'] as const).map((job_status) => ({
    id: freeText,
    job_status,
    updated_at: AT,
  })),
);

/** What the register held under a UNZR. The number is sent in forms only; addresses have the id of its request. */
@ConsoleController('unzr')
export class UnzrController {
  constructor(private readonly unzrInfo: UnzrInfoService) {}

  @Get()
  @Needs('unzr:read', { of: 'NHS' })
  @Page(UNZR_SEARCH_PAGE)
  search(@CallerOf() caller: Caller): UnzrSearchModel {
    return { form: freshForm(), isUnknown: false, mayAsk: mayAsk(caller) };
  }

  @Post()
  @Needs('unzr:read', { of: 'NHS' })
  @Page(UNZR_SEARCH_PAGE)
  async find(
    @FormOf(SyncUnzrDto) form: SubmittedForm<SyncUnzrDto>,
    @CallerOf() caller: Caller,
  ): Promise<PageAnswer<UnzrSearchModel>> {
    const shown = { isUnknown: false, mayAsk: mayAsk(caller) };
    const read = await form.read();
    if ('faulty' in read) return new WithStatus(422, { ...shown, form: read.faulty });
    const row = await this.unzrInfo.find(read.input.unzr, caller.userId);
    if (row !== undefined) return new SeeOther(`/console/unzr/${row.id}`);
    return { ...shown, form: form.withFaults([]), isUnknown: true };
  }

  @Post('ask')
  @Needs(['unzr:read', 'unzr:write'], { of: 'NHS' })
  @Page(UNZR_SEARCH_PAGE)
  async ask(
    @FormOf(SyncUnzrDto) form: SubmittedForm<SyncUnzrDto>,
    @CallerOf() { userId }: Caller,
  ): Promise<PageAnswer<UnzrSearchModel>> {
    const read = await form.read();
    if ('faulty' in read) return new WithStatus(422, { form: read.faulty, isUnknown: false, mayAsk: true });
    const { id } = await this.unzrInfo.sync({ unzr: read.input.unzr, userId, reads: false });
    return new SeeOther(`/console/unzr/${id}`, 'unzr_asked');
  }

  @Get(':id')
  @Needs('unzr:read', { of: 'NHS' })
  @Page(UNZR_PAGE)
  async details(@Param() { id }: UnzrInfoPath, @CallerOf() caller: Caller): Promise<UnzrModel> {
    return { row: await this.unzrInfo.readById(id, caller.userId), mayAsk: mayAsk(caller) };
  }

  @Live(':id', UNZR_STATE_PART)
  @Needs('unzr:read', { of: 'NHS' })
  async state(@Param() { id }: UnzrInfoPath): Promise<LiveSource<UnzrStateModel>> {
    await this.unzrInfo.state(id);
    return { key: `unzr/${id}`, load: async () => ({ id, ...(await this.unzrInfo.state(id)) }) };
  }
}

const mayAsk = (caller: Caller): boolean => isAllowed(caller, 'unzr:write');
