import { afterEach, describe, expect, it, vi } from 'vitest';
import { readJobUsage } from './job-usage';

const JOB = 'dms-passport-persons';

afterEach(() => void vi.restoreAllMocks());

describe('The arguments of npm run job', () => {
  it.each([
    ['no job', [], 'name one job'],
    ['two jobs', [JOB, JOB], 'name one job'],
    [
      'an unknown job',
      ['no-such-job'],
      'Job not found; there is dms-passport-persons, dms-passport-parties, mvs-passport-persons, unzr-persons',
    ],
    ['an unknown option', [JOB, '--fast'], 'an option is unknown'],
    ['a time that is no time', [JOB, '--give-up-after', 'soon'], '--give-up-after must be'],
    ['a time that is over already', [JOB, '--give-up-after', '0'], '--give-up-after must be'],
    ['no end of minutes', [JOB, '--give-up-after', 'Infinity'], '--give-up-after must be'],
    ['minutes in hexadecimal', [JOB, '--give-up-after', '0x10'], '--give-up-after must be'],
    ['a month of minutes', [JOB, '--give-up-after', '43201'], '--give-up-after must be'],
    ['minutes left out', [JOB, '--give-up-after'], 'has no value'],
    ['a pause without a reason', ['pause', JOB], '--reason must say why'],
    ['a pause for no reason', ['pause', 'purge', '--reason', ' '], '--reason must say why'],
    ['a reason to run', ['purge', '--reason', 'because'], '--reason belongs to a pause'],
  ])('are refused with the reason and the usage: %s', (_, args, why) => {
    const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    expect(readJobUsage(args)).toBeUndefined();
    const text = written.mock.calls.map(([line]) => String(line)).join('');
    expect(text).toContain(why);
    expect(text).toContain('usage: npm run job');
  });

  it('are a job and what is to be done with it', () => {
    expect(readJobUsage([JOB, '--give-up-after', '1.5', '--json'])).toEqual({
      action: 'run',
      name: JOB,
      json: true,
      giveUpAfterMinutes: 1.5,
      reason: '',
    });
    expect(readJobUsage(['pause', JOB, '--reason', 'the register is moved'])).toMatchObject({
      action: 'pause',
      name: JOB,
      reason: 'the register is moved',
    });
  });
});
