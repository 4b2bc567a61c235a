/**
 * Documents as the tables of cases speak of them. `listed`: in the register of invalid documents. The shared kinds
 * stand at several people at once, `twice_listed` at two persons of one case. The last ones have answers that the
 * sandbox documents by these names.
 */
export type DocumentKind =
  | 'unlisted'
  | 'listed'
  | 'shared_unlisted'
  | 'shared_listed'
  | 'shared_listed_small_letters'
  | 'twice_listed'
  | 'latin_letters'
  | 'small_letters'
  | 'with_space'
  | 'five_digits'
  | 'russian_letter'
  | 'expired'
  | 'replaced_listed'
  | 'national_id'
  | 'birth_certificate'
  | 'MINUS_1'
  | 'MINUS_2'
  | 'FAULT_12'
  | 'FOREIGN_ID';
