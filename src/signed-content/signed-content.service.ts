import { Injectable } from '@nestjs/common';
import { contentOf, type CheckResult, type SignedContent } from './container-check';
import { SignatureCheckPool } from './signature-check-pool.service';

/** Reads signed documents. */
@Injectable()
export class SignedContentService {
  constructor(private readonly pool: SignatureCheckPool) {}

  /** Returns the content and its signer when the signature is right and trusted; otherwise throws a `Refusal`. */
  async read(container: Uint8Array): Promise<SignedContent> {
    return contentOf((await this.pool.submit(container)) as CheckResult);
  }
}
