import {
  PARTY_STREAMS,
  type RegisterStreamName,
  type StreamName,
  STREAMS,
  type SubjectName,
} from '../domain/verification/stream';

/** Persons or parties, as tables and columns. Everything else about a check is the same for both. */
export interface Subject {
  readonly name: SubjectName;
  /** The table with the cumulative status. */
  readonly people: 'mpi.persons' | 'prm.parties';
  readonly verifications: 'mpi.person_verifications' | 'prm.party_verifications';
  readonly locks: 'mpi.verification_locks' | 'prm.party_verification_locks';
  /** Column of verifications and locks with the id of the person or party. */
  readonly id: 'person_id' | 'party_id';
  /** Column of verifications that follows the activity of the person or party. */
  readonly active: 'person_is_active' | 'party_is_active';
  /** All streams of a row of verifications. */
  readonly streams: readonly StreamName[];
  /** End of the names of prepared statements: on a connection each name has one text. */
  readonly suffix: '' | '_of_parties';
}

export const PERSONS: Subject = {
  name: 'persons',
  people: 'mpi.persons',
  verifications: 'mpi.person_verifications',
  locks: 'mpi.verification_locks',
  id: 'person_id',
  active: 'person_is_active',
  streams: STREAMS,
  suffix: '',
};

export const PARTIES: Subject = {
  name: 'parties',
  people: 'prm.parties',
  verifications: 'prm.party_verifications',
  locks: 'prm.party_verification_locks',
  id: 'party_id',
  active: 'party_is_active',
  streams: PARTY_STREAMS,
  suffix: '_of_parties',
};

/** In the order in which every transaction locks their rows. */
export const SUBJECTS: readonly Subject[] = [PERSONS, PARTIES];

/** One stream of one kind of subject. */
export interface Checked {
  readonly stream: RegisterStreamName;
  readonly subject: Subject;
}
