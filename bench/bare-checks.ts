import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { CheckThreads } from '../src/signed-content/check-threads';
import { ratePerSecond } from './rate-per-second';
import type { ReadySignUp } from './sign-ups';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** The threads of the program that check signatures, and nothing else of it. */
export class BareChecks {
  private readonly threads: CheckThreads;

  constructor(trustedPem: string) {
    this.threads = new CheckThreads({
      file: join(__dirname, '../dist/src/signed-content/check-in-thread.js'),
      data: (trustedPem.match(CERTIFICATE) ?? []).map((pem) => new X509Certificate(pem).raw),
      queueSize: 1_000,
      timeoutMs: 30_000,
      stopped: () => undefined,
    });
  }

  /** Checks a second. */
  run(signUps: readonly ReadySignUp[], inFlight: number): Promise<number> {
    return ratePerSecond(signUps, inFlight, async ({ container }) => {
      const end = (await this.threads.run(container)) as { readonly kind: string };
      if (end.kind !== 'signed') throw new Error(`A signature was ${end.kind}.`);
    });
  }

  close(): Promise<void> {
    return this.threads.close();
  }
}
