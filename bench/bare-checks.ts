import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { Log } from '../src/observability';
import { SignatureCheckPool } from '../src/signed-content/signature-check-pool.service';
import { ratePerSecond } from './rate-per-second';
import type { ReadySignUp } from './sign-ups';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Threads start from compiled code, also when the benchmark itself runs from source. */
class CompiledCheckPool extends SignatureCheckPool {
  protected override readonly threadFile = join(
    __dirname,
    '../dist/src/signed-content/signature-check.thread.js',
  );
}

/** The threads of the service that check signatures, and nothing else of it. */
export class BareChecks {
  private readonly pool: SignatureCheckPool;

  constructor(trustedPem: string) {
    const certificates = (trustedPem.match(CERTIFICATE) ?? []).map((pem) => new X509Certificate(pem).raw);
    this.pool = new CompiledCheckPool(
      { SIGNATURE_QUEUE_SIZE: 1_000, SIGNATURE_TIMEOUT_MS: 30_000, SIGNATURE_SECONDS_PER_MINUTE: 100_000 },
      { certificates, mustBeQualified: false },
      new Log({ LOG_LEVEL: 'silent' }),
    );
  }

  /** Checks a second. */
  run(signUps: readonly ReadySignUp[], inFlight: number): Promise<number> {
    return ratePerSecond(signUps, inFlight, async ({ container }) => {
      const end = (await this.pool.submit(container)) as { readonly kind: string };
      if (end.kind !== 'signed') throw new Error(`A signature was ${end.kind}.`);
    });
  }

  close(): Promise<void> {
    return this.pool.onApplicationShutdown();
  }
}
