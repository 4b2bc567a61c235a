import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Certified, TestAuthority, writeRevocationList } from '../../tools/test-authority';
import { signingKey } from '../../tools/test-authority/signing-key';
import { statusReader, type StatusReader } from '../support/status-reader';
import { StatusServer } from '../support/status-server';

const folder = mkdtempSync(join(tmpdir(), 'openssl-status-'));
const file = (name: string): string => join(folder, name);
const openssl = (...args: string[]) => spawnSync('openssl', args, { cwd: folder, encoding: 'utf8' });
const hasOpenssl = openssl('version').status === 0;
/** What is not installed cannot be agreed with; the title reports it where it is left out. */
const suite = hasOpenssl ? 'OpenSSL' : 'OpenSSL (left out: it is not installed)';

const authority = TestAuthority.make({ nodeEnv: 'test' });
const BY = { drfo: '1234567890', signedAt: new Date() };

const pemOf = ({ certificate }: Certified): string => {
  const base64 = Buffer.from(certificate.toSchema().toBER()).toString('base64').replace(/.{64}/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${base64.trimEnd()}\n-----END CERTIFICATE-----\n`;
};

const { issuer } = authority.issued(BY);
writeFileSync(file('trusted.pem'), authority.trustedPem);
writeFileSync(file('ca.pem'), pemOf(issuer));
writeFileSync(file('ca.key'), issuer.key.kept);
writeFileSync(file('crlnumber'), '01\n');
writeFileSync(
  file('ca.cnf'),
  '[ca]\ndefault_ca=own\n[own]\ndatabase=index.txt\ncrlnumber=crlnumber\ndefault_md=sha256\ndefault_crl_days=1\n',
);

let server: StatusServer;
let program: StatusReader;

beforeAll(async () => {
  server = await StatusServer.start();
  program = await statusReader({
    SIGNATURE_TRUSTED_CA_FILE: file('trusted.pem'),
    SIGNATURE_REVOCATION_HOSTS: [server.host],
  });
});

afterAll(async () => {
  await program.close();
  await server.stop();
  rmSync(folder, { recursive: true });
});

/** A container by a new signer, and their line in the index of OpenSSL. */
function signed(
  state: 'V' | 'R' | undefined,
  reason: string,
  addresses: { ocspUrl?: string; listUrl?: string },
): Buffer {
  const container = authority.sign('{}', BY, { certificate: addresses });
  const { certificate } = authority.signerIn(container).subject;
  const serial = Buffer.from(certificate.serialNumber.valueBlock.valueHexView).toString('hex').toUpperCase();
  const revoked = state === 'R' ? `261101000000Z,${reason}` : '';
  const line =
    state === undefined ? '' : `${state}\t361231000000Z\t${revoked}\t${serial}\tunknown\t/CN=somebody\n`;
  writeFileSync(file('index.txt'), line);
  return container;
}

function answerWithOpenssl(): void {
  server.answers(({ body }) => {
    writeFileSync(file('request'), body);
    const files = [
      '-index',
      'index.txt',
      '-CA',
      'ca.pem',
      '-rsigner',
      'responder.pem',
      '-rkey',
      'responder.key',
    ];
    const end = openssl('ocsp', ...files, '-nmin', '5', '-reqin', 'request', '-respout', 'response');
    expect(end.status, end.stderr).toBe(0);
    return readFileSync(file('response'));
  });
}

const CASES = [
  ['V', '', 'accepted'],
  ['R', 'keyCompromise', 'certificate_revoked'],
  ['R', 'certificateHold', 'certificate_revoked'],
] as const;

describe.runIf(hasOpenssl)(suite, () => {
  it.each(['ecdsa', 'rsa'] as const)(
    'answers requests of ours with a key of %s, and is understood',
    async (kind) => {
      const responder = authority.service(BY, { key: signingKey(kind), purposes: ['1.3.6.1.5.5.7.3.9'] });
      writeFileSync(file('responder.pem'), pemOf(responder));
      writeFileSync(file('responder.key'), responder.key.kept);
      answerWithOpenssl();
      for (const [state, reason, verdict] of [
        ...CASES,
        [undefined, '', 'certificate_status_unknown'] as const,
      ]) {
        expect(await program.read(signed(state, reason, { ocspUrl: server.url }))).toBe(verdict);
      }
      expect(JSON.parse(program.lines.at(-1) ?? '')).toMatchObject({ kind: 'ocsp', why: 'unknown' });
    },
  );

  it('writes lists that are understood', async () => {
    for (const [state, reason, verdict] of CASES) {
      const path = `/${state}-${reason}.crl`;
      const container = signed(state, reason, { listUrl: `http://${server.host}${path}` });
      const files = ['-cert', 'ca.pem', '-keyfile', 'ca.key', '-out', 'list.pem'];
      const end = openssl('ca', '-gencrl', '-config', 'ca.cnf', ...files);
      expect(end.status, end.stderr).toBe(0);
      openssl('crl', '-in', 'list.pem', '-outform', 'DER', '-out', 'list.der');
      server.answers(readFileSync(file('list.der')));
      expect(await program.read(container)).toBe(verdict);
    }
  });

  it('verifies the lists of the test authority', () => {
    const { subject } = authority.issued(BY);
    const times = { thisUpdate: new Date(), nextUpdate: new Date(Date.now() + 60_000) };
    writeFileSync(file('ours.der'), writeRevocationList(subject, issuer, { status: 'revoked', ...times }));
    const end = openssl('crl', '-in', 'ours.der', '-inform', 'DER', '-CAfile', 'ca.pem', '-noout');
    expect([end.status, end.stderr.trim()]).toEqual([0, 'verify OK']);
  });
});
