import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Refusal } from '../../src/domain/refusal';
import { readCertificate } from '../../src/signed-content/certificate';
import { checkContainer } from '../../src/signed-content/container-check';
import { TestAuthority, type KeyKind } from '../../tools/test-authority';

const folder = mkdtempSync(join(tmpdir(), 'openssl-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string): string => join(folder, name);

const openssl = (...args: string[]) => spawnSync('openssl', args, { cwd: folder, encoding: 'utf8' });
const hasOpenssl = openssl('version').status === 0;
/** What is not installed cannot be agreed with; the title reports it where it is left out. */
const suite = hasOpenssl ? 'OpenSSL' : 'OpenSSL (left out: it is not installed)';

const authority = TestAuthority.make({ nodeEnv: 'test' });
writeFileSync(file('ca.pem'), authority.trustedPem);
const trusted = [...authority.trustedPem.matchAll(/-----BEGIN CERTIFICATE-----([^-]+)-----END/g)].map(
  ([, base64 = '']) => readCertificate(Buffer.from(base64, 'base64')),
);

/** It signs with the time of its own clock. */
const by = (algorithm: KeyKind) => ({ drfo: '1234567890', signedAt: new Date(), algorithm });
const CONTENT = '{"person":{"first_name":"Їжак"}}\n';
writeFileSync(file('content.json'), CONTENT);

function signWithOpenssl(algorithm: KeyKind, ...further: string[]): Buffer {
  const { certificate, privateKey } = authority.credentials(by(algorithm));
  writeFileSync(file('signer.pem'), certificate);
  writeFileSync(file('signer.key'), privateKey);
  const files = [
    '-in',
    'content.json',
    '-signer',
    'signer.pem',
    '-inkey',
    'signer.key',
    '-out',
    'signed.der',
  ];
  const end = openssl('cms', '-sign', '-binary', '-outform', 'DER', ...files, ...further);
  expect(end.stderr).toBe('');
  return readFileSync(file('signed.der'));
}

function answerTo(container: Buffer): string {
  try {
    const { content, signer } = checkContainer(container, trusted);
    return `${signer.drfo} ${Buffer.from(content).toString()}`;
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}

describe.runIf(hasOpenssl)(suite, () => {
  it.each(['ecdsa', 'rsa', 'rsa-pss'] as const)('accepts what the test authority signed with %s', (kind) => {
    writeFileSync(file('ours.der'), authority.sign(CONTENT, by(kind)));
    const trust = ['-CAfile', 'ca.pem', '-purpose', 'any'];
    const end = openssl('cms', '-verify', '-binary', '-inform', 'DER', '-in', 'ours.der', ...trust);
    expect([end.status, end.stdout]).toEqual([0, CONTENT]);
  });

  it.each<[string, KeyKind, string[]]>([
    ['ECDSA and SHA-256', 'ecdsa', ['-nodetach', '-md', 'sha256']],
    ['ECDSA and SHA-512', 'ecdsa', ['-nodetach', '-md', 'sha512']],
    ['the attributes of CAdES', 'ecdsa', ['-nodetach', '-md', 'sha256', '-cades']],
    ['RSA and SHA-384', 'rsa', ['-nodetach', '-md', 'sha384']],
    ['RSA-PSS', 'rsa', ['-nodetach', '-md', 'sha256', '-keyopt', 'rsa_padding_mode:pss']],
    ['the identifier of the key', 'ecdsa', ['-nodetach', '-md', 'sha256', '-keyid']],
    ['lengths left open', 'ecdsa', ['-nodetach', '-md', 'sha256', '-stream', '-indef']],
  ])('signs, with %s, what is accepted here', (_, kind, further) => {
    expect(answerTo(signWithOpenssl(kind, ...further))).toBe(`1234567890 ${CONTENT}`);
  });

  it.each<[string, string, string[]]>([
    ['signature_content_detached', 'detached data', ['-md', 'sha256']],
    ['signature_algorithm_unknown', 'SHA-1', ['-nodetach', '-md', 'sha1']],
    ['signature_time_missing', 'no signed attributes', ['-nodetach', '-md', 'sha256', '-noattr']],
    ['certificate_missing', 'no certificates', ['-nodetach', '-md', 'sha256', '-nocerts']],
  ])('signs what is refused here with %s: %s', (code, _, further) => {
    expect(answerTo(signWithOpenssl('ecdsa', ...further))).toBe(code);
  });

  it('signs twice what is refused here', () => {
    const second = authority.credentials(by('rsa'));
    writeFileSync(file('second.pem'), second.certificate + second.privateKey);
    const twice = ['-nodetach', '-md', 'sha256', '-signer', 'second.pem'];
    expect(answerTo(signWithOpenssl('ecdsa', ...twice))).toBe('signature_not_single');
  });

  it('agrees that a changed byte makes a signature wrong', () => {
    const changed = authority.sign(CONTENT, by('ecdsa'));
    changed.write('X', changed.indexOf('person'));
    writeFileSync(file('changed.der'), changed);
    const end = openssl(
      'cms',
      '-verify',
      '-inform',
      'DER',
      '-in',
      'changed.der',
      '-CAfile',
      'ca.pem',
      '-purpose',
      'any',
    );
    expect(end.status).not.toBe(0);
    expect(answerTo(changed)).toBe('signature_wrong');
  });

  it('makes authorities that are trusted here: P-384 above P-521, RSA above both', () => {
    const made = chainOfOpenssl();
    const { content } = checkContainer(made.container, [readCertificate(made.root)]);
    expect(Buffer.from(content).toString()).toBe(CONTENT);
  });

  it.each(['1024', '2048'])('makes RSA keys of %s bits: too short ones are refused', (bits) => {
    const made = chainOfOpenssl(bits);
    const answer = (): unknown => checkContainer(made.container, [readCertificate(made.root)]).signer.drfo;
    if (bits === '2048') expect(answer()).toBe('1234567890');
    else expect(answer).toThrow(expect.objectContaining({ code: 'signature_algorithm_unknown' }));
  });
});

/** A root of RSA, an authority on P-384 below it, a signer on P-521, all by OpenSSL. */
function chainOfOpenssl(rootBits = '3072'): { container: Buffer; root: Buffer } {
  const run = (...args: string[]): void => expect(openssl(...args).status, args.join(' ')).toBe(0);
  const authorityOf = 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n';
  writeFileSync(file('authority.ext'), authorityOf);
  writeFileSync(file('person.ext'), 'keyUsage=critical,nonRepudiation\n');
  const ec = (curve: string): string[] => ['-newkey', 'ec', '-pkeyopt', `ec_paramgen_curve:${curve}`];
  const subject = (name: string): string[] => [
    '-nodes',
    '-subj',
    `/CN=${name}/serialNumber=TINUA-1234567890`,
  ];
  const ext = ['-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign'];
  run(
    'req',
    '-x509',
    '-newkey',
    `rsa:${rootBits}`,
    ...subject('root'),
    ...ext,
    '-keyout',
    'r.key',
    '-out',
    'r.pem',
  );
  run('req', ...ec('P-384'), ...subject('between'), '-keyout', 'b.key', '-out', 'b.csr');
  const byRoot = ['-CA', 'r.pem', '-CAkey', 'r.key', '-extfile', 'authority.ext', '-CAcreateserial'];
  run('x509', '-req', '-in', 'b.csr', ...byRoot, '-sha512', '-out', 'b.pem');
  run('req', ...ec('P-521'), ...subject('person'), '-keyout', 'p.key', '-out', 'p.csr');
  const byBetween = ['-CA', 'b.pem', '-CAkey', 'b.key', '-extfile', 'person.ext', '-CAcreateserial'];
  run('x509', '-req', '-in', 'p.csr', ...byBetween, '-sha384', '-out', 'p.pem');
  const signer = ['-signer', 'p.pem', '-inkey', 'p.key', '-certfile', 'b.pem', '-md', 'sha512'];
  run(
    'cms',
    '-sign',
    '-binary',
    '-nodetach',
    '-in',
    'content.json',
    ...signer,
    '-outform',
    'DER',
    '-out',
    'c.der',
  );
  run('x509', '-in', 'r.pem', '-outform', 'DER', '-out', 'r.der');
  return { container: readFileSync(file('c.der')), root: readFileSync(file('r.der')) };
}
