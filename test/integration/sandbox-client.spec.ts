import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSettings } from '../../src/config/read-settings';
import { type CallOutcome, type MvsTrembitaClient, TrembitaSettings } from '../../src/mvs-trembita';
import {
  ANSWER_NAMES,
  SCRIPTED_ANSWERS,
  startSandbox,
  type AnswerName,
  type Sandbox,
} from '../../tools/sandbox';
import { openClient } from '../fixtures/trembita/open-client';

/** Far more than the three seconds of the slow answer, so that only answers that never end run into it. */
const TIMEOUT_MS = 8_000;

let sandbox: Sandbox;
let client: MvsTrembitaClient;
let close: () => Promise<void>;
beforeAll(async () => {
  sandbox = await startSandbox();
  const environment = { DATABASE_URL: 'postgres://app@127.0.0.1:5432/unused', TREMBITA_URL: sandbox.url };
  const settings = { ...new TrembitaSettings(readSettings(environment, 'job')), timeoutMs: TIMEOUT_MS };
  ({ client, close } = await openClient(sandbox.url, settings));
});
afterAll(async () => {
  await sandbox.stop();
  await close();
});

function seen<A>(outcome: CallOutcome<A>, verdict: (answer: A) => string): string {
  if (outcome.kind === 'answer') return verdict(outcome.answer);
  return outcome.kind === 'technical_error' ? outcome.error : outcome.why;
}

const never = () => new AbortController().signal;

const askPassport = async (name: AnswerName) => {
  const { passport } = SCRIPTED_ANSWERS[name];
  const question = { passType: '0101', series: passport.slice(0, 2), number: passport.slice(2) };
  return seen(await client.checkPassportDmsStatus(question, never()), (answer) => answer);
};

const askUnzr = async (name: AnswerName) => {
  const who = { familyName: 'Гнатюк', givenName: 'Леся', patronymicName: null, dateBirth: '1990-01-01' };
  const question = { ...who, unzr: SCRIPTED_ANSWERS[name].unzr };
  return seen(await client.checkUnzr(question, never()), ({ status }) => status);
};

describe('our client reads each documented answer as docs/sandbox.md describes', () => {
  it.concurrent.each([...ANSWER_NAMES])('%s', async (name) => {
    for (const saw of await Promise.all([askPassport(name), askUnzr(name)]))
      expect(SCRIPTED_ANSWERS[name].clientSees).toContain(saw);
  });
});
