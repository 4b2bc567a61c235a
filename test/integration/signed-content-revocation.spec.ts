import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Null } from 'asn1js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Settings } from '../../src/config/settings.schema';
import { readCertificate } from '../../src/signed-content/certificate';
import { checkContainer } from '../../src/signed-content/container-check';
import {
  type Defects,
  type RootKind,
  TestAuthority,
  type WantedAnswer,
  type WantedList,
  writeBasicResponse,
  writeResponse,
  writeRevocationList,
} from '../../tools/test-authority';
import { statusReader, type StatusReader } from '../support/status-reader';
import { StatusServer, type StatusRequest } from '../support/status-server';

const folder = mkdtempSync(join(tmpdir(), 'revocation-'));
const authority = TestAuthority.make({ nodeEnv: 'test' });
const trustedFile = join(folder, 'ca.pem');
writeFileSync(trustedFile, authority.trustedPem);
const trusted = [...authority.trustedPem.matchAll(/-----BEGIN CERTIFICATE-----([^-]+)-----END/g)].map(
  ([, base64 = '']) => readCertificate(Buffer.from(base64, 'base64')),
);

const CAO_2026 = join(__dirname, '../fixtures/signed-content/cao-2026.pem');

const MINUTE_MS = 60_000;
let clockMs = Date.parse('2026-05-01T10:00:00Z');
const now = (): Date => new Date(clockMs);
const at = (minutes: number): Date => new Date(clockMs + minutes * MINUTE_MS);

let server: StatusServer;
let hard: StatusReader;
let soft: StatusReader;

const reader = (changed: Partial<Settings>): Promise<StatusReader> =>
  statusReader(
    { SIGNATURE_TRUSTED_CA_FILE: trustedFile, SIGNATURE_REVOCATION_HOSTS: [server.host], ...changed },
    now,
  );

beforeAll(async () => {
  server = await StatusServer.start();
  [hard, soft] = await Promise.all([
    reader({ SIGNATURE_REVOCATION: 'hard' }),
    reader({ SIGNATURE_REVOCATION: 'soft' }),
  ]);
});

afterAll(async () => {
  await Promise.all([hard.close(), soft.close()]);
  await server.stop();
  rmSync(folder, { recursive: true });
});

beforeEach(() => {
  // The circuit breaker of the test before is over.
  clockMs += 10 * MINUTE_MS;
});

type Addresses = NonNullable<Defects['certificate']>;

/** A container by a new signer whose certificate names the server. */
function signed(
  certificate: Addresses = { ocspUrl: server.url },
  kind: RootKind = 'ecdsa',
  defects: Defects = {},
): Buffer {
  return authority.sign(
    '{}',
    { drfo: '1234567890', signedAt: now(), algorithm: kind },
    { certificate, ...defects },
  );
}

/** The server answers about the signer of this container. */
function answerAbout(
  container: Uint8Array,
  wanted: Partial<WantedAnswer> = {},
): (call: StatusRequest) => Buffer {
  const { subject, issuer } = authority.signerIn(container);
  return ({ nonce, digest }) => {
    const usual = { status: 'good' as const, thisUpdate: now(), nextUpdate: at(10), nonce, digest };
    return writeResponse(0, writeBasicResponse(subject, issuer, { ...usual, ...wanted }));
  };
}

function listAbout(container: Uint8Array, wanted: Partial<WantedList> = {}): Buffer {
  const { subject, issuer } = authority.signerIn(container);
  return writeRevocationList(subject, issuer, {
    status: 'good',
    thisUpdate: at(-600),
    nextUpdate: at(600),
    ...wanted,
  });
}

const REVOKED = { status: 'revoked', since: new Date('2026-04-30T00:00:00Z') } as const;

