import { Module } from '@nestjs/common';
import { RevocationClient } from './revocation.client';
import { SignatureCheckPool } from './signature-check-pool.service';
import { RevocationService, SignedContentService } from './signed-content.service';
import { TrustedAuthorities } from './trusted-authorities';

/** Verifies who signed a document and when, with a certificate that is not revoked. Other modules know nothing of containers and certificates. */
@Module({
  providers: [
    TrustedAuthorities,
    SignatureCheckPool,
    RevocationClient,
    RevocationService,
    SignedContentService,
  ],
  exports: [SignedContentService],
})
export class SignedContentModule {}
