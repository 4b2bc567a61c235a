import { join } from 'node:path';
import { Module } from '@nestjs/common';
import type { Settings } from '../config/env';
import { SETTINGS } from '../config/settings.module';
import { Log } from '../observability';
import { CheckThreads } from './check-threads';
import { ReadSignedContent } from './read-signed-content';
import { readTrustedAuthorities } from './trusted-authorities';

function checkThreads(settings: Settings, log: Log): CheckThreads {
  const { certificates, noneBecause } = readTrustedAuthorities(settings);
  if (noneBecause !== undefined)
    log.warn('no authority is trusted: every signature is refused', { why: noneBecause });
  return new CheckThreads({
    file: join(__dirname, 'check-in-thread.js'),
    data: certificates,
    queueSize: settings.SIGNATURE_QUEUE_SIZE,
    timeoutMs: settings.SIGNATURE_TIMEOUT_MS,
    stopped: (why) => log.warn('a signature check was stopped with its thread', { why }),
  });
}

/** Who signed what and when, proved; nothing above this room knows how. */
@Module({
  providers: [
    { provide: CheckThreads, inject: [SETTINGS, Log], useFactory: checkThreads },
    ReadSignedContent,
  ],
  exports: [ReadSignedContent],
})
export class SignedContentModule {}
