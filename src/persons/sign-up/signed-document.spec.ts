import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../../domain/refusal';
import { readSignedJson, decodeContainer } from './signed-document';

const bytesOf = (text: string): Uint8Array => Buffer.from(text);

function expectRefused(bytes: Uint8Array): void {
  expect(() => readSignedJson(bytes)).toThrow(new Refusal('signed_content_invalid'));
}

describe('Signed bytes', () => {
  it('are read as any JSON reader would, blanks and escapes included', () => {
    const text = ' {\n"a" : "\\u0456\\"\\\\" ,\t"b":[{"a":1},{"a":[ ]}], "c":{"a":"a:","\\"a\\"":null}}\r\n';
    expect(readSignedJson(bytesOf(text))).toEqual(JSON.parse(text));
  });

  it.each([
    ['nothing', ''],
    ['blanks', '  '],
    ['a word', 'person'],
    ['half an object', '{"person":'],
    ['half a string', '{"person'],
    ['a backslash at the end', '"\\'],
    ['more behind the end', '{} {}'],
    ['a comment', '{} // signed'],
    ['a trailing comma', '{"a":1,}'],
    ['a bare NUL', '{"a":"\u0000"}'],
    ['quotes of another kind', "{'a':1}"],
  ])('that are %s are refused', (_, text) => {
    expectRefused(bytesOf(text));
  });

  it.each([
    ['a byte order mark', [0xef, 0xbb, 0xbf, 0x7b, 0x7d]],
    ['a byte that begins no character', [0x22, 0xff, 0x22]],
    ['a character cut in half', [0x22, 0xd0, 0x22]],
    ['a slash in more bytes than it needs', [0x22, 0xc0, 0xaf, 0x22]],
    ['half of a surrogate pair as bytes', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['UTF-16', [0x7b, 0x00, 0x7d, 0x00]],
    ['windows-1251', [0x22, 0xc0, 0xed, 0x22]],
  ])('with %s are refused', (_, bytes) => {
    expectRefused(Uint8Array.from(bytes));
  });

  it.each([
    ['at the top', '{"a":1,"b":2,"a":1}'],
    ['inside', '{"x":[{"a":1},{"b":{"a":1, "a":2}}]}'],
    ['after an object in between', '{"a":{"b":1},"c":[1],"a":2}'],
    ['with an escape', '{"a":1,"\\u0061":1}'],
    ['of the strange kind', '{"__proto__":1,"__proto__":2}'],
    ['with blanks before the colon', '{"a" :1,"a"\n\t :1}'],
    ['that is empty', '{"":1,"":1}'],
  ])('that name a property twice are refused: %s', (_, text) => {
    expectRefused(bytesOf(text));
  });

  it('that name a property once in each of several objects are read', () => {
    for (const text of ['[{"a":1},{"a":1}]', '{"a":{"a":{"a":"a"}},"b":"a"}', '{"a":"a","A":"a"}']) {
      expect(readSignedJson(bytesOf(text))).toEqual(JSON.parse(text));
    }
  });

  it('that go deeper than any published form are refused, however deep they go', () => {
    const nested = (depth: number) => bytesOf('['.repeat(depth) + ']'.repeat(depth));
    expect(readSignedJson(nested(32))).toBeDefined();
    for (const depth of [33, 1_000_000]) expectRefused(nested(depth));
    expectRefused(bytesOf('{"a":'.repeat(300_000)));
  });

  it('of any JSON are read to the same value, and any bytes are read or refused', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        const text = JSON.stringify(value, null, 1);
        expect(readSignedJson(bytesOf(text))).toEqual(JSON.parse(text));
      }),
    );
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), fc.string({ unit: 'binary' }).map(bytesOf)), (bytes) => {
        try {
          readSignedJson(bytes);
        } catch (refusal) {
          expect(refusal).toEqual(new Refusal('signed_content_invalid'));
        }
      }),
    );
  });

  it('that are refused leave nothing of themselves in the refusal', () => {
    try {
      readSignedJson(bytesOf('{"last_name": Мітка}'));
      expect.unreachable();
    } catch (refusal) {
      expect(`${(refusal as Error).stack} ${JSON.stringify(refusal)}`).not.toContain('Мітка');
      expect((refusal as Error).cause).toBeUndefined();
    }
  });
});

