import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ConfigurationFault } from '../config/read-settings';
import { openTestAuthority, TestAuthority, trustedFileIn } from '../../tools/test-authority';
import { signingKey } from '../../tools/test-authority/signing-key';
import { writeCertificate } from '../../tools/test-authority/certificate-writer';
import { Log } from '../observability';
import { readTrustedAuthorities, TrustedAuthorities } from './trusted-authorities';

const folder = mkdtempSync(join(tmpdir(), 'trusted-authorities-'));
afterAll(() => rmSync(folder, { recursive: true }));

const PEM = TestAuthority.make({ nodeEnv: 'test' }).trustedPem;
type NodeEnv = 'test' | 'production';

function read(content: string, NODE_ENV: NodeEnv = 'test'): ReturnType<typeof readTrustedAuthorities> {
  const path = join(folder, 'ca.pem');
  writeFileSync(path, content);
  return readTrustedAuthorities({ NODE_ENV, SIGNATURE_TRUSTED_CA_FILE: path });
}

function faultOf(work: () => unknown): ConfigurationFault | undefined {
  try {
    work();
  } catch (error) {
    if (error instanceof ConfigurationFault) return error;
    throw error;
  }
  return undefined;
}

describe('The file of trusted authorities', () => {
  it('may hold several certificates, and words between them', () => {
    expect(read(`Roots\n${PEM}\nThat was all.\n`).certificates).toHaveLength(3);
  });

  it('may be unset or missing: then nobody is trusted, and it is known why', () => {
    const SIGNATURE_TRUSTED_CA_FILE = join(folder, 'nowhere.pem');
    expect(readTrustedAuthorities({ NODE_ENV: 'test', SIGNATURE_TRUSTED_CA_FILE })).toEqual({
      certificates: [],
      noneBecause: 'missing',
    });
    const unset = { NODE_ENV: 'production', SIGNATURE_TRUSTED_CA_FILE: undefined } as const;
    expect(readTrustedAuthorities(unset)).toEqual({ certificates: [], noneBecause: 'unset' });
  });

  it.each([
    ['is empty', ''],
    ['holds something else', 'root:x:0:0:root:/root:/bin/sh\n'],
    [
      'holds a block that is no certificate',
      '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
    ],
    ['holds a block cut off behind a good one', `${PEM}-----BEGIN CERTIFICATE-----\nMIIB`],
    ['holds a block with other signs in it', PEM.replace('MII', 'M*I')],
  ])('stops the program when it %s', (_, content) => {
    expect(faultOf(() => read(content))?.faults.map(({ name }) => name)).toEqual([
      'SIGNATURE_TRUSTED_CA_FILE',
    ]);
  });

  it('stops the program in production when it is not there', () => {
    const SIGNATURE_TRUSTED_CA_FILE = join(folder, 'nowhere.pem');
    const missing = { NODE_ENV: 'production', SIGNATURE_TRUSTED_CA_FILE } as const;
    expect(faultOf(() => readTrustedAuthorities(missing))?.message).toContain('is not there');
  });

  it('stops the program when it cannot be read', () => {
    const faulty = { NODE_ENV: 'test', SIGNATURE_TRUSTED_CA_FILE: folder } as const;
    expect(faultOf(() => readTrustedAuthorities(faulty))?.message).toContain('cannot be read');
  });

  it('stops the program in production when it trusts a test authority', () => {
    expect(faultOf(() => read(PEM, 'production'))?.message).toContain('test authority');
    expect(faultOf(() => read(PEM, 'test'))).toBeUndefined();
  });
});

describe('Trusted authorities at start', () => {
  const derOf = (kind: 'ecdsa' | 'ecdsa-sha1'): Buffer => {
    const validity = {
      notBefore: new Date('2000-01-01T00:00:00Z'),
      notAfter: new Date('2049-01-01T00:00:00Z'),
    };
    const wanted = { ...validity, commonName: 'Root', key: signingKey(kind), isAuthority: true };
    return Buffer.from(writeCertificate(wanted).certificate.toSchema().toBER());
  };
  const asPem = (der: Buffer): string =>
    `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`;

  function logged(pem: string): { level: string; why: string; certificate_serial: string }[] {
    const path = join(folder, 'reported.pem');
    writeFileSync(path, pem);
    const lines: string[] = [];
    const log = new Log({ LOG_LEVEL: 'info' }, { write: (line: string) => void lines.push(line) });
    new TrustedAuthorities({ NODE_ENV: 'test', SIGNATURE_TRUSTED_CA_FILE: path }, log);
    return lines.map(
      (line) => JSON.parse(line) as { level: string; why: string; certificate_serial: string },
    );
  }

  it('are reported when no known algorithm can check their own signature', () => {
    const serial = expect.stringMatching(/^01[0-9a-f]{30}$/) as string;
    expect(logged(PEM)).toEqual([]);
    expect(logged(PEM + asPem(derOf('ecdsa-sha1')))).toMatchObject([
      { level: 'warn', why: 'algorithm', certificate_serial: serial },
    ]);
    const wrong = derOf('ecdsa');
    wrong.writeUInt8(wrong.readUInt8(wrong.length - 1) ^ 1, wrong.length - 1);
    expect(logged(asPem(wrong))).toMatchObject([{ why: 'wrong', certificate_serial: serial }]);
  });

  it('are reported in production when no time-stamp authority is among them', () => {
    const lines: string[] = [];
    const log = new Log({ LOG_LEVEL: 'info' }, { write: (line: string) => void lines.push(line) });
    const SIGNATURE_TRUSTED_CA_FILE = 'test/fixtures/signed-content/cao-2026.pem';
    for (const NODE_ENV of ['test', 'production'] as const)
      new TrustedAuthorities({ NODE_ENV, SIGNATURE_TRUSTED_CA_FILE }, log);
    expect(lines).toEqual([expect.stringContaining('no time-stamp authority is trusted')]);
  });

  it.each([
    ['test', undefined, false],
    ['production', undefined, true],
    ['production', false, false],
    ['test', true, true],
  ] as const)('demand qualified certificates by environment or setting: %s, %s', (NODE_ENV, wanted, must) => {
    const settings = {
      NODE_ENV,
      SIGNATURE_TRUSTED_CA_FILE: undefined,
      ...(wanted === undefined ? {} : { SIGNATURE_REQUIRE_QUALIFIED: wanted }),
    };
    expect(new TrustedAuthorities(settings, new Log({ LOG_LEVEL: 'silent' })).mustBeQualified).toBe(must);
  });
});

describe('The test authority', () => {
  it('is not there in production', () => {
    const production = { nodeEnv: 'production' };
    expect(() => TestAuthority.make(production)).toThrow(/NODE_ENV=production/);
    expect(() => openTestAuthority(join(folder, 'made'), production)).toThrow(/NODE_ENV=production/);
  });

  it('is the same one whenever its folder is opened', () => {
    const made = join(folder, 'deep', 'made');
    const first = openTestAuthority(made, { nodeEnv: 'test' });
    expect(openTestAuthority(made, { nodeEnv: 'test' }).trustedPem).toBe(first.trustedPem);
    const settings = { NODE_ENV: 'test', SIGNATURE_TRUSTED_CA_FILE: trustedFileIn(made) } as const;
    expect(readTrustedAuthorities(settings).certificates).toHaveLength(3);
  });
});
