import { Module } from '@nestjs/common';
import { SignatureCheckPool } from './signature-check-pool.service';
import { SignedContentService } from './signed-content.service';
import { TrustedAuthorities } from './trusted-authorities';

/** Verifies who signed a document and when. Other modules know nothing of containers and certificates. */
@Module({
  providers: [TrustedAuthorities, SignatureCheckPool, SignedContentService],
  exports: [SignedContentService],
})
export class SignedContentModule {}
