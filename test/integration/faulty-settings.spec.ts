import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const project = join(__dirname, '../..');
const program = `
  const { ownSettingsOrExit } = require('./src/config/own-settings');
  process.stdout.write(String(ownSettingsOrExit('migrate').HTTP_PORT));
`;

function start(environment: Record<string, string>): {
  status: number | null;
  stdout: string;
  stderr: string;
} {
  return spawnSync(process.execPath, ['-r', '@swc-node/register', '-e', program], {
    cwd: project,
    env: { PATH: process.env['PATH'], ...environment },
    encoding: 'utf8',
  });
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
