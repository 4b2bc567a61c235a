export type { SignedContent } from './container-check';
export { SignedContentModule } from './signed-content.module';
export { SignedContentService } from './signed-content.service';
export type { Signer } from './certificate';
