import { describe, expect, it } from 'vitest';
import { RELATIONSHIP_STATUS_TABLE } from '../../src/domain/confidant/relationship-status.rules';
import { CUMULATIVE_STATUS_TABLE } from '../../src/domain/verification/cumulative-status.rules';
import { STREAM_TRIGGERS, STREAM_STATUS_TABLE } from '../../src/domain/verification/stream-status.table';
import { NHS_STATUS_TABLE } from '../../src/domain/verification/nhs-status.rules';
import { SELECTION_BRANCHES } from '../../src/domain/verification/selection.rules';
import { verificationTablesPage } from './tables-page';

const PAGE = verificationTablesPage([
  {
    stream: 'unzr',
    answers: { NOT_FOUND: { means: 'refuted', reason: 'AUTO', keep: 'nothing', reaches: 'nobody_else' } },
    clearedWhenMalformed: 'unzr',
  },
  {
    stream: 'dms_passport',
    clearedWhenMalformed: null,
    answers: {
      FOUND: { means: 'refuted', reason: 'AUTO_NOT_VALID', keep: 'answer', reaches: 'other_holders' },
    },
  },
]);

describe('the printed page', () => {
  it('S1–S11, N1–N6, R1–R4, C0–C3: has a line for every row', () => {
    const rows = [
      ...Object.keys(STREAM_STATUS_TABLE),
      ...Object.keys(NHS_STATUS_TABLE),
      ...Object.keys(RELATIONSHIP_STATUS_TABLE),
      ...CUMULATIVE_STATUS_TABLE.map(({ row }) => row),
    ];
    for (const row of rows)
      expect(PAGE.split('\n').filter((line) => line.startsWith(`| ${row} |`))).toHaveLength(1);
  });

  it('has every trigger in the grid, every branch of the selection and every answer', () => {
    for (const words of Object.values(STREAM_TRIGGERS)) expect(PAGE).toContain(`\n| ${words} |`);
    for (const { name } of SELECTION_BRANCHES) expect(PAGE).toContain(`\`${name}\``);
    expect(PAGE).toContain('| `dms_passport` | FOUND | the data is refuted (S7, and S8 for other holders) |');
    expect(PAGE).toContain('| `unzr` | NOT_FOUND | the data is refuted (S7) |');
  });

  it('S5: names the data of the person that are cleared, and no others', () => {
    const reported = PAGE.split('\n').filter((line) => line.includes('of the person is also cleared'));
    expect(reported).toEqual([expect.stringContaining('`unzr`')]);
  });
});
