import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../../domain/refusal';
import { decodeSignedContent } from './decode-signed-content';

const decode = (text: string, encoding = 'base64'): Buffer =>
  decodeSignedContent({ signed_content: text, signed_content_encoding: encoding });

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
    ['a line break inside', 'QUJD\nREVG'],
    ['a line break at the end', 'QUJD\n'],
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

  it('is written in one way only: whatever else is accepted would be another session', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'AQg+/-_= \n'), maxLength: 12 }), (text) => {
        const isCanonical = text !== '' && Buffer.from(text, 'base64').toString('base64') === text;
        expect(refusalOf(text)).toBe(isCanonical ? undefined : 'signed_content_invalid');
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