describe.each(['ecdsa', 'dstu', 'dstu-kupyna'] as const)('A responder with a key of %s', (kind) => {
  it('is asked by POST, and its answer decides', async () => {
    const good = signed({ ocspUrl: server.url }, kind);
    server.answers(answerAbout(good));
    expect(await hard.read(good)).toBe('accepted');
    expect(server.calls.map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /ocsp']);
    expect(server.calls[0]?.nonce).toHaveLength(20);
    for (const isOnHold of [false, true]) {
      const bad = signed({ ocspUrl: server.url }, kind);
      server.answers(answerAbout(bad, { ...REVOKED, isOnHold }));
      expect(await hard.read(bad)).toBe('certificate_revoked');
      expect(await soft.read(bad)).toBe('certificate_revoked');
    }
  });

  it('may know authorities by SHA-1 only', async () => {
    const container = signed({ ocspUrl: server.url }, kind);
    const about = answerAbout(container);
    server.answers((call) => (call.digest === '1.3.14.3.2.26' ? about(call) : writeResponse(6)));
    expect(await hard.read(container)).toBe('accepted');
    expect(server.calls).toHaveLength(kind === 'ecdsa' ? 1 : 3);
  });
});

describe('Without an answer that counts', () => {
  const LARGE = Buffer.alloc(64 * 1024 + 1, 0x30);

  it.each<[string, string, (container: Buffer) => StatusServer['answer']]>([
    ['unknown', 'the responder does not know the certificate', (c) => answerAbout(c, { status: 'unknown' })],
    ['stale', 'the answer is old', (c) => answerAbout(c, { thisUpdate: at(-60), nextUpdate: at(60) })],
    [
      'other_nonce',
      'the answer is one to somebody else',
      (c) => answerAbout(c, { nonce: new Uint8Array(20) }),
    ],
    ['signature', 'the answer was changed', (c) => answerAbout(c, { hasWrongSignature: true })],
    ['refused', 'the responder is not authorised', () => () => writeResponse(6)],
    ['unavailable', 'the responder has no time', () => () => writeResponse(3)],
    ['malformed', 'a page of HTML arrives', () => () => Buffer.from('<html>Welcome</html>')],
    ['too_large', 'more than 64 KiB arrive', () => () => LARGE],
    ['http_status', 'the responder fails', () => () => ({ status: 500 })],
    [
      'http_status',
      'the responder sends somewhere else',
      () => () => ({ status: 302, headers: { location: server.listUrl } }),
    ],
    ['connection', 'the connection is closed', () => () => 'close'],
  ])('%s: %s', async (why, _, answer) => {
    const container = signed();
    server.answers(answer(container));
    const before = await soft.counted('ocsp', 'unknown');
    expect(await hard.read(container)).toBe('certificate_status_unknown');
    expect(JSON.parse(hard.lines.at(-1) ?? '')).toMatchObject({ level: 'warn', kind: 'ocsp', why });
    expect(await soft.read(container)).toBe('accepted');
    expect(JSON.parse(soft.lines.at(-1) ?? '')).toMatchObject({ level: 'warn', kind: 'ocsp', why });
    expect(await soft.counted('ocsp', 'unknown')).toBe(before + 1);
    // A refused request is sent with another digest; nothing else is repeated, and no redirect is followed.
    expect(server.calls).toHaveLength(why === 'refused' ? 4 : 2);
    expect(server.calls.every(({ path }) => path === '/ocsp')).toBe(true);
  });

  it('timeout: nothing arrives within the deadline', async () => {
    const hasty = await reader({ SIGNATURE_REVOCATION_TIMEOUT_MS: 300 });
    server.answers('silence');
    expect(await hasty.read(signed())).toBe('certificate_status_unknown');
    expect(JSON.parse(hasty.lines.at(-1) ?? '')).toMatchObject({ why: 'timeout', host: server.host });
    await hasty.close();
  });

  it('no_address: the certificate names nobody', async () => {
    server.answers({ status: 500 });
    expect(await hard.read(signed({}))).toBe('certificate_status_unknown');
    expect(JSON.parse(hard.lines.at(-1) ?? '')).toMatchObject({ kind: 'none', why: 'no_address' });
    expect(await soft.read(signed({}))).toBe('accepted');
    expect(server.calls).toEqual([]);
  });

  it('host_refused: only hosts of the trust file and of the settings are called', async () => {
    const strict = await reader({ SIGNATURE_REVOCATION_HOSTS: ['ocsp.test'] });
    const container = signed();
    server.answers(answerAbout(container));
    expect(await strict.read(container)).toBe('certificate_status_unknown');
    expect(JSON.parse(strict.lines.at(-1) ?? '')).toMatchObject({ why: 'host_refused', host: server.host });
    expect(server.calls).toEqual([]);
    await strict.close();
  });

  it('address_refused: a host of the trust file is not called in a private network', async () => {
    const responder = authority.service(
      { drfo: '', signedAt: now() },
      { ocspUrl: server.url, listUrl: server.listUrl.replace('127.0.0.1', 'localhost') },
    );
    const der = Buffer.from(responder.certificate.toSchema().toBER());
    const pem = `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`;
    const file = join(folder, 'with-responder.pem');
    writeFileSync(file, authority.trustedPem + pem);
    const strict = await reader({ SIGNATURE_REVOCATION_HOSTS: [], SIGNATURE_TRUSTED_CA_FILE: file });
    server.answers({ status: 500 });
    // The first is refused by its number, the second after its name was looked up.
    for (const certificate of [
      { ocspUrl: server.url },
      { listUrl: server.listUrl.replace('127.0.0.1', 'localhost') },
    ]) {
      expect(await strict.read(signed(certificate))).toBe('certificate_status_unknown');
      expect(JSON.parse(strict.lines.at(-1) ?? '')).toMatchObject({ why: 'address_refused' });
    }
    expect(server.calls).toEqual([]);
    await strict.close();
  });

  it('breaker_open: after five failures in a row the address is left alone for a minute', async () => {
    server.answers({ status: 500 });
    const ocspUrl = `${server.url}/broken`;
    for (let failures = 0; failures < 6; failures += 1) await hard.read(signed({ ocspUrl }));
    expect(server.calls).toHaveLength(5);
    expect(JSON.parse(hard.lines.at(-1) ?? '')).toMatchObject({ why: 'breaker_open' });
    clockMs += MINUTE_MS + 1;
    const container = signed({ ocspUrl });
    server.answers(answerAbout(container));
    expect(await hard.read(container)).toBe('accepted');
  });
});

describe('A list', () => {
  const addresses = (): Addresses => ({ ocspUrl: server.url, listUrl: server.listUrl });

  it.each(['ecdsa', 'dstu', 'dstu-kupyna'] as const)(
    'decides when no responder answers: %s',
    async (kind) => {
      for (const [wanted, verdict] of [
        [{}, 'accepted'],
        [REVOKED, 'certificate_revoked'],
        [{ ...REVOKED, isOnHold: true }, 'certificate_revoked'],
      ] as const) {
        const path = `/${kind}-${verdict}-${JSON.stringify(wanted).length}.crl`;
        const listUrl = `http://${server.host}${path}`;
        const container = signed({ ocspUrl: `${server.url}${path}`, listUrl }, kind);
        const list = listAbout(container, wanted);
        server.answers((call) => (call.path === path ? list : { status: 500 }));
        expect(await hard.read(container)).toBe(verdict);
        expect(server.calls.map(({ method, path: called }) => `${method} ${called}`)).toEqual([
          `POST /ocsp${path}`,
          `GET ${path}`,
        ]);
      }
    },
  );

  it('does not overrule a responder that does not know the certificate', async () => {
    const container = signed(addresses());
    server.answers(answerAbout(container, { status: 'unknown' }));
    expect(await hard.read(container)).toBe('certificate_status_unknown');
    expect(server.calls).toHaveLength(1);
  });

  it('is fetched once for several signers, until it is replaced', async () => {
    const listUrl = `http://${server.host}/shared.crl`;
    const [first, second] = [signed({ listUrl }), signed({ listUrl })];
    const { subject, issuer } = authority.signerIn(second);
    const list = (): Buffer =>
      writeRevocationList(subject, issuer, { ...REVOKED, thisUpdate: now(), nextUpdate: at(5) });
    server.answers(list);
    expect(await hard.read(first)).toBe('accepted');
    expect(await hard.read(second)).toBe('certificate_revoked');
    expect(server.calls).toHaveLength(1);
    clockMs += 6 * MINUTE_MS;
    expect(await hard.read(signed({ listUrl }))).toBe('accepted');
    expect(server.calls).toHaveLength(2);
  });

  it('is fetched once by signers at the same moment', async () => {
    const listUrl = `http://${server.host}/at-once.crl`;
    const [first, second] = [signed({ listUrl }), signed({ listUrl })];
    server.answers(listAbout(first));
    const [one, other] = [checkContainer(first, trusted), checkContainer(second, trusted)];
    await Promise.all([hard.revocation.refuseRevoked(one), hard.revocation.refuseRevoked(other)]);
    expect(server.calls).toHaveLength(1);
  });

  it('is fetched again after half an hour, although it is current for ten', async () => {
    const listUrl = `http://${server.host}/long.crl`;
    const container = signed({ listUrl });
    server.answers(listAbout(container));
    expect(await hard.read(container)).toBe('accepted');
    clockMs += 30 * MINUTE_MS + 1;
    server.answers(listAbout(container, REVOKED));
    expect(await hard.read(container)).toBe('certificate_revoked');
    expect(server.calls).toHaveLength(1);
  });

  it('of more than 32 MiB is not read', async () => {
    server.answers(Buffer.alloc(32 * 1024 * 1024 + 1, 0x30));
    expect(await hard.read(signed({ listUrl: server.listUrl }))).toBe('certificate_status_unknown');
    expect(JSON.parse(hard.lines.at(-1) ?? '')).toMatchObject({ kind: 'crl', why: 'too_large' });
  });
});

describe('An answer is remembered', () => {
  it('until there may be a newer one', async () => {
    const container = signed();
    server.answers(answerAbout(container));
    const before = await hard.counted('cache', 'good');
    expect([await hard.read(container), await hard.read(container)]).toEqual(['accepted', 'accepted']);
    expect(server.calls).toHaveLength(1);
    expect(await hard.counted('cache', 'good')).toBe(before + 1);
    clockMs += 10 * MINUTE_MS + 1;
    server.answers(answerAbout(container, REVOKED));
    expect(await hard.read(container)).toBe('certificate_revoked');
    expect(server.calls).toHaveLength(1);
  });

  it('for half an hour at most', async () => {
    const container = signed();
    server.answers(answerAbout(container, { nextUpdate: at(600) }));
    await hard.read(container);
    clockMs += 30 * MINUTE_MS + 1;
    await hard.read(container);
    expect(server.calls).toHaveLength(2);
  });

  it('for as long as the certificate lives when it was revoked; a suspension is asked about again', async () => {
    for (const [isOnHold, calls] of [
      [false, 1],
      [true, 2],
    ] as const) {
      const container = signed();
      server.answers(answerAbout(container, { ...REVOKED, isOnHold }));
      expect(await hard.read(container)).toBe('certificate_revoked');
      clockMs += 60 * MINUTE_MS;
      expect(await hard.read(container)).toBe('certificate_revoked');
      expect(server.calls).toHaveLength(calls);
    }
  });

  it('also by those who ask at the same moment', async () => {
    const container = signed();
    server.answers(answerAbout(container));
    expect(await Promise.all([hard.read(container), hard.read(container)])).toEqual(['accepted', 'accepted']);
    expect(server.calls).toHaveLength(1);
  });

  it('whatever surrounds the part of the certificate that the issuer signed', async () => {
    const container = signed();
    const { revocable, signedAt } = checkContainer(container, trusted);
    server.answers(answerAbout(container, REVOKED));
    expect(await hard.read(container)).toBe('certificate_revoked');
    const { parsed } = readCertificate(revocable.certificate);
    parsed.signatureAlgorithm.algorithmParams = new Null();
    const other = readCertificate(new Uint8Array(parsed.toSchema().toBER()));
    // It is as right as the first.
    const issuer = readCertificate(revocable.issuer);
    expect([other.der.equals(revocable.certificate), other.isSignedBy(issuer)]).toEqual([false, true]);
    server.answers({ status: 500 });
    await expect(
      hard.revocation.refuseRevoked({ revocable: { ...revocable, certificate: other.der }, signedAt }),
    ).rejects.toMatchObject({ code: 'certificate_revoked' });
  });

  it('but not when nobody gave one', async () => {
    const container = signed({ ocspUrl: `${server.url}/fails` });
    server.answers({ status: 500 });
    await soft.read(container);
    await soft.read(container);
    expect(server.calls).toHaveLength(2);
  });
});

describe('What the container carries', () => {
  const evidence = (answer: Partial<WantedAnswer>): Defects => {
    const usual = { status: 'good' as const, thisUpdate: at(-1), nextUpdate: at(10) };
    return { evidence: { answer: { ...usual, ...answer } } };
  };

  it('decides without a call', async () => {
    server.answers({ status: 500 });
    const before = await hard.counted('embedded', 'good');
    expect(await hard.read(signed({ ocspUrl: server.url }, 'ecdsa', evidence({})))).toBe('accepted');
    expect(await hard.counted('embedded', 'good')).toBe(before + 1);
    const revoked = signed({ ocspUrl: server.url }, 'ecdsa', evidence(REVOKED));
    expect(await hard.read(revoked)).toBe('certificate_revoked');
    expect(server.calls).toEqual([]);
  });

  it('does not when it is old or wrong: then the responder is asked', async () => {
    for (const answer of [{ thisUpdate: at(-60) }, { hasWrongSignature: true }]) {
      const container = signed({ ocspUrl: server.url }, 'ecdsa', evidence(answer));
      server.answers(answerAbout(container, REVOKED));
      expect(await hard.read(container)).toBe('certificate_revoked');
      expect(server.calls).toHaveLength(1);
    }
  });

  it('does not make a certificate good again that is known to be revoked', async () => {
    const container = signed({ ocspUrl: server.url }, 'ecdsa', evidence({}));
    const { revocable, signedAt } = checkContainer(container, trusted);
    server.answers(answerAbout(container, REVOKED));
    const withoutEvidence = { revocable: { ...revocable, evidence: [] }, signedAt };
    await expect(hard.revocation.refuseRevoked(withoutEvidence)).rejects.toMatchObject({
      code: 'certificate_revoked',
    });
    expect(await hard.read(container)).toBe('certificate_revoked');
    expect(server.calls).toHaveLength(1);
  });
});

describe('SIGNATURE_REVOCATION=off', () => {
  it('asks nobody, and is warned about in production', async () => {
    const off = await reader({ SIGNATURE_REVOCATION: 'off' });
    const container = signed();
    server.answers(answerAbout(container, REVOKED));
    expect(await off.read(container)).toBe('accepted');
    expect(server.calls).toEqual([]);
    expect(off.lines).toEqual([]);
    await off.close();
    const production = { NODE_ENV: 'production', SIGNATURE_TRUSTED_CA_FILE: CAO_2026 } as const;
    const inProduction = await reader({ SIGNATURE_REVOCATION: 'off', ...production });
    expect(inProduction.lines.filter((line) => line.includes('set SIGNATURE_REVOCATION'))).toHaveLength(1);
    await inProduction.close();
  });
});

describe('SIGNATURE_OCSP_URL', () => {
  it('is asked instead of the address in the certificate', async () => {
    const own = await reader({
      SIGNATURE_OCSP_URL: `http://${server.host}/own`,
      SIGNATURE_REVOCATION_HOSTS: [],
    });
    const container = signed({ ocspUrl: 'http://ocsp.test/' });
    server.answers(answerAbout(container));
    expect(await own.read(container)).toBe('accepted');
    expect(server.calls.map(({ path }) => path)).toEqual(['/own']);
    await own.close();
  });
});
