export type { KeyKind } from './signing-key';
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
