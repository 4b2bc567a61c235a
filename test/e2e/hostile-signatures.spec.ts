import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { SignatureCheckPool } from '../../src/signed-content/signature-check-pool.service';
import { TestAuthority } from '../../tools/test-authority';
import type { Program } from '../support/program';
import {
  type Answer,
  type MadeUpApplicant,
  type SignUpBody,
  SignUpFixture,
} from '../support/sign-up-fixture';

const HOSTILE = '203.0.113.66';

let fixture: SignUpFixture;
let applicant: MadeUpApplicant;
let program: Program;

beforeAll(async () => {
  fixture = await SignUpFixture.start();
  applicant = await fixture.applicant();
});
afterAll(() => fixture.stop());
afterEach(() => fixture.env.stopProgram(program));

async function start(environment: Readonly<Record<string, string>>): Promise<void> {
  program = await fixture.env.startProgram({ HTTP_TRUSTED_PROXIES: '1', ...environment });
}

const signed = (): SignUpBody => fixture.sign(fixture.contentBy(applicant), applicant);

/** Signed by an authority that has the names of the trusted one, and other keys. */
function forged(): SignUpBody {
  const signedAt = new Date(Date.now() - 60_000);
  const by = { drfo: applicant.drfo, signedAt, algorithm: 'dstu' } as const;
  const container = TestAuthority.make({ nodeEnv: 'test' }).sign('{}', by, { between: 'an authority' });
  return { signed_content: container.toString('base64'), signed_content_encoding: 'base64' };
}

type Step = 'sign-up_validation' | 'register';

async function send(from: string, step: Step, body: object): Promise<Answer> {
  const response = await fetch(`${program.addresses.publicUrl ?? ''}/api/pis/confidant/${step}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': from },
    body: JSON.stringify(body),
  });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Answer['body'],
  };
}

/** Sends until the answer is another one; gives that. */
async function until(status: number, call: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    const answer = await call();
    if (answer.status === status) return answer;
    expect(answer.status).toBe(400);
  }
}

async function signUpFrom(from: string): Promise<number> {
  const body = signed();
  const { status, body: answered } = await send(from, 'sign-up_validation', body);
  expect(status).toBe(200);
  return (await send(from, 'register', { ...body, jwt: answered.data?.['token'] })).status;
}

describe('An address that sends forged certificates', () => {
  it('is refused once they have taken its seconds of the minute, at both calls; others sign up', async () => {
    // More than the first of two honest signatures takes on a slow machine.
    await start({ SIGNATURE_SECONDS_PER_MINUTE: '3' });
    const body = forged();
    const refused = await until(429, () => send(HOSTILE, 'sign-up_validation', body));
    expect(refused.body.error).toEqual({
      type: 'too_many_requests',
      message: 'Signatures of this address have taken too much time, try again later',
    });
    const seconds = Number(refused.headers.get('retry-after'));
    expect(seconds).toBeGreaterThanOrEqual(1);
    expect(seconds).toBeLessThanOrEqual(60);
    expect((await send(HOSTILE, 'register', { ...body, jwt: 'none' })).status).toBe(429);
    expect((await send(HOSTILE, 'sign-up_validation', signed())).status).toBe(429);
    expect(await signUpFrom('198.51.100.7')).toBe(201);
    const metrics = await (await program.internal('/metrics')).text();
    expect(metrics).toContain('sign_ups_total{step="registration",end="signature_budget_spent"} 1');
    expect(metrics).toContain('sign_ups_total{step="validation",end="signature_budget_spent"} 2');
  });

  it('fills the queue, and every honest sign-up beside it succeeds', async () => {
    await start({ SIGNATURE_QUEUE_SIZE: '12', SIGNATURE_TIMEOUT_MS: '60000' });
    const body = forged();
    const hostile: Promise<Answer>[] = [];
    for (let each = 0; each < 40; each += 1) hostile.push(send(HOSTILE, 'sign-up_validation', body));
    // Some of them are refused by now, because the queue is full.
    expect(await Promise.race(hostile.map(async (one) => (await one).status))).toBe(503);
    const honest = [7, 8, 9, 10].map((last) => signUpFrom(`198.51.100.${last}`));
    expect(await Promise.all(honest)).toEqual([201, 201, 201, 201]);
    const statuses = new Set((await Promise.all(hostile)).map(({ status }) => status));
    expect(statuses).toEqual(new Set([400, 503]));
    expect(program.get(SignatureCheckPool).size).toBe(0);
  });
});
