import { SCOPES } from '../../src/domain/access/access.rules';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { aCaller } from '../support/builders';
import { OpenRequest } from '../support/http-client';
import type { Program } from '../support/program';
import { type MadeUpApplicant, SignUpFixture } from '../support/sign-up-fixture';

const KIB = 1024;
const MIB = 1024 * KIB;
const SIGN_UP_CAP_BYTES = 2 * MIB;
const CAP_BYTES = 64 * KIB;

/** As many bodies of one address may arrive at once. */
const BODIES_OF_ADDRESS = 64;

const SIGN_UP = '/api/pis/confidant/sign-up_validation';

/** The limit only turns a test that would hang into one that fails. */
const SOON = { timeout: 15_000 };

let fixture: SignUpFixture;
let applicant: MadeUpApplicant;
let token: string;
const opened: OpenRequest[] = [];
const started: Program[] = [];

beforeAll(async () => {
  // Each test has addresses of its own. A body that is sent by halves is waited for until the test is over.
  fixture = await SignUpFixture.start({ HTTP_TRUSTED_PROXIES: '1', HTTP_REQUEST_TIMEOUT_MS: '60000' });
  applicant = await fixture.applicant();
  token = await aCaller().withScope(SCOPES.join(' ')).save(fixture.env.sql);
});
afterAll(() => fixture.stop());
afterEach(async () => {
  for (const each of opened.splice(0)) each.hangUp();
  for (const program of started.splice(0)) await fixture.env.stopProgram(program);
  expect(await honestStatus()).toBe(200);
});

async function programWith(environment: Readonly<Record<string, string>>): Promise<Program> {
  const program = await fixture.env.startProgram({ HTTP_TRUSTED_PROXIES: '1', ...environment });
  started.push(program);
  return program;
}

const urlOf = (path: string, program = fixture.env.program): string =>
  `${program.addresses.publicUrl ?? ''}${path}`;

interface Sent {
  readonly from?: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly program?: Program;
}

async function statusOf(path: string, { from = '203.0.113.1', body, headers, program }: Sent) {
  const { status } = await fetch(urlOf(path, program), {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': from, ...headers },
    body,
  });
  return status;
}

/** A sign-up of somebody else than the hostile address. */
const honestStatus = (program = fixture.env.program): Promise<number> => {
  const body = JSON.stringify(fixture.sign(fixture.contentBy(applicant), applicant));
  return statusOf(SIGN_UP, { from: '198.51.100.7', body, program });
};

/** The head of a request whose body is not sent yet. */
function open(path: string, bytes: number, { from = '203.0.113.1', program = fixture.env.program } = {}) {
  const one = OpenRequest.to(urlOf(path, program), {
    framing: 'by its length',
    bytes,
    headers: [`X-Forwarded-For: ${from}`],
  });
  opened.push(one);
  return one;
}

const lines = (program: Program, message: string): Record<string, unknown>[] =>
  program.logged
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter((line) => line['message'] === message);

describe('A body that nobody wants', () => {
  it('is not waited for where there is no call', async () => {
    expect(await open('/nowhere', SIGN_UP_CAP_BYTES).answered).toMatchObject({ status: 404 });
  });

  it('is not looked at where there is no call', async () => {
    const headers = { 'content-type': 'text/plain', 'content-encoding': 'gzip' };
    expect(await statusOf('/nowhere', { body: '[[[', headers })).toBe(404);
    expect(await statusOf('/metrics', { body: '[[[', headers })).toBe(404);
  });

  it('is not waited for without a token', async () => {
    expect(await open('/graphql', 10 * KIB).answered).toMatchObject({ status: 401 });
    expect(await open('/api/admin/unzr_info/sync', 10 * KIB).answered).toMatchObject({ status: 401 });
  });

  it('is not waited for from an address that has asked too often', async () => {
    const program = await programWith({ SIGN_UP_REQUESTS_PER_MINUTE: '1' });
    expect(await statusOf(SIGN_UP, { body: '{}', program })).toBe(422);
    expect(await open(SIGN_UP, SIGN_UP_CAP_BYTES, { program }).answered).toMatchObject({ status: 429 });
    expect(await honestStatus(program)).toBe(200);
  });
});

