import { readCertificate } from '../src/signed-content/certificate';
import { checkContainer } from '../src/signed-content/container-check';
import { TestAuthority, type KeyKind } from '../tools/test-authority';
import type { Figure, Measured } from './goal';
import { median, ratios } from './statistics';
import type { Terms } from './terms';

/** What the others are divided by. */
const ECDSA = 'ecdsa';

const ALGORITHMS = ['rsa', 'dstu', 'dstu-kupyna'] as const satisfies readonly KeyKind[];

const CERTIFICATE = /-----BEGIN CERTIFICATE-----([^-]+)-----END/g;

const SIGNED_AT = new Date('2026-05-01T10:00:00Z');

/** About the size of a signed sign-up. */
const CONTENT = Buffer.alloc(4_096, '{"person":{}}');

/** Checks of one kind of signature, one after the other in this process, for so long; returns how many a second. */
function checksPerSecond(check: () => void, seconds: number): number {
  const startedAtMs = performance.now();
  const untilMs = startedAtMs + seconds * 1_000;
  let checks = 0;
  do {
    check();
    checks += 1;
  } while (performance.now() < untilMs);
  return checks / ((performance.now() - startedAtMs) / 1_000);
}

/** Whole checks, chain included, by algorithm; in one process without threads, server and database. */
export function measureSignatureChecks({ rounds, databaseSeconds }: Terms): Measured {
  const authority = TestAuthority.make({ nodeEnv: 'test' });
  const trusted = [...authority.trustedPem.matchAll(CERTIFICATE)].map(([, base64 = '']) =>
    readCertificate(Buffer.from(base64, 'base64')),
  );
  const kinds: readonly KeyKind[] = [ECDSA, ...ALGORITHMS];
  const checks = kinds.map((algorithm) => {
    const container = authority.sign(CONTENT, { drfo: '1234567890', signedAt: SIGNED_AT, algorithm });
    const check = (): void => void checkContainer(container, trusted);
    // The first checks run uncompiled.
    checksPerSecond(check, databaseSeconds / 10);
    return { algorithm, check, rates: [] as number[] };
  });
  // One round after the other, so that what disturbs the machine disturbs all of them.
  for (let round = 0; round < rounds; round += 1) {
    for (const { check, rates } of checks) rates.push(checksPerSecond(check, databaseSeconds / 2));
  }
  const ratesOf = (algorithm: KeyKind): number[] =>
    checks.find((each) => each.algorithm === algorithm)?.rates ?? [];
  const ecdsa = ratesOf(ECDSA);
  const figures = ALGORITHMS.map((algorithm): Figure => {
    const measured = ratesOf(algorithm);
    return {
      goal: { id: 'S4', what: `signature checks with ${algorithm}`, unit: `× ${ECDSA}` },
      reference: ECDSA,
      rounds: ratios(measured, ecdsa),
      detail: `${median(measured).toFixed(1)} checks/s`,
    };
  });
  return {
    figures,
    references: [{ symbol: ECDSA, unit: 'checks/s', values: ecdsa }],
    notes: [
      `S4: one core checks containers of ${CONTENT.length} bytes of content, signed by a person whom a root certified.`,
    ],
  };
}
