import { describe, expect, it } from 'vitest';
import { CUMULATIVE_STATUS_TABLE } from './cumulative-status.table';
import { STREAM_GROUNDS } from './ground';
import { NHS_STATUS_TABLE } from './nhs-status.table';
import { SELECTION_BRANCHES } from './selection.table';
import { STREAM_STATUS_TABLE } from './stream-status.table';
import { verificationTablesPage } from './tables-page';

const PAGE = verificationTablesPage([
  {
    stream: 'dms_passport',
    answers: { FOUND: { means: 'refuted', reason: 'AUTO_NOT_VALID', keep: 'answer' } },
  },
]);

describe('the printed page', () => {
  it('S1–S11, N1–N6, C0–C3: has a line for every row', () => {
    const rows = [
      ...Object.keys(STREAM_STATUS_TABLE),
      ...Object.keys(NHS_STATUS_TABLE),
      ...CUMULATIVE_STATUS_TABLE.map(({ row }) => row),
    ];
    for (const row of rows)
      expect(PAGE.split('\n').filter((line) => line.startsWith(`| ${row} |`))).toHaveLength(1);
  });

  it('has every ground in the grid, every branch of the selection and every answer', () => {
    for (const words of Object.values(STREAM_GROUNDS)) expect(PAGE).toContain(`\n| ${words} |`);
    for (const { name } of SELECTION_BRANCHES) expect(PAGE).toContain(`\`${name}\``);
    expect(PAGE).toContain('| `dms_passport` | FOUND | the data is refuted');
  });
});
