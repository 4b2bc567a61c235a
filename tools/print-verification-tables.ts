import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { DMS_PASSPORT_ANSWERS } from '../src/dms-passport';
import type { PrintedStream } from './verification-tables/stream-tables';
import { verificationTablesPage } from './verification-tables/tables-page';
import { MVS_PASSPORT_ANSWERS } from '../src/mvs-passport';
import { UNZR_ANSWERS, UNZR_CLEARED_WHEN_MALFORMED } from '../src/unzr';

const PAGE = resolve(__dirname, '../docs/verification-tables.md');

const CONNECTED_STREAMS: readonly PrintedStream[] = [
  { stream: 'dms_passport', answers: DMS_PASSPORT_ANSWERS, clearedWhenMalformed: null },
  { stream: 'mvs_passport', answers: MVS_PASSPORT_ANSWERS, clearedWhenMalformed: null },
  { stream: 'unzr', answers: UNZR_ANSWERS, clearedWhenMalformed: UNZR_CLEARED_WHEN_MALFORMED },
];

/** Writes docs/verification-tables.md; with `--check` it only compares, and fails when the page is out of date. */
function printVerificationTables(onlyCheck: boolean): number {
  const page = verificationTablesPage(CONNECTED_STREAMS);
  if (!onlyCheck) {
    writeFileSync(PAGE, page);
    return 0;
  }
  if (existsSync(PAGE) && readFileSync(PAGE, 'utf8') === page) return 0;
  process.stderr.write('docs/verification-tables.md is out of date: run npm run tables.\n');
  return 1;
}

process.exitCode = printVerificationTables(process.argv.includes('--check'));
