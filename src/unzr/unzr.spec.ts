import { describe, expect, it } from 'vitest';
import type { Settings } from '../config/settings.schema';
import type { PersonFacts } from '../domain/verification/register-stream';
import type { MvsTrembitaClient } from '../mvs-trembita';
import { UnzrRepository } from './unzr.repository';
import { UnzrStream, UNZR_ANSWERS } from './unzr.stream';

const SETTINGS = {
  UNZR_PERSON_SYNCHRONIZATION_SCHEDULE: '0 1 * * *',
  UNZR_PERSON_VALIDATION_PERIOD_DAYS: 270,
  UNZR_PERSONS_SYNCHRONIZATION_BATCH_SIZE: 100,
} as Settings;

type CheckUnzr = MvsTrembitaClient['checkUnzr'];
const notAsked: CheckUnzr = () => Promise.reject(new Error('asked'));
const theStream = (checkUnzr = notAsked): UnzrStream =>
  new UnzrStream(SETTINGS, { checkUnzr } as MvsTrembitaClient, new UnzrRepository());

const bearing = (unzr: string | null): PersonFacts => ({
  personId: 'one',
  lastName: 'Гайова',
  firstName: 'Мальва',
  secondName: null,
  birthDate: '1985-06-15',
  unzr,
  documents: [],
});

const QUESTION = {
  unzr: '19850615-00001',
  familyName: 'Гайова',
  givenName: 'Мальва',
  patronymicName: null,
  dateBirth: '1985-06-15',
};
const SENT = { messageId: 'message', sentAtMs: 1, durationMs: 2 };
const SIGNALS = { stop: new AbortController().signal, abort: new AbortController().signal };

describe('The stream unzr', () => {
  it('S6, S7: FOUND confirms, NOT_FOUND refutes, and nobody else is affected', () => {
    expect(UNZR_ANSWERS.FOUND).toEqual({
      means: 'confirmed',
      reason: 'AUTO',
      keep: 'answer',
      reaches: 'nobody_else',
    });
    expect(UNZR_ANSWERS.NOT_FOUND).toEqual({
      means: 'refuted',
      reason: 'AUTO',
      keep: 'nothing',
      reaches: 'nobody_else',
    });
  });

  it('asks whether the UNZR belongs to these names and this date of birth', () => {
    const prepared = theStream().prepare(bearing('19850615-00001'));
    expect(prepared).toEqual({ trigger: 'ask', question: QUESTION });
  });

  it('asks also if the UNZR starts with another date of birth: the register decides', () => {
    expect(theStream().prepare(bearing('19990101-00001'))).toMatchObject({ trigger: 'ask' });
  });

  it.each([null, ''])('S2, S4: has nothing to check with %j', (unzr) => {
    expect(theStream().hasData(bearing(unzr))).toBe(false);
    expect(theStream().prepare(bearing(unzr))).toEqual({ trigger: 'nothing_to_check' });
  });

  it.each([' ', '19850615', '1985061500001', '19850615-0000A', '19850615-00001\n'])(
    'S1, S5: takes %j for malformed, which counts as given and is to be cleared',
    (unzr) => {
      expect(theStream().hasData(bearing(unzr))).toBe(true);
      expect(theStream().prepare(bearing(unzr))).toEqual({ trigger: 'data_malformed' });
      expect(theStream().clearedWhenMalformed).toBe('unzr');
    },
  );

  it('returns the answer with the description of the register', async () => {
    const answer = { status: 'FOUND', description: 'Збіг' } as const;
    const stream = theStream(() => Promise.resolve({ kind: 'answer', answer, ...SENT }));
    const asked = await stream.ask(QUESTION, SIGNALS);
    expect(asked).toEqual({ kind: 'answer', answer: 'FOUND', description: 'Збіг', ...SENT });
  });

  it.each([
    { kind: 'technical_error', error: 'timeout', ...SENT },
    { kind: 'not_asked', why: 'stopped' },
  ] as const)('hands on as it is: $kind', async (outcome) => {
    expect(await theStream(() => Promise.resolve(outcome)).ask(QUESTION, SIGNALS)).toEqual(outcome);
  });
});
