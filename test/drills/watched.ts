/** Whose streams a drill watches, as tables and columns. */
export interface Watched {
  readonly subject: 'persons' | 'parties';
  /** Where the sum stands. */
  readonly people: string;
  readonly verifications: string;
  readonly locks: string;
  /** Column that names the person or party. */
  readonly id: string;
  /** Column of verifications that says whether he is active. */
  readonly active: string;
  /** Column of documents, and their table. */
  readonly documents: string;
  /** As the audit rows name what was changed. */
  readonly resource: string;
}

export const WATCHED: readonly Watched[] = [
  {
    subject: 'persons',
    people: 'mpi.persons',
    verifications: 'mpi.person_verifications',
    locks: 'mpi.verification_locks',
    id: 'person_id',
    active: 'person_is_active',
    documents: 'mpi.person_documents',
    resource: 'person_verifications',
  },
  {
    subject: 'parties',
    people: 'prm.parties',
    verifications: 'prm.party_verifications',
    locks: 'prm.party_verification_locks',
    id: 'party_id',
    active: 'party_is_active',
    documents: 'prm.party_documents',
    resource: 'party_verifications',
  },
];

/** The same text for persons and for parties, put together. */
export function ofEverybody(text: (watched: Watched) => string): string {
  return WATCHED.map(text).join('\n  UNION ALL ');
}
