import { Injectable } from '@nestjs/common';
import { contentOf, type CheckResult, type SignedContent } from './container-check';
import { RevocationService } from './revocation.service';
import { SignatureCheckPool } from './signature-check-pool.service';

/** Reads signed documents. */
@Injectable()
export class SignedContentService {
  constructor(
    private readonly pool: SignatureCheckPool,
    private readonly revocation: RevocationService,
  ) {}

  /**
   * Returns the content and its signer when the signature is right and trusted and the signer's certificate is not revoked;
   * otherwise throws a `Refusal`.
   */
  async read(container: Uint8Array): Promise<SignedContent> {
    const checked = contentOf((await this.pool.submit(container)) as CheckResult);
    await this.revocation.refuseRevoked(checked);
    const { revocable: _, ...content } = checked;
    return content;
  }
}