describe('A body', () => {
  const bearer = () => ({ authorization: `Bearer ${token}` });
  const padded = (bytes: number): string => '{"unzr":"19900101-00013"}'.padEnd(bytes);

  it('may be larger for a sign-up than for any other call', async () => {
    const sync = '/api/admin/unzr_info/sync';
    expect(await statusOf(sync, { body: padded(CAP_BYTES + 1), headers: bearer() })).toBe(413);
    expect(await statusOf(sync, { body: padded(CAP_BYTES), headers: bearer() })).not.toBe(413);
    expect(await statusOf('/graphql', { body: padded(CAP_BYTES + 1), headers: bearer() })).toBe(413);
    expect(await statusOf(SIGN_UP, { body: padded(CAP_BYTES + 1) })).toBe(422);
    expect(await statusOf(SIGN_UP, { body: padded(SIGN_UP_CAP_BYTES + 1) })).toBe(413);
  });

  it.each([
    ['brackets', '['.repeat(SIGN_UP_CAP_BYTES)],
    ['objects in objects', '{"a":'.repeat(SIGN_UP_CAP_BYTES / 5)],
    ['lists in an object, behind a text with brackets', `{"a":"]]\\"]]","b":${'['.repeat(100_000)}`],
    ['a long list', `[${'1,'.repeat(SIGN_UP_CAP_BYTES / 2 - 2)}1]`],
    ['names without end', `{${'"a":1,'.repeat(SIGN_UP_CAP_BYTES / 7)}`],
  ])('of %s is refused before it is parsed', async (_, body) => {
    const parse = vi.spyOn(JSON, 'parse');
    try {
      expect(await statusOf(SIGN_UP, { body })).toBe(400);
      expect(parse.mock.calls.filter(([text]) => text === body)).toEqual([]);
    } finally {
      parse.mockRestore();
    }
  });

  it('with brackets, quotes and backslashes in its texts is as deep as it looks to a reader', async () => {
    const text = `${'[{'.repeat(50)}\\"${'\\\\'.repeat(50)}`;
    const body = `{"signed_content":"${text}","signed_content_encoding":"base64"}`;
    expect(() => JSON.parse(body) as unknown).not.toThrow();
    expect(await statusOf(SIGN_UP, { body })).toBe(422);
  });
});

describe('Bodies that are sent by halves', () => {
  it('are limited in number for one address, and others are served meanwhile', async () => {
    const from = '203.0.113.20';
    for (let each = 0; each < BODIES_OF_ADDRESS; each += 1) await open(SIGN_UP, KIB, { from }).send(1);
    const refused = async () => expect(await statusOf(SIGN_UP, { from, body: '{}' })).toBe(429);
    await vi.waitFor(refused, SOON);
    expect(await honestStatus()).toBe(200);
    for (const each of opened.splice(0)) each.hangUp();
    const servedAgain = async () => expect(await statusOf(SIGN_UP, { from, body: '{}' })).toBe(422);
    await vi.waitFor(servedAgain, SOON);
  });

  it('are limited in bytes for one address, before they are complete', async () => {
    const from = '203.0.113.30';
    const nine = Array.from({ length: 9 }, () => open(SIGN_UP, SIGN_UP_CAP_BYTES, { from }));
    await Promise.all(nine.map((one) => one.send(SIGN_UP_CAP_BYTES - 1)));
    // Eight of them are as much as one address may keep, but for eight bytes.
    expect(await Promise.any(nine.map(({ answered }) => answered))).toMatchObject({ status: 429 });
    expect(await honestStatus()).toBe(200);
  });

  it('end with their connection when their time is over, and are not logged as answered', async () => {
    const program = await programWith({ HTTP_REQUEST_TIMEOUT_MS: '1500' });
    const three = Array.from({ length: 3 }, () => open(SIGN_UP, KIB, { program }));
    await Promise.all(three.map((one) => one.send(1)));
    await Promise.all(three.map(({ closed }) => closed));
    const late = () => lines(program, 'A request did not arrive in time, its connection was closed');
    await vi.waitFor(() => expect(late()).toHaveLength(3), SOON);
    for (const line of late()) expect(line).toMatchObject({ method: 'POST', route: SIGN_UP, status: 408 });
    expect(lines(program, 'A request was answered')).toEqual([]);
    expect(await (await program.internal('/metrics')).text()).toContain(
      `http_request_duration_seconds_count{method="POST",route="${SIGN_UP}",status="408"} 3`,
    );
  });

  it('of a client that hangs up are logged as that', async () => {
    const program = await programWith({});
    const one = open(SIGN_UP, KIB, { program });
    await one.send(1);
    // Answered after the head of the other one had arrived.
    expect(await honestStatus(program)).toBe(200);
    one.hangUp();
    const hungUp = () => lines(program, 'A client hung up before the answer');
    await vi.waitFor(() => expect(hungUp()).toMatchObject([{ route: SIGN_UP, status: 499 }]), SOON);
  });
});
