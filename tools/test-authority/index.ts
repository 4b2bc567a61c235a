export type { KeyKind } from './signing-key';
export {
  openTestAuthority,
  TestAuthority,
  trustedFileIn,
  type Defects,
  type MadeUpSignature,
} from './test-authority';
