import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Test } from '@nestjs/testing';
import { afterAll, describe, expect, it } from 'vitest';
import type { Settings } from '../../src/config/settings.schema';
import { SETTINGS, SettingsModule } from '../../src/config/settings.module';
import { Log, NestLog, ObservabilityModule } from '../../src/observability';
import { SignedContentService, SignedContentModule } from '../../src/signed-content';
import { readSignArguments } from '../../tools/sign-arguments';
import { TestAuthority, trustedFileIn } from '../../tools/test-authority';

const folder = mkdtempSync(join(tmpdir(), 'signed-content-'));
afterAll(() => rmSync(folder, { recursive: true }));

const project = join(__dirname, '../..');
const authority = TestAuthority.make({ nodeEnv: 'test' });
const trustedFile = join(folder, 'ca.pem');
writeFileSync(trustedFile, authority.trustedPem);
const BY = { drfo: '1234567890', signedAt: new Date('2026-05-01T10:00:00Z') };

async function started(changed: Partial<Settings> = {}) {
  const lines: string[] = [];
  const settings = {
    NODE_ENV: 'test',
    LOG_LEVEL: 'info',
    SIGNATURE_TRUSTED_CA_FILE: trustedFile,
    SIGNATURE_QUEUE_SIZE: 100,
    SIGNATURE_SECONDS_PER_MINUTE: 3_600,
    SIGNATURE_TIMEOUT_MS: 30_000,
    SIGNATURE_REVOCATION: 'off',
    ...changed,
  } as Settings;
  const log = new Log(settings, { write: (line: string) => void lines.push(line) });
  const module = await Test.createTestingModule({
    imports: [SettingsModule, ObservabilityModule, SignedContentModule],
  })
    .setLogger(new NestLog(new Log({ LOG_LEVEL: 'silent' })))
    .overrideProvider(SETTINGS)
    .useValue(settings)
    .overrideProvider(Log)
    .useValue(log)
    .compile();
  const app = await module.init();
  const signedContent = app.get(SignedContentService, { strict: false });
  return { signedContent, lines, close: () => app.close() };
}

/** Which address pays for the checks. */
const FROM = '203.0.113.1';

describe('Signed content', () => {
  it('is read in threads, for every algorithm', async () => {
    const { signedContent, lines, close } = await started();
    for (const algorithm of ['ecdsa', 'rsa', 'rsa-pss', 'dstu', 'dstu-kupyna'] as const) {
      const { content, signedAt, signer } = await signedContent.read(
        authority.sign('{"a":"ї"}', { ...BY, algorithm }),
        FROM,
      );
      expect(Buffer.from(content).toString()).toBe('{"a":"ї"}');
      expect(signedAt).toEqual(BY.signedAt);
      expect(signer).toEqual({ drfo: BY.drfo, surname: null, givenName: null });
    }
    await close();
    expect(lines).toEqual([]);
  });

  it('is refused in threads with the same reason as in process', async () => {
    const { signedContent, close } = await started();
    const two = authority.sign('{}', BY, { signatures: 2 });
    await expect(signedContent.read(two, FROM)).rejects.toMatchObject({ code: 'signature_not_single' });
    await expect(signedContent.read(Buffer.alloc(2 ** 21), FROM)).rejects.toMatchObject({
      code: 'signature_container_malformed',
    });
    await close();
  });

  it('is read a hundred at a time', async () => {
    const { signedContent, close } = await started();
    const all = Array.from({ length: 100 }, (_, number) =>
      signedContent.read(authority.sign(`{"n":${number}}`, BY), FROM),
    );
    const contents = (await Promise.all(all)).map(({ content }) => Buffer.from(content).toString());
    expect(contents).toEqual(all.map((_, number) => `{"n":${number}}`));
    await close();
  });

  it('is trusted from nobody without a file of authorities, which is logged at start', async () => {
    const { signedContent, lines, close } = await started({
      SIGNATURE_TRUSTED_CA_FILE: join(folder, 'nowhere.pem'),
    });
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { level: 'warn', why: 'missing' },
    ]);
    await expect(signedContent.read(authority.sign('{}', BY), FROM)).rejects.toMatchObject({
      code: 'certificate_not_trusted',
    });
    await close();
  });

  it('stops the start when the file of authorities contains no certificate', async () => {
    const SIGNATURE_TRUSTED_CA_FILE = join(project, 'package.json');
    await expect(started({ SIGNATURE_TRUSTED_CA_FILE })).rejects.toMatchObject({
      faults: [{ name: 'SIGNATURE_TRUSTED_CA_FILE' }],
    });
  });

  it('starts no thread before the first check, and leaves none behind', () => {
    const container = authority.sign('{"a":1}', BY).toString('base64');
    const program = `
      const { Log, Metrics } = require('./dist/src/observability');
      const { RevocationService } = require('./dist/src/signed-content/signed-content.service');
      const { SignatureCheckPool } = require('./dist/src/signed-content/signature-check-pool.service');
      const { SignedContentService } = require('./dist/src/signed-content');
      const { TrustedAuthorities } = require('./dist/src/signed-content/trusted-authorities');
      const settings = {
        NODE_ENV: 'test',
        SIGNATURE_TRUSTED_CA_FILE: '${trustedFile}',
        SIGNATURE_QUEUE_SIZE: 1,
        SIGNATURE_SECONDS_PER_MINUTE: 3600,
        SIGNATURE_TIMEOUT_MS: 30000,
        SIGNATURE_REVOCATION: 'off',
      };
      const log = new Log({ LOG_LEVEL: 'info' });
      const threads = new SignatureCheckPool(settings, new TrustedAuthorities(settings, log), log);
      const revocation = new RevocationService(settings, () => new Date(), undefined, threads, log, new Metrics());
      const signedContent = new SignedContentService(threads, revocation);
      (async () => {
        const before = threads['pool'];
        const { content } = await signedContent.read(Buffer.from('${container}', 'base64'), 'nobody');
        await threads.onApplicationShutdown();
        console.log(JSON.stringify({ before: before === undefined, content: Buffer.from(content).toString() }));
      })();
    `;
    const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', program], {
      cwd: project,
      encoding: 'utf8',
    });
    expect({ status, stdout, stderr }).toEqual({
      status: 0,
      stdout: `${JSON.stringify({ before: true, content: '{"a":1}' })}\n`,
      stderr: '',
    });
  });
});

