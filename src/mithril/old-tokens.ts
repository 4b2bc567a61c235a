import { agedRows, type Keeping, type OldRows } from '../database/old-rows';

/** Access tokens whose end has come long ago. Kinds that other programs make are theirs to remove. */
export function oldTokens(keeping: Keeping): OldRows {
  return agedRows({
    ...keeping,
    schema: 'mithril',
    table: 'tokens',
    by: 'expires_at',
    only: `o.name = 'access_token'`,
  });
}
