import { Refusal } from '../../src/domain/refusal';
import { SignatureCheckPool } from '../../src/signed-content/signature-check-pool.service';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Program } from '../support/program';
import {
  type Answer,
  type MadeUpApplicant,
  type SignUpBody,
  SignUpFixture,
} from '../support/sign-up-fixture';

/**
 * Checks of signatures that never leave a thread free: where one ends the next one begins, before anything that arrives
 * from outside can be noticed.
 */
export class Occupied {
  private isOver = false;
  private readonly places: Promise<void>[] = [];

  constructor(
    private readonly threads: SignatureCheckPool,
    private readonly container: Uint8Array,
  ) {
    let before: number;
    do {
      before = threads.size;
      this.places.push(this.occupy());
      // As soon as one is refused there was no place left.
    } while (threads.size > before);
  }

  /** Resolves when all places are free again. */
  async end(): Promise<void> {
    this.isOver = true;
    await Promise.all(this.places);
  }

  private async occupy(): Promise<void> {
    while (!this.isOver) {
      const isTaken = await this.threads.submit(this.container).then(
        () => true,
        (error: unknown) => {
          if (error instanceof Refusal && error.code === 'signature_checks_busy') return false;
          throw error;
        },
      );
      if (!isTaken) return;
    }
  }
}

/** Requests in a minute; the window is too long for a test to see its end. */
const LIMIT = 3;

let fixture: SignUpFixture;

let applicant: MadeUpApplicant;

beforeAll(async () => {
  fixture = await SignUpFixture.start();
  applicant = await fixture.applicant();
});

afterAll(() => fixture.stop());

const started: Program[] = [];

afterEach(async () => {
  for (const program of started.splice(0)) await fixture.env.stopProgram(program);
});

async function programWith(environment: Readonly<Record<string, string>>): Promise<Program> {
  const program = await fixture.env.startProgram(environment);
  started.push(program);
  return program;
}

const signed = (): SignUpBody => fixture.sign(fixture.contentBy(applicant), applicant);

const GARBAGE: SignUpBody = { signed_content: 'TWFya2VyY2h1aw==', signed_content_encoding: 'base64' };

function call(name: string, program: Program, from?: string): (body: object) => Promise<number> {
  const headers = {
    'content-type': 'application/json',
    ...(from === undefined ? {} : { 'x-forwarded-for': from }),
  };
  return async (body) => {
    const url = `${program.addresses.publicUrl ?? ''}/api/pis/confidant/${name}`;
    return (await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })).status;
  };
}

/** One after the other. */
async function each<Answered>(times: number, ask: () => Promise<Answered>): Promise<Answered[]> {
  const answers: Answered[] = [];
  for (let asked = 0; asked < times; asked += 1) answers.push(await ask());
  return answers;
}

const statusesOf = (answers: readonly Answer[]): number[] => answers.map(({ status }) => status);

function expectRetryAfter(answer: Answer, mostSeconds: number): void {
  const seconds = Number(answer.headers.get('retry-after'));
  expect(Number.isInteger(seconds)).toBe(true);
  expect(seconds).toBeGreaterThanOrEqual(1);
  expect(seconds).toBeLessThanOrEqual(mostSeconds);
}

describe('An address', () => {
  it('may ask so often in a minute; then not even its garbage is looked at', async () => {
    const program = await programWith({ SIGN_UP_REQUESTS_PER_MINUTE: String(LIMIT) });
    const answers = await each(LIMIT + 2, () => fixture.validate(GARBAGE, program));
    expect(statusesOf(answers)).toEqual([400, 400, 400, 429, 429]);
    const last = answers.at(-1) as Answer;
    expect(last.body).toMatchObject({
      meta: { code: 429, url: '/api/pis/confidant/sign-up_validation' },
      error: { type: 'too_many_requests', message: expect.stringMatching(/\S/) as unknown },
    });
    expectRetryAfter(last, 60);
  });

  it('that has asked too often is refused before its body is read', async () => {
    const program = await programWith({ SIGN_UP_REQUESTS_PER_MINUTE: '1' });
    expect((await fixture.register({}, program)).status).toBe(422);
    for (const body of ['{', {}, [], GARBAGE, { ...signed(), jwt: 'none' }]) {
      const answer = await fixture.register(body, program);
      expect(answer.status).toBe(429);
      expectRetryAfter(answer, 60);
    }
  });

  it('that signs up honestly is counted as well', async () => {
    const program = await programWith({ SIGN_UP_REQUESTS_PER_MINUTE: String(LIMIT) });
    const body = signed();
    const answers = await each(LIMIT + 1, () => fixture.validate(body, program));
    expect(statusesOf(answers)).toEqual([200, 200, 200, 429]);
  });

  it('is not another one because of its headers', async () => {
    const program = await programWith({ SIGN_UP_REQUESTS_PER_MINUTE: '2' });
    const statuses: number[] = [];
    for (const from of ['192.0.2.1', '192.0.2.2', '192.0.2.3, 192.0.2.4'])
      statuses.push(await call('register', program, from)({}));
    expect(statuses).toEqual([422, 422, 429]);
  });

  it('is the one that a trusted proxy names', async () => {
    const program = await programWith({ SIGN_UP_REQUESTS_PER_MINUTE: '1', HTTP_TRUSTED_PROXIES: '1' });
    const statuses: number[] = [];
    // Only the last one was written by the proxy; what precedes it may be made up by the client.
    for (const from of ['192.0.2.1', '192.0.2.2', '192.0.2.2', '192.0.2.7, 192.0.2.1'])
      statuses.push(await call('register', program, from)({}));
    expect(statuses).toEqual([422, 422, 429, 429]);
  });

  it('that may not sign up may still be asked whether it lives', async () => {
    const program = await programWith({ SIGN_UP_REQUESTS_PER_MINUTE: '1' });
    await each(3, () => fixture.validate({}, program));
    expect((await fixture.validate({}, program)).status).toBe(429);
    expect((await program.public('/health/live')).status).toBe(200);
  });
});

describe('Checks of signatures', () => {
  it('beyond those that are made and one that waits are refused with "try again"', async () => {
    const program = await programWith({ SIGNATURE_QUEUE_SIZE: '1', SIGNATURE_TIMEOUT_MS: '60000' });
    const body = signed();
    const session = await fixture.sessionOf(body, program);
    const occupied = new Occupied(
      program.get(SignatureCheckPool),
      Buffer.from(body.signed_content, 'base64'),
    );
    const answers = [
      await fixture.validate(body, program),
      await fixture.register({ ...body, jwt: session }, program),
      await fixture.validate(GARBAGE, program),
    ];
    // Neither the queue nor the threads are needed for what is refused before.
    expect((await fixture.validate({ ...body, signed_content: '*' }, program)).status).toBe(422);
    await occupied.end();
    for (const answer of answers) {
      expect(answer.status).toBe(503);
      expect(answer.body).toMatchObject({ meta: { code: 503 }, error: { type: 'service_unavailable' } });
      expectRetryAfter(answer, 60);
    }
    expect((await fixture.register({ ...body, jwt: session }, program)).status).toBe(201);
  });
});
