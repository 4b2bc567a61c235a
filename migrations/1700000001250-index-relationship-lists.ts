import { type BusyIndex, IndexBusyTables } from './index-busy-table';

/**
 * One index per way in which officials look for relationships, each in the order of their list, newest first. All of
 * them contain the end: whether a relationship is expired is then counted without a look at its row.
 */
export class IndexRelationshipLists1700000001250 extends IndexBusyTables {
  readonly name = 'IndexRelationshipLists1700000001250';
  protected readonly indexes = indexes();
}

const LISTS = {
  all: '(inserted_at, id) INCLUDE (active_to)',
  status: '(verification_status, inserted_at, id) INCLUDE (active_to)',
  person: '(person_id, inserted_at, id) INCLUDE (active_to)',
  confidant: '(confidant_person_id, inserted_at, id) INCLUDE (active_to)',
  // When few have ended, walking past all the others for one page would take long.
  expired: '(active_to, inserted_at, id) WHERE active_to IS NOT NULL',
} as const;

function indexes(): BusyIndex[] {
  return Object.entries(LISTS).map(([name, columns]) => ({
    name: `confidant_person_relationships_${name}_list_index`,
    table: 'mpi.confidant_person_relationships',
    columns,
  }));
}
