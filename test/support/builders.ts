/** Made-up persons and parties for tests, and what the tables say about them afterwards. */
export { aPerson, savePersons } from './build-person';
export type { PersonBuilder } from './build-person';
export { aParty } from './build-party';
export type { PartyBuilder } from './build-party';
export type { DocumentDraft, LockDraft, StreamExtras } from './drafts';
export { auditOf, eventsOf, lockOf, partyLockOf, partyVerificationOf, verificationOf } from './read-records';
export type { AuditRow, EventRow, LockRow, PartyVerificationRow, VerificationRow } from './read-records';
