import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const project = join(__dirname, '../..');
const program = `
  const { ownSettingsOrExit } = require('${project}/src/config/own-settings');
  process.stdout.write(String(ownSettingsOrExit('migrate').HTTP_PORT));
`;

function start(
  environment: Record<string, string>,
  folder = project,
): {
  status: number | null;
  stdout: string;
  stderr: string;
} {
  return spawnSync(
    process.execPath,
    ['-r', '@swc-node/register', '-e', `process.chdir(${JSON.stringify(folder)});${program}`],
    {
      cwd: project,
      env: { PATH: process.env['PATH'], ...environment },
      encoding: 'utf8',
    },
  );
}

describe('A program with faulty settings', () => {
  it('ends with status 78, one fault a line on standard error, and never a value', () => {
    const { status, stdout, stderr } = start({ HTTP_PORT: 'secret', DATABASE_URL: 'secret://user:secret@' });
    expect(status).toBe(78);
    expect(stdout).toBe('');
    expect(stderr).toBe(
      'DATABASE_URL must be a URL that starts with postgres:// or postgresql:// and names a host, ' +
        'for example postgres://app@127.0.0.1:5432/ehealth\n' +
        'HTTP_PORT must be a whole number from 0 to 65535, for example 3000\n',
    );
  });

  it('starts once they are corrected', () => {
    const { status, stdout } = start({ HTTP_PORT: '0', DATABASE_URL: 'postgres://127.0.0.1/ehealth' });
    expect([status, stdout]).toEqual([0, '0']);
  });
});

describe('The file .env', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'settings-'));
    writeFileSync(join(folder, '.env'), 'HTTP_PORT="4711"\nDATABASE_URL=postgres://127.0.0.1/ehealth\n');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([[{}], [{ NODE_ENV: 'development' }]])('is read in development (%j)', (environment) => {
    const { status, stdout } = start(environment, folder);
    expect([status, stdout]).toEqual([0, '4711']);
  });

  it('does not overwrite what the environment has', () => {
    expect(start({ HTTP_PORT: '4712' }, folder).stdout).toBe('4712');
  });

  it.each(['production', 'test'])('is ignored with NODE_ENV=%s', (NODE_ENV) => {
    const { status, stderr } = start({ NODE_ENV }, folder);
    expect(status).toBe(78);
    expect(stderr).toMatch(/^DATABASE_URL is missing/);
  });
});
