import { Get, Param, Query } from '@nestjs/common';
import { STREAM_STATUS_TABLE } from '../../domain/verification/stream-status.table';
import { AuditsReading, Needs, PageQuery, type Paging, pagingOf, ShowsList } from '../../http';
import { PersonLookup } from '../../persons';
import { type HistoryEntry, PersonPath, VerificationHistory } from '../../verifications';
import { ConsoleController, Page } from '../frame/page.decorator';
import { view } from '../frame/view';

/** An entry, and whether the program itself made the change. */
interface ShownEntry extends HistoryEntry {
  readonly isBySystem: boolean;
}

interface HistoryModel {
  readonly personId: string;
  /** Masked. */
  readonly name: string;
  readonly nodes: readonly ShownEntry[];
  readonly paging: Paging;
}

const entryOf = (freeText: string): ShownEntry => ({
  isBySystem: false,
  id: freeText,
  inserted_at: new Date('2026-11-28T11:06:41Z'),
  actor_id: freeText,
  actor_name: freeText,
  row: 'S7',
  changeset: null,
  run_id: freeText,
  message_id: freeText,
  duration_ms: 224,
  register_answer: { answer: 'FOUND', means: 'refuted', stored_at: new Date('2026-11-28T11:06:41Z') },
  explanation: { uk: freeText, en: freeText },
});

const { request: FIRST_PAGE } = new PageQuery();

export const HISTORY_PAGE = view<HistoryModel>('history', (freeText) => [
  {
    personId: freeText,
    name: freeText,
    nodes: [
      entryOf(freeText),
      {
        ...entryOf(freeText),
        register_answer: { answer: 'NOT_FOUND', means: 'confirmed', stored_at: null },
        actor_name: null,
        isBySystem: true,
      },
      {
        ...entryOf(freeText),
        row: 'X1',
        register_answer: null,
        actor_id: null,
        actor_name: null,
        run_id: null,
        message_id: null,
        duration_ms: null,
      },
    ],
    paging: pagingOf(FIRST_PAGE, 120),
  },
  { personId: freeText, name: freeText, nodes: [], paging: pagingOf(FIRST_PAGE, 0) },
]);

/** Why the verification of a person is as it is: a sentence a change. */
@ConsoleController('persons')
export class HistoryController {
  constructor(
    private readonly histories: VerificationHistory,
    private readonly lookup: PersonLookup,
  ) {}

  @Get(':id/history')
  @ShowsList()
  @Needs('person:read', { of: 'NHS' })
  @AuditsReading('persons')
  @Page(HISTORY_PAGE)
  async history(
    @Param() { id: personId }: PersonPath,
    @Query() { request }: PageQuery,
  ): Promise<HistoryModel> {
    const { entries, total } = await this.histories.read(personId, request);
    const { name } = await this.lookup.maskedCard(personId);
    return { personId, name, nodes: entries.map(shown), paging: pagingOf(request, total) };
  }
}

/** The rows that no official and no applicant causes. */
const ROWS_OF_SYSTEM: ReadonlySet<string | null> = new Set(
  Object.values(STREAM_STATUS_TABLE)
    .filter(({ acts }) => acts === 'job' || acts === 'scheduler')
    .map(({ row }) => row),
);

const shown = (entry: HistoryEntry): ShownEntry => ({ ...entry, isBySystem: ROWS_OF_SYSTEM.has(entry.row) });