const decode = (text: string, encoding = 'base64'): Buffer =>
  decodeContainer({ signed_content: text, signed_content_encoding: encoding });

/** The code of the refusal, or nothing. */
function refusalOf(text: string, encoding?: string): string | undefined {
  try {
    decode(text, encoding);
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}

describe('Signed content', () => {
  it('is read from base64, whatever its bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 100 }), (bytes) => {
        expect(decode(Buffer.from(bytes).toString('base64'))).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it.each([
    ['nothing', ''],
    ['padding and nothing else', '===='],
    ['a line break in front', '\nQUJD'],
    ['an empty line', 'QUJD\n\nREVG'],
    ['an empty line at the end', 'QUJD\r\n\r\n'],
    ['a line break and nothing else', '\n'],
    ['half a line break', 'QUJD\rREVG'],
    ['blanks before a line break', 'QUJD \nREVG'],
    ['a blank in front', ' QUJD'],
    ['a tab', 'QUJD\tREVG'],
    ['the alphabet of addresses', '-_-_'],
    ['both alphabets', '+/-_'],
    ['one byte without its padding', 'QQ'],
    ['half of its padding', 'QQ='],
    ['two bytes without their padding', 'QUI'],
    ['too much padding', 'QUI=='],
    ['padding where none belongs', 'QUJD='],
    ['padding in the middle', 'QQ==QUJD'],
    ['a single symbol', 'Q'],
    ['bits behind one byte', 'QR=='],
    ['bits behind two bytes', 'QUJ='],
    ['a zero symbol', 'QUJD\0'],
    ['a letter that only looks like one of the alphabet', 'QUJС'],
    ['the head of an address of data', 'data:application/octet-stream;base64,QUJD'],
  ])('is refused when it is written with %s', (_, text) => {
    expect(refusalOf(text)).toBe('signed_content_invalid');
  });

  it.each([
    ['between lines', 'QUJD\nREVG'],
    ['of two bytes', 'QUJD\r\nREVG'],
    ['at the end', 'QUJDREVG\n'],
    ['between lines and at the end', 'QUJD\r\nREVG\r\n'],
    ['within a group of four symbols', 'QU\nJDR\nEVG'],
  ])('may have line breaks: %s', (_, text) => {
    expect(decode(text).toString()).toBe('ABCDEF');
  });

  it('may be broken into lines of 64 or 76 symbols', () => {
    const bytes = Buffer.from(Array.from({ length: 1_000 }, (_, place) => place % 256));
    const lines = (length: number): string =>
      bytes.toString('base64').replace(new RegExp(`.{${length}}`, 'g'), '$&\r\n');
    expect([decode(lines(64)), decode(lines(76))]).toEqual([bytes, bytes]);
  });

  it('is written in one way only apart from line breaks: whatever else is accepted would be another session', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'AQg+/-_= \n'), maxLength: 12 }), (written) => {
        const isBroken = /^\n|\n\n/.test(written);
        const text = written.replaceAll('\n', '');
        const isCanonical =
          !isBroken && text !== '' && Buffer.from(text, 'base64').toString('base64') === text;
        expect(refusalOf(written)).toBe(isCanonical ? undefined : 'signed_content_invalid');
      }),
    );
  });

  it.each([['base64url'], ['Base64'], ['BASE64'], ['base64 '], [''], ['hex']])(
    'is refused in the encoding %j, but only after its text was found to be base64',
    (encoding) => {
      expect(refusalOf('QUJD', encoding)).toBe('validation_failed');
      expect(refusalOf('QUJD=', encoding)).toBe('signed_content_invalid');
    },
  );

  it('names the encoding when that is at fault', () => {
    expect(() => decode('QUJD', 'hex')).toThrow(
      expect.objectContaining({
        details: {
          faults: [
            { entry: '$.signed_content_encoding', rule: 'invalid', description: 'is invalid', params: [] },
          ],
        },
      }) as Error,
    );
  });

  it('of two megabytes is decided at once', () => {
    const startedAtMs = performance.now();
    expect(refusalOf(`${'A'.repeat(2 * 1024 * 1024)}!`)).toBe('signed_content_invalid');
    expect(performance.now() - startedAtMs).toBeLessThan(1_000);
  });
});
