import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Framing, OpenRequest } from '../support/http-client';
import { type MadeUpApplicant, SignUpFixture } from '../support/sign-up-fixture';

const MIB = 1024 * 1024;
const CAP_BYTES = 2 * MIB;
const HUGE_BYTES = 50 * 1000 * 1000;

const CALLS = ['sign-up_validation', 'register'] as const;

let fixture: SignUpFixture;
let applicant: MadeUpApplicant;
const opened: OpenRequest[] = [];

beforeAll(async () => {
  // Half a gigabyte takes a slow machine a while; whoever takes too long would be cut off.
  fixture = await SignUpFixture.start({ HTTP_REQUEST_TIMEOUT_MS: '180000' });
  applicant = await fixture.applicant();
});
afterAll(() => fixture.stop());
afterEach(async () => {
  for (const each of opened.splice(0)) each.hangUp();
  // Whatever was sent, the next one is served.
  expect((await fixture.validate(fixture.sign(fixture.contentBy(applicant), applicant))).status).toBe(200);
});

const urlOf = (call: string): string =>
  `${fixture.env.program.addresses.publicUrl ?? ''}/api/pis/confidant/${call}`;

function open(call: string, framing: Framing): OpenRequest {
  const one = OpenRequest.to(urlOf(call), { framing, bytes: HUGE_BYTES });
  opened.push(one);
  return one;
}

const TOO_LARGE = {
  status: 413,
  body: { error: { type: 'request_too_large', message: 'The request is too large' } },
};

describe.each(CALLS)('A body of 50 MB for %s', (call) => {
  it('is refused by its Content-Length, before any of it has arrived', async () => {
    expect(await open(call, 'by its length').answered).toMatchObject(TOO_LARGE);
  });

  it('is refused in chunks as soon as there are too many, while more are still to arrive', async () => {
    const one = open(call, 'in pieces');
    await one.send(CAP_BYTES + 1);
    expect(await one.answered).toMatchObject(TOO_LARGE);
  });

  it.each<Framing>(['by its length', 'in pieces'])(
    'is not buffered while it arrives %s, ten at once',
    async (framing) => {
      // This process is the program and the ten senders, each of whom sends the same megabyte again and again.
      const before = process.memoryUsage().rss;
      const ten = Array.from({ length: 10 }, () => open(call, framing));
      await Promise.all(ten.map((one) => one.send(HUGE_BYTES)));
      const grownBytes = process.memoryUsage().rss - before;
      for (const { answered } of ten) expect(await answered).toMatchObject(TOO_LARGE);
      // Kept, it would be 500 MB. Ten bodies up to the cap and garbage not yet collected are less than half of that.
      expect(grownBytes).toBeLessThan(250 * 1000 * 1000);
    },
  );
});

/** A body with so many bytes of base64 in it. */
const rubbish = (length: number): string =>
  JSON.stringify({
    signed_content: 'TWFy'.repeat(length / 4),
    signed_content_encoding: 'base64',
    jwt: 'none',
  });

async function statusOf(call: string, init: RequestInit): Promise<number> {
  const headers = { 'content-type': 'application/json', ...init.headers };
  return (await fetch(urlOf(call), { method: 'POST', ...init, headers })).status;
}

describe.each(CALLS)('A body about as large as may be for %s', (call) => {
  const frame = rubbish(0).length - (call === 'register' ? 0 : ',"jwt":"none"'.length);
  const body = (bytes: number): string => {
    const text = rubbish(Math.floor((bytes - frame) / 4) * 4);
    return (call === 'register' ? text : text.replace(',"jwt":"none"', '')).padEnd(bytes);
  };

  it.each([
    [400, CAP_BYTES - 1],
    [400, CAP_BYTES],
    [413, CAP_BYTES + 1],
  ])('is answered with %i when it is rubbish of %i bytes', async (status, bytes) => {
    expect(await statusOf(call, { body: body(bytes) })).toBe(status);
  });

  it('is not unpacked: sixteen megabytes of blanks take sixteen kilobytes', async () => {
    const packed = gzipSync(Buffer.alloc(16 * MIB, ' '));
    const headers = { 'content-encoding': 'gzip' };
    expect(await statusOf(call, { body: packed, headers })).toBe(415);
  });
});

/** The longest content there may be. */
const MOST_CONTENT_BYTES = 256 * 1024;
/** What surrounds a repeated part. */
const FRAME_BYTES = 4 * 1024;
const repeated = (part: string): string =>
  part.repeat(Math.floor((MOST_CONTENT_BYTES - FRAME_BYTES) / Buffer.byteLength(part)));

describe('A really signed content of a quarter of a megabyte', () => {
  const content = () => fixture.contentBy(applicant);
  const listed = (count: number, entry: unknown): unknown[] => Array<unknown>(count).fill(entry);

  it('that is longer than that is too large, whatever it says', async () => {
    const { status, body } = await fixture.validate(
      fixture.sign(' '.repeat(MOST_CONTENT_BYTES + 1), applicant),
    );
    expect({ status, error: body.error }).toEqual({
      status: 413,
      error: { type: 'request_too_large', message: 'Signed content must not be longer than 256 KiB' },
    });
  });

  it.each<[string, () => string]>([
    ['blanks', () => repeated(' ')],
    ['brackets without an end', () => repeated('[')],
    ['lists in lists', () => repeated('[') + repeated(']').slice(-1)],
    ['objects in objects', () => repeated('{"a":')],
    ['one property again and again', () => `{${repeated('"a":1,')}"a":1}`],
    ['backslashes', () => `"${repeated('\\\\')}`],
  ])('that is nothing but %s is no content', async (_, text) => {
    const { status, body } = await fixture.validate(fixture.sign(text(), applicant));
    expect({ status, message: body.error?.message }).toEqual({
      status: 422,
      message: 'Invalid signed content',
    });
  });

  it.each<[string, () => unknown, string]>([
    ['a name', () => content().with('person.first_name', repeated('в')).build(), '$.person.first_name'],
    ['a secret', () => content().with('person.secret', repeated('a')).build(), '$.person.secret'],
    [
      'an e-mail',
      () =>
        content()
          .with('person.email', `${repeated('a')}@`)
          .build(),
      '$.person.email',
    ],
    [
      'an id',
      () => content().with('person.confidant_person.person_id', repeated('0')).build(),
      '$.person.confidant_person.person_id',
    ],
    ['documents', () => content().with('person.documents', listed(120_000, 1)).build(), '$.person.documents'],
    ['addresses', () => content().with('person.addresses', listed(80_000, {})).build(), '$.person.addresses'],
    ['phones', () => content().with('person.phones', listed(50_000, null)).build(), '$.person.phones'],
    [
      'properties',
      () => ({
        ...content().build(),
        ...Object.fromEntries(listed(15_000, 0).map((_v, i) => [`К${i}`, 1])),
      }),
      '$.*',
    ],
  ])('with far too much in %s has a fault there', async (_, made, entry) => {
    const { status, body } = await fixture.validate(fixture.sign(JSON.stringify(made()), applicant));
    expect(status).toBe(422);
    expect(body.error?.invalid?.map((fault) => fault.entry)).toContain(entry);
    expect(JSON.stringify(body).length).toBeLessThan(64 * 1024);
  });
});
