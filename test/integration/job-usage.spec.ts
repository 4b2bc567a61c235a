import { describe, expect, it } from 'vitest';
import { startCommand } from '../support/program';

/** No server is named here: a wrong command line is reported before any setting is read. */
const NO_SETTINGS = {};

describe('npm run job, typed wrongly on a machine without settings', () => {
  it.each([
    [
      'an unknown job',
      ['no-such-job'],
      'Job not found; there is dms-passport-persons, dms-passport-parties, mvs-passport-persons, unzr-persons',
    ],
    ['no end of minutes', ['dms-passport-persons', '--give-up-after', 'Infinity'], '--give-up-after must be'],
    [
      'minutes in hexadecimal',
      ['dms-passport-persons', '--give-up-after', '0x10'],
      '--give-up-after must be',
    ],
    ['a month of minutes', ['dms-passport-persons', '--give-up-after', '43201'], '--give-up-after must be'],
    ['a pause for no reason', ['pause', 'purge', '--reason', ' '], '--reason must say why'],
    ['a reason to run', ['purge', '--reason', 'because'], '--reason belongs to a pause'],
    ['minutes left out', ['dms-passport-persons', '--give-up-after'], 'has no value'],
  ])('exits with 64 and a reason: %s', async (_what, args, says) => {
    const { status, stdout, stderr } = await startCommand('job', args, NO_SETTINGS).ended;
    expect([status, stdout]).toEqual([64, '']);
    expect(stderr).toContain(says);
    expect(stderr).toContain('usage: npm run job');
  });
});
