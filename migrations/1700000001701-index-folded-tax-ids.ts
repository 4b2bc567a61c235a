import { IndexBusyTables } from './index-busy-table';

/** By it the number in a signature finds its user, however the certificate spells it. */
export class IndexFoldedTaxIds1700000001701 extends IndexBusyTables {
  readonly name = 'IndexFoldedTaxIds1700000001701';
  protected readonly indexes = [
    {
      name: 'users_folded_tax_id_index',
      table: 'mithril.users',
      columns: '(mithril.folded_tax_id(tax_id)) WHERE is_active',
    },
  ];
}
