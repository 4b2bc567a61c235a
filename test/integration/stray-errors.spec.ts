import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const MARKER = 'marker-КВ123456';

function endBy(stray: string): { status: number | null; lines: string[]; written: string } {
  const program = `
    const { Log, logUncaughtErrors } = require('./src/observability');
    logUncaughtErrors(new Log({ LOG_LEVEL: 'info' }));
    class DatabaseError extends Error {}
    const error = Object.assign(new DatabaseError('${MARKER}'), { code: '23505', detail: '${MARKER}' });
    ${stray}
  `;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['-r', '@swc-node/register', '-e', program],
    {
      cwd: join(__dirname, '../..'),
      encoding: 'utf8',
    },
  );
  return { status, lines: stderr.trim().split('\n'), written: `${stdout}${stderr}` };
}

describe('An error that nobody caught', () => {
  it.each(['throw error;', 'Promise.reject(error);', 'setImmediate(() => { throw error; });'])(
    'ends the process and is described, not printed: %s',
    (stray) => {
      const { status, lines, written } = endBy(stray);
      expect(status).toBe(1);
      expect(lines).toHaveLength(1);
      expect(JSON.parse(lines[0] ?? '')).toMatchObject({
        level: 'fatal',
        error: { class: 'DatabaseError', code: '23505' },
      });
      expect(written).not.toContain(MARKER);
    },
  );
});
