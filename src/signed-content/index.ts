export type { Signer } from './certificate/signer-of-certificate';
export type { SignedContent } from './check-container';
export { ReadSignedContent } from './read-signed-content';
export { SignedContentModule } from './signed-content.module';
