import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readCertificate } from '../../src/signed-content/certificate';
import { checkContainer } from '../../src/signed-content/container-check';
import { type Defects, TestAuthority, writeRevocationList } from '../../tools/test-authority';
import { statusReader, type StatusReader } from '../support/status-reader';
import { StatusServer } from '../support/status-server';

const folder = mkdtempSync(join(tmpdir(), 'revocation-together-'));
const authority = TestAuthority.make({ nodeEnv: 'test' });
const trustedFile = join(folder, 'ca.pem');
writeFileSync(trustedFile, authority.trustedPem);
const trusted = [...authority.trustedPem.matchAll(/-----BEGIN CERTIFICATE-----([^-]+)-----END/g)].map(
  ([, base64 = '']) => readCertificate(Buffer.from(base64, 'base64')),
);

const NOW = new Date('2026-05-01T10:00:00Z');

let server: StatusServer;
let reader: StatusReader;

beforeAll(async () => {
  server = await StatusServer.start();
  const settings = { SIGNATURE_TRUSTED_CA_FILE: trustedFile, SIGNATURE_REVOCATION_HOSTS: [server.host] };
  reader = await statusReader({ ...settings, SIGNATURE_REVOCATION: 'hard' }, () => NOW);
});

afterAll(async () => {
  await reader.close();
  await server.stop();
  rmSync(folder, { recursive: true });
});

/** What is known of a new signer whose certificate has these addresses. */
function signed(certificate: NonNullable<Defects['certificate']>) {
  const container = authority.sign('{}', { drfo: '1234567890', signedAt: NOW }, { certificate });
  return { container, content: checkContainer(container, trusted) };
}

/** A promise, and what fulfils it. */
function aPromise(): { readonly fulfilled: Promise<void>; readonly fulfil: () => void } {
  let fulfil = (): void => undefined;
  const fulfilled = new Promise<void>((resolve) => (fulfil = resolve));
  return { fulfilled, fulfil };
}

describe('Signers at the same moment', () => {
  it('whose responder fails are failures each, so that it is left alone after five', async () => {
    const ocspUrl = `${server.url}/broken-together`;
    const { fulfilled: allAsked, fulfil } = aPromise();
    server.answers(async () => {
      if (server.calls.length === 5) fulfil();
      await allAsked;
      return { status: 500 };
    });
    const signers = Array.from({ length: 5 }, () => signed({ ocspUrl }));
    await Promise.allSettled(signers.map(({ content }) => reader.revocation.refuseRevoked(content)));
    expect(await reader.read(signed({ ocspUrl }).container)).toBe('certificate_status_unknown');
    expect(server.calls).toHaveLength(5);
    expect(JSON.parse(reader.lines.at(-1) ?? '')).toMatchObject({ why: 'breaker_open' });
  });

  it('wait for one list, each as long as they have: the first to give up does not end it for the others', async () => {
    const listUrl = `http://${server.host}/slow.crl`;
    const [first, second] = [signed({ listUrl }), signed({ listUrl })];
    const { subject, issuer } = authority.signerIn(first.container);
    const [asked, allowed] = [aPromise(), aPromise()];
    server.answers(async () => {
      asked.fulfil();
      await allowed.fulfilled;
      return writeRevocationList(subject, issuer, { status: 'good', thisUpdate: NOW });
    });
    // A search limits first everything, then the responder.
    const limits: AbortController[] = [];
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => {
      const limit = new AbortController();
      limits.push(limit);
      return limit.signal;
    });
    const ofFirst = reader.revocation.refuseRevoked(first.content);
    const [limitOfFirst] = limits;
    await asked.fulfilled;
    const ofSecond = reader.revocation.refuseRevoked(second.content);
    timeout.mockRestore();
    limitOfFirst?.abort();
    await expect(ofFirst).rejects.toMatchObject({ code: 'certificate_status_unknown' });
    allowed.fulfil();
    await expect(ofSecond).resolves.toBeUndefined();
    expect(server.calls).toHaveLength(1);
  });
});
