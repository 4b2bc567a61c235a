import { IndexBusyTables } from './index-busy-table';
import { PERSONS, answerIndex, selectionIndexes } from './selection-indexes';

/** The stream unzr: the indexes of its selection of persons. */
export class IndexUnzr1700000001051 extends IndexBusyTables {
  readonly name = 'IndexUnzr1700000001051';
  protected readonly indexes = [...selectionIndexes('unzr', PERSONS), answerIndex('unzr')];
}
