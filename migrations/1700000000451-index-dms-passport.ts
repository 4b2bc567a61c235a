import { IndexBusyTables } from './index-busy-table';
import { PERSONS, answerIndex, selectionIndexes } from './selection-indexes';

/** The stream dms_passport: the indexes of its selection of persons. */
export class IndexDmsPassport1700000000451 extends IndexBusyTables {
  readonly name = 'IndexDmsPassport1700000000451';
  protected readonly indexes = [...selectionIndexes('dms_passport', PERSONS), answerIndex('dms_passport')];
}
