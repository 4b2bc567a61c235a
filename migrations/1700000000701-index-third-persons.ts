import { IndexBusyTables } from './index-busy-table';

/**
 * How the persons are found who prove themselves through a third person. Whether a method has ended is a question about
 * now, which no unique index can ask: that a person has one unended method per third person is kept by the one verb that
 * writes it, under its locks on both persons.
 */
export class IndexThirdPersons1700000000701 extends IndexBusyTables {
  readonly name = 'IndexThirdPersons1700000000701';
  protected readonly indexes = [
    {
      name: 'person_authentication_methods_value_index',
      table: 'mpi.person_authentication_methods',
      columns: `(value) WHERE type = 'THIRD_PERSON'`,
    },
  ];
}
