/** A person as far as it is about being active. Other programs write the columns, so both may be empty. */
export interface PersonState {
  readonly status: 'active' | 'inactive' | null;
  readonly isActive: boolean | null;
}

/** As the indexes of the search have it: by both columns. */
export function isActivePerson({ status, isActive }: PersonState): boolean {
  return status === 'active' && isActive === true;
}
