import { readCertificate } from '../src/signed-content/certificate';
import { checkContainer } from '../src/signed-content/container-check';
import { kupyna } from '../src/signed-content/kupyna';
import { archived, revocationListOf, TestAuthority, type KeyKind } from '../tools/test-authority';
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

/** The longest content that is accepted, and a revocation list as large as real ones are. */
const LONGEST_CONTENT = Buffer.alloc(256 * 1024, 7);
const LIST_ENTRIES = 300_000;

/** Whole checks by algorithm, and what S5 and S6 compare with them. */
function subjects(): Readonly<Record<string, () => void>> {
  const authority = TestAuthority.make({ nodeEnv: 'test' });
  const trusted = [...authority.trustedPem.matchAll(CERTIFICATE)].map(([, base64 = '']) =>
    readCertificate(Buffer.from(base64, 'base64')),
  );
  const signed = (algorithm: KeyKind): Buffer =>
    authority.sign(CONTENT, { drfo: '1234567890', signedAt: SIGNED_AT, algorithm });
  const checkOf = (container: Buffer) => (): void => void checkContainer(container, trusted);
  const checks = ([ECDSA, ...ALGORITHMS] as const).map(
    (algorithm) => [algorithm, checkOf(signed(algorithm))] as const,
  );
  return {
    ...Object.fromEntries(checks),
    large: checkOf(archived(signed(ECDSA), 'X-Long', revocationListOf(LIST_ENTRIES))),
    digest: () => void kupyna(LONGEST_CONTENT, 256),
  };
}

/** In one process without threads, server and database; chains are included. */
export function measureSignatureChecks({ rounds, databaseSeconds }: Terms): Measured {
  const all = Object.entries(subjects()).map(([name, run]) => ({ name, run, rates: [] as number[] }));
  // The first checks run uncompiled.
  for (const { run } of all) checksPerSecond(run, databaseSeconds / 10);
  // One round after the other, so that what disturbs the machine disturbs all of them.
  for (let round = 0; round < rounds; round += 1) {
    for (const { run, rates } of all) rates.push(checksPerSecond(run, databaseSeconds / 2));
  }
  const ratesOf = (name: string): number[] => all.find((each) => each.name === name)?.rates ?? [];
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
    figures: [
      ...figures,
      largeContainer(ratesOf('large'), ecdsa),
      digest(ratesOf('digest'), ratesOf('dstu-kupyna')),
    ],
    references: [{ symbol: ECDSA, unit: 'checks/s', values: ecdsa }],
    notes: [
      `S4: one core checks containers of ${CONTENT.length} bytes of content, signed by a person whom a root certified.`,
      `S5: the same with ${LIST_ENTRIES} revoked certificates inside. S6: the digest of 256 KiB against one check.`,
    ],
  };
}

function largeContainer(large: readonly number[], plain: readonly number[]): Figure {
  return {
    goal: {
      id: 'S5',
      what: 'container with 300,000 revoked inside',
      unit: '× a plain one',
      must: { atLeast: 0.5 },
    },
    reference: ECDSA,
    rounds: ratios(large, plain),
    detail: `${(1_000 / median(large)).toFixed(1)} ms a check`,
  };
}

function digest(digests: readonly number[], checks: readonly number[]): Figure {
  return {
    goal: {
      id: 'S6',
      what: 'Kupyna of 256 KiB',
      unit: '× time of a check',
      must: { atMost: 0.2 },
      aim: { atMost: 0.1 },
    },
    reference: ECDSA,
    rounds: ratios(checks, digests),
    detail: `${(1_000 / median(digests)).toFixed(2)} ms, a check with dstu-kupyna ${(1_000 / median(checks)).toFixed(1)} ms`,
  };
}
