import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../../domain/refusal';
import { readSignedJson } from './read-signed-json';

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
