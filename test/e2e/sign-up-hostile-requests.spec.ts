import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectRefused } from '../support/hostile-values';
import {
  type Answer,
  type MadeUpApplicant,
  type SignUpBody,
  SignUpFixture,
} from '../support/sign-up-fixture';

let fixture: SignUpFixture;
let applicant: MadeUpApplicant;
let good: SignUpBody;

beforeAll(async () => {
  fixture = await SignUpFixture.start();
  applicant = await fixture.applicant();
  good = fixture.sign(fixture.contentBy(applicant), applicant);
});
afterAll(async () => {
  // After all that, an honest one is served.
  expect((await fixture.signUp(good)).status).toBe(201);
  await fixture.stop();
});

const CALLS = ['sign-up_validation', 'register'] as const;

async function ask(call: string, init: RequestInit): Promise<Answer> {
  const url = `${fixture.env.program.addresses.publicUrl ?? ''}/api/pis/confidant/${call}`;
  const answer = await fetch(url, init);
  const body = JSON.parse((await answer.text()) || '{}') as Answer['body'];
  return { status: answer.status, headers: answer.headers, body };
}

const reported = ({ status, body }: Answer) => [status, body.error?.type];

describe.each(CALLS)('A request for %s', (call) => {
  it.each([
    ['of no type', undefined],
    ['of plain text', 'text/plain'],
    ['of a form', 'application/x-www-form-urlencoded'],
    ['of several parts', 'multipart/form-data; boundary=x'],
    ['of XML', 'application/xml'],
    ['of something like JSON', 'application/jsonp'],
    ['in another alphabet', 'application/json; charset=koi8-u'],
    ['in a wider alphabet', 'application/json; charset=utf-16'],
    ['in an alphabet of nowhere', 'application/json; charset=Маркерчук'],
    ['of two types', 'application/json, text/plain'],
  ])('%s is not read', async (_, type) => {
    const headers: Record<string, string> =
      type === undefined ? {} : { 'content-type': Buffer.from(type).toString('latin1') };
    const answer = await ask(call, { method: 'POST', headers, body: Buffer.from(JSON.stringify(good)) });
    expect(reported(answer)).toEqual([415, 'content_type_invalid']);
    expectRefused(answer);
  });

  it.each(['gzip', 'deflate', 'br', 'identity, gzip', 'Маркерчук'])(
    'packed as %s is not read',
    async (coding) => {
      const headers = {
        'content-type': 'application/json',
        'content-encoding': Buffer.from(coding).toString('latin1'),
      };
      const answer = await ask(call, { method: 'POST', headers, body: JSON.stringify(good) });
      expect(reported(answer)).toEqual([415, 'content_type_invalid']);
      expectRefused(answer);
    },
  );

  it.each<[string, string | Buffer]>([
    ['a word', 'Маркерчук'],
    ['a text', '"Маркерчук"'],
    ['nothing but blanks', '   '],
    ['half an object', '{"signed_content":"Маркерчук"'],
    ['two objects', '{}{}'],
    ['quotes of another kind', "{'signed_content':'Маркерчук'}"],
    ['a bare NUL', '{"signed_content":"\u0000"}'],
    ['bytes that are no text', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ['UTF-16', Buffer.from('{}', 'utf16le')],
  ])('that is %s is corrupted', async (_, body) => {
    const answer = await ask(call, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    expect(reported(answer)).toEqual([400, 'request_malformed']);
    expect(answer.body.error?.message).toBe('Malformed request. Probably, you have sent corrupted JSON.');
    expectRefused(answer);
  });

  it.each(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])(
    'by %s finds nothing there',
    async (method) => {
      const answer = await ask(call, { method });
      expect(answer.status).toBe(404);
      if (method !== 'HEAD') expectRefused(answer);
    },
  );

  it.each(['/x', '/../register/x', '%2f', '/Маркерчук', '%00', ';a=b'])(
    'with %s behind it finds nothing there',
    async (more) => {
      const headers = { 'content-type': 'application/json' };
      const answer = await ask(call + more, { method: 'POST', headers, body: JSON.stringify(good) });
      expect(reported(answer)).toEqual([404, 'not_found']);
      expectRefused(answer);
    },
  );
});

const validate = (text: string): Promise<Answer> => fixture.validate({ ...good, signed_content: text });
const encoded = (hex: string, ...more: Buffer[]): string =>
  Buffer.concat([Buffer.from(hex.replaceAll(' ', ''), 'hex'), ...more]).toString('base64');

describe('Text that is not quite base64', () => {
  const refuse = async (text: string): Promise<void> => {
    const answer = await validate(text);
    expectRefused(answer);
    expect(reported(answer)).toEqual([422, 'request_malformed']);
    expect(answer.body.error?.message).toBe('Invalid signed content');
  };

  it('has a sign of another alphabet anywhere', () => {
    const strange = [
      ' ',
      '\n\n',
      '\r',
      '\r\n\r\n',
      '\t',
      '-',
      '_',
      '%',
      ',',
      '\u0000',
      '=',
      '==',
      'А',
      'Ａ',
      '\ud800',
      '\u200b',
    ];
    return fc.assert(
      fc.asyncProperty(fc.nat({ max: 1_000 }), fc.constantFrom(...strange), async (at, sign) => {
        const { signed_content: text } = good;
        await refuse(text.slice(0, at) + sign + text.slice(at));
        await refuse(text.slice(0, at) + sign + text.slice(at + sign.length));
      }),
      { numRuns: 60 },
    );
  });

  it('may be broken into lines', async () => {
    for (const lineBreak of ['\n', '\r\n']) {
      const { status } = await validate(good.signed_content.replace(/.{64}/g, `$&${lineBreak}`) + lineBreak);
      expect(status).toBe(200);
    }
  });

  it('has empty lines, lacks its padding or has too much of it, or something behind it', async () => {
    const padded = encoded('30 00');
    expect(padded).toBe('MAA=');
    for (const text of [
      good.signed_content.replace(/.{64}/g, '$&\r\n\r\n'),
      'MAA',
      'MAA==',
      'MAA=\n\n',
      'MAA=MAA=',
      'MAB=',
    ])
      await refuse(text);
    for (const more of ['Маркерчук', '====', '\u0000', '#', ' ']) await refuse(good.signed_content + more);
    await refuse(`data:application/octet-stream;base64,${good.signed_content}`);
  });
});

describe('A container that is not one', () => {
  const SIGNED_DATA = '06092a864886f70d010702';

  it.each<[string, string]>([
    ['rubbish', Buffer.from('Маркерчук').toString('base64')],
    ['four gigabytes, it claims', encoded('30 84 ff ff ff ff')],
    ['sixteen exabytes, it claims', encoded('30 88 ff ff ff ff ff ff ff ff')],
    ['a length of 126 bytes', encoded('30 fe', Buffer.alloc(126, 0xff))],
    ['four gigabytes inside', encoded(`30 82 00 20 ${SIGNED_DATA} a0 84 ff ff ff ff`)],
    ['of open length, never ended', encoded('30 80 06 09 30 80 06 09')],
    ['half a million levels of open length', encoded('', Buffer.alloc(1_000_000, '3080', 'hex'))],
    [
      'half a million levels inside one that looks right',
      encoded(`30 80 ${SIGNED_DATA} a0 80`, Buffer.alloc(1_000_000, '3080', 'hex')),
    ],
    ['half a million empty values', encoded('30 80', Buffer.alloc(1_000_000, '0500', 'hex'))],
    ['a number of a megabyte', encoded('02 83 0f 42 40', Buffer.alloc(1_000_000, 0x7f))],
    ['a name of a megabyte', encoded('06 83 0f 42 40', Buffer.alloc(1_000_000, 0xff))],
  ])('%s', async (_, text) => {
    const answer = await validate(text);
    expectRefused(answer);
    expect(reported(answer)).toEqual([400, 'request_malformed']);
    expect(answer.body.error?.message).toBe('Signed content is not a CMS container of signed data');
  });

  it('or one with a byte changed anywhere is refused', () => {
    const bytes = Buffer.from(good.signed_content, 'base64');
    return fc.assert(
      fc.asyncProperty(
        fc.nat({ max: bytes.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        async (at, mask) => {
          const changed = Buffer.from(bytes);
          changed.writeUInt8(changed.readUInt8(at) ^ mask, at);
          const answer = await validate(changed.toString('base64'));
          // A byte that no signature covers may be any; then it is the same content of the same applicant.
          if (answer.status !== 200) expectRefused(answer);
        },
      ),
      { numRuns: 60 },
    );
  });
});
