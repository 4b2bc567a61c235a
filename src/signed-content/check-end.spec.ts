import { describe, expect, it } from 'vitest';
import { Refusal } from '../domain/refusal';
import { describeError } from '../observability';
import { contentOf, endOf } from './check-end';

const SIGNED = {
  content: new Uint8Array([1, 2]),
  signedAt: new Date('2026-05-01T10:00:00Z'),
  signer: { drfo: '1234567890', surname: null, givenName: null },
};

/** What a thread hands over is copied on the way. */
const carriedOver = (check: () => typeof SIGNED) => contentOf(structuredClone(endOf(check)));

describe('The end of a check', () => {
  it('comes over from the thread as it was', () => {
    expect(carriedOver(() => SIGNED)).toEqual(SIGNED);
  });

  it('is the same refusal on both sides', () => {
    const refuse = (): never => {
      throw new Refusal('signature_wrong');
    };
    expect(() => carriedOver(refuse)).toThrow(expect.objectContaining({ code: 'signature_wrong' }));
  });

  it.each([
    ['an error that quotes what was signed', new Error('drfo 1234567890\n    at /1234567890.ts:1:1')],
    ['an error of a package', Object.assign(new TypeError('1234567890'), { cause: '1234567890' })],
    ['something that is no error', '1234567890'],
  ])('is, after %s, an error that says only where', (_, thrown) => {
    const fail = (): never => {
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- A package may throw anything.
      throw thrown;
    };
    let error: unknown;
    try {
      carriedOver(fail);
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(Error);
    expect(String((error as Error).stack)).not.toContain('1234567890');
    const { at } = describeError(error).toJSON();
    if (thrown instanceof Error) expect(at?.[0]).toMatch(/^src\/signed-content\/check-end\.spec\.ts:\d+$/);
  });
});
