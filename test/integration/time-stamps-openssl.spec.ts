import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Refusal } from '../../src/domain/refusal';
import { type Certificate, readCertificate } from '../../src/signed-content/certificate';
import { checkContainer, type SignedContent } from '../../src/signed-content/container-check';
import { TestAuthority } from '../../tools/test-authority';

/*
 * A time-stamp authority by OpenSSL, with a root of its own. It stamps with the time of the machine, so the made-up person
 * signs now.
 */
const folder = mkdtempSync(join(tmpdir(), 'openssl-ts-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string): string => join(folder, name);
const openssl = (...args: string[]) => spawnSync('openssl', args, { cwd: folder, encoding: 'utf8' });
const hasOpenssl = openssl('version').status === 0;

/** Where OpenSSL is missing, the title reports it. */
const suite = hasOpenssl
  ? 'Time-stamps by OpenSSL'
  : 'Time-stamps by OpenSSL (left out: it is not installed)';

const CONFIGURATION = `
[tsa]
default_tsa = stamps
[stamps]
serial = serial
crypto_device = builtin
signer_cert = tsa.pem
signer_key = tsa.key
certs = root.pem
default_policy = 1.2.3.4.1
digests = sha256, sha512
signer_digest = sha256
accuracy = millisecs:500
clock_precision_digits = 3
ordering = yes
tsa_name = yes
ess_cert_id_alg = sha256
`;

const STAMPS = 'extendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\n';

const authority = TestAuthority.make({ nodeEnv: 'test' });
const CONTENT = '{"person":{}}';

function run(...args: string[]): void {
  const { status, stderr } = openssl(...args);
  expect([status, args.join(' ')], stderr).toEqual([0, args.join(' ')]);
}

const certificate = (name: string): Certificate => {
  run('x509', '-in', name, '-outform', 'DER', '-out', 'certificate.der');
  return readCertificate(readFileSync(file('certificate.der')));
};

/** A token on the bytes. With `-cert` in the query it carries the certificate of its authority. */
function stamp(bytes: Uint8Array, ...query: string[]): Buffer {
  writeFileSync(file('stamped'), bytes);
  run('ts', '-query', '-data', 'stamped', '-sha256', ...query, '-out', 'query.tsq');
  const reply = ['-reply', '-config', 'tsa.cnf', '-section', 'stamps', '-queryfile', 'query.tsq'];
  run('ts', ...reply, '-token_out', '-out', 'token.der');
  return readFileSync(file('token.der'));
}

const roots: Certificate[] = [];

beforeAll(() => {
  if (!hasOpenssl) return;
  const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-384', '-nodes'];
  const ext = ['-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign'];
  run('req', '-x509', ...ec, '-subj', '/CN=root', ...ext, '-keyout', 'root.key', '-out', 'root.pem');
  run('req', ...ec, '-subj', '/CN=tsa', '-keyout', 'tsa.key', '-out', 'tsa.csr');
  writeFileSync(file('tsa.ext'), STAMPS);
  writeFileSync(file('tsa.cnf'), CONFIGURATION);
  writeFileSync(file('serial'), '01\n');
  const issue = ['-CA', 'root.pem', '-CAkey', 'root.key', '-CAcreateserial', '-extfile', 'tsa.ext'];
  run('x509', '-req', '-in', 'tsa.csr', ...issue, '-out', 'tsa.pem');
  writeFileSync(file('people.pem'), authority.trustedPem.split(/(?<=END CERTIFICATE-----\n)/)[0] ?? '');
  roots.push(certificate('people.pem'), certificate('root.pem'));
});

const signedNow = (stamps: Parameters<TestAuthority['sign']>[2], signedAt = new Date()): Buffer =>
  authority.sign(CONTENT, { drfo: '1234567890', signedAt }, stamps);

const isNow = (moment: Date | undefined): boolean =>
  moment !== undefined && Math.abs(Date.now() - moment.getTime()) < 60_000;

function outcomeOf(container: Uint8Array, trusted: readonly Certificate[]): SignedContent | string {
  try {
    return checkContainer(container, trusted);
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}

describe.runIf(hasOpenssl)(suite, () => {
  it('count on the content and on the signature, with their certificate inside', () => {
    const withCertificate = (bytes: Uint8Array): Buffer => stamp(bytes, '-cert');
    const stamps = { onContent: [withCertificate], onSignature: [withCertificate] };
    const hoursAgo = new Date(Date.now() - 5 * 3_600_000);
    const { signedAt, provenAt, content } = checkContainer(signedNow({ stamps }, hoursAgo), roots);
    expect([isNow(signedAt), isNow(provenAt)]).toEqual([true, true]);
    expect(Buffer.from(content).toString()).toBe(CONTENT);
  });

  it('count when their certificate is in the trust file only', () => {
    const container = signedNow({ stamps: { onContent: [(bytes) => stamp(bytes, '-no_nonce')] } });
    expect(outcomeOf(container, [...roots, certificate('tsa.pem')])).toMatchObject({
      content: Buffer.from(CONTENT),
    });
    expect(outcomeOf(container, roots)).toBe('time_stamp_not_trusted');
  });

  it('are refused when they are on other bytes', () => {
    const container = signedNow({ stamps: { onContent: [() => stamp(Buffer.from('other'), '-cert')] } });
    expect(outcomeOf(container, roots)).toBe('time_stamp_wrong');
  });

  it('are refused without their root', () => {
    const container = signedNow({ stamps: { onContent: [(bytes) => stamp(bytes, '-cert')] } });
    expect(outcomeOf(container, roots.slice(0, 1))).toBe('time_stamp_not_trusted');
  });

  it('by the test authority are verified by OpenSSL', () => {
    const ours = authority.timeStamper();
    writeFileSync(file('stamped'), CONTENT);
    writeFileSync(
      file('ours.der'),
      ours.stamp(Buffer.from(CONTENT), new Date(), { carriesCertificate: true }),
    );
    run('ts', '-verify', '-data', 'stamped', '-in', 'ours.der', '-token_in', '-CAfile', 'people.pem');
    writeFileSync(file('stamped'), 'other');
    const other = openssl(
      'ts',
      '-verify',
      '-data',
      'stamped',
      '-in',
      'ours.der',
      '-token_in',
      '-CAfile',
      'people.pem',
    );
    expect(other.status).not.toBe(0);
  });
});
