import { Get } from '@nestjs/common';
import { NHS_ROW_WORDS, type Phrase, STREAM_ROW_WORDS } from '../../domain/verification/explanation.texts';
import { NHS_STATUS_TABLE, type NhsStatusRow } from '../../domain/verification/nhs-status.rules';
import { REGISTER_STREAMS, type StreamName, type StreamStatus } from '../../domain/verification/stream';
import { STREAM_STATUS_TABLE, type StreamStatusRow } from '../../domain/verification/stream-status.table';
import { Needs } from '../../http';
import { ConsoleController, Page } from '../frame/page.decorator';
import { view } from '../frame/view';

/** A row of the tables of transitions, in words. */
interface TableRow {
  readonly row: string;
  /** Undefined for any status. */
  readonly from: readonly StreamStatus[] | undefined;
  /** Undefined when the status is as it was before. */
  readonly to: StreamStatus | undefined;
  /** What happened, by stream. */
  readonly words: readonly { readonly stream: StreamName; readonly phrase: Phrase }[];
}

interface TableRowsModel {
  readonly rows: readonly TableRow[];
}

const BUT_IN_REVIEW = ['VERIFICATION_NEEDED', 'VERIFICATION_NOT_NEEDED', 'VERIFIED', 'NOT_VERIFIED'] as const;

function streamRow({ row, from, to }: StreamStatusRow): TableRow {
  return {
    row,
    from: from === 'any' ? undefined : from === 'any_but_in_review' ? BUT_IN_REVIEW : from,
    to: to === 'as_before' ? undefined : to,
    words: REGISTER_STREAMS.map((stream) => ({ stream, phrase: STREAM_ROW_WORDS[stream][row] })),
  };
}

function nhsRow({ row, from, verificationStatus: to }: NhsStatusRow): TableRow {
  const statuses = from === 'any' ? undefined : from.map(({ verificationStatus }) => verificationStatus);
  return {
    row,
    from: statuses === undefined ? undefined : [...new Set(statuses)],
    to,
    words: [{ stream: 'nhs', phrase: NHS_ROW_WORDS[row] }],
  };
}

const ROWS: TableRowsModel = {
  rows: [
    ...Object.values(NHS_STATUS_TABLE).map(nhsRow),
    ...Object.values(STREAM_STATUS_TABLE).map(streamRow),
  ],
};

export const TABLE_ROWS_PAGE = view<TableRowsModel>('table-rows', () => [ROWS]);

/** The rows of the tables that a history refers to; `#S7` leads to one. */
@ConsoleController('table-rows')
export class TableRowsController {
  @Get()
  @Needs('person:read', { of: 'NHS' })
  @Page(TABLE_ROWS_PAGE)
  rows(): TableRowsModel {
    return ROWS;
  }
}
