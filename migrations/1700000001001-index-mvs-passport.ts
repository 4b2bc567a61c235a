import { IndexBusyTables } from './index-busy-table';
import { PERSONS, answerIndex, selectionIndexes } from './selection-indexes';

/** The stream mvs_passport: the indexes of its selection of persons. */
export class IndexMvsPassport1700000001001 extends IndexBusyTables {
  readonly name = 'IndexMvsPassport1700000001001';
  protected readonly indexes = [...selectionIndexes('mvs_passport', PERSONS), answerIndex('mvs_passport')];
}
