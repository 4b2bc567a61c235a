/** Made-up persons, parties, users and relationships for tests, and what the tables say about them afterwards. */
export { aPerson } from './build-person';
export type { PersonBuilder } from './build-person';
export { savePersons } from './save-persons';
export { aParty } from './build-party';
export type { PartyBuilder } from './build-party';
export { aUser } from './build-user';
export { aCaller } from './build-caller';
export type { CallerBuilder } from './build-caller';
export { aRelationship } from './build-relationship';
export type { AddressDraft, MethodDraft } from './contact-drafts';
export type { DocumentDraft, LockDraft, StreamExtras } from './drafts';
export {
  auditOf,
  auditOfStream,
  eventsOf,
  lockOf,
  partyLockOf,
  partyVerificationOf,
  verificationOf,
} from './read-records';
export type { AuditRow, EventRow, LockRow, PartyVerificationRow, VerificationRow } from './read-records';
export { aSignUpContent } from './sign-up-content';
export type { SignUpContentBuilder } from './sign-up-content';
export {
  authenticationMethodsOf,
  documentsOf,
  relationshipsOf,
  signUpsOf,
  tokensOf,
  usersOf,
} from './read-registration';
export type {
  AuthenticationMethodRow,
  DocumentRow,
  RelationshipRow,
  SignUpRow,
  TokenRow,
  UserRow,
} from './read-registration';
