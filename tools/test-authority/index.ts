export type { Certified } from './certificate-writer';
export type { KeyKind } from './signing-key';
export {
  writeBasicResponse,
  writeResponse,
  writeRevocationList,
  type WantedAnswer,
  type WantedEvidence,
  type WantedList,
} from './status-writer';
export {
  openTestAuthority,
  TestAuthority,
  trustedFileIn,
  type Defects,
  type MadeUpSignature,
  type RootKind,
} from './test-authority';
export type { TimeStamper } from './time-stamp-writer';
export { archived, der, revocationListOf, type ArchivedForm } from './archived-container';
