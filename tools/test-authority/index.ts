export { openInFolder, trustedFileIn } from './open-in-folder';
export type { KeyKind } from './signing-key';
export { TestAuthority, type Departures, type MadeUpSignature } from './test-authority';