describe('npm run sign', () => {
  const file = join(folder, 'person.json');
  writeFileSync(file, '{"person":{"first_name":"Їжак"}}');
  const own = join(folder, 'own-authority');

  function sign(args: readonly string[], { input = '', ...environment }: Record<string, string> = {}) {
    const program = ['-r', '@swc-node/register', 'tools/sign.ts', ...args, '--authority', own];
    const env = { PATH: process.env['PATH'], NODE_ENV: 'development', ...environment };
    return spawnSync(process.execPath, program, { cwd: project, encoding: 'utf8', env, input });
  }

  it('prints one line that a server accepts when it trusts the folder', async () => {
    const { status, stdout } = sign([file, '--as', '1234567890', '--name', 'Ґалаґан Їжак Юрійович']);
    expect([status, stdout.split('\n').length]).toEqual([0, 2]);
    const body = JSON.parse(stdout) as Record<string, string>;
    expect(Object.keys(body)).toEqual(['signed_content', 'signed_content_encoding']);
    const { signedContent, close } = await started({ SIGNATURE_TRUSTED_CA_FILE: trustedFileIn(own) });
    const { content, signer } = await signedContent.read(
      Buffer.from(body['signed_content'] ?? '', 'base64'),
      FROM,
    );
    await close();
    expect(Buffer.from(content).toString()).toBe('{"person":{"first_name":"Їжак"}}');
    expect(signer).toEqual({ drfo: '1234567890', surname: 'Ґалаґан', givenName: 'Їжак Юрійович' });
  });

  it('signs standard input, with the national algorithm too', () => {
    const { status, stdout } = sign(['-', '--as', '1', '--algorithm', 'dstu-kupyna'], { input: '{"a":1}' });
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ signed_content_encoding: 'base64' });
  });

  it.each([[[]], [['nowhere.json', '--as', '1']]])('refuses %j with 64 and prints nothing', (args) => {
    const { status, stdout, stderr } = sign(args);
    expect([status, stdout]).toEqual([64, '']);
    expect(stderr).not.toBe('');
  });

  it.each([
    ['without --as', [file], '--as <drfo> is missing'],
    ['as nobody', [file, '--as', ' '], '--as <drfo> is missing'],
    ['two files', [file, file, '--as', '1'], 'name one file'],
    ['by an unknown algorithm', [file, '--as', '1', '--algorithm', 'md5'], '--algorithm must be one of'],
    ['with an unknown option', [file, '--as', '1', '--bogus'], '--bogus'],
  ])('refuses to sign %s for its arguments', (_, args, why) => {
    expect(() => readSignArguments(args)).toThrow(why);
  });

  it('does not sign in production', () => {
    const secret = { PIS_SESSION_SECRET: 'x'.repeat(32) };
    const { status, stdout } = sign([file, '--as', '1'], { NODE_ENV: 'production', ...secret });
    expect([status, stdout]).toEqual([78, '']);
  });
});
