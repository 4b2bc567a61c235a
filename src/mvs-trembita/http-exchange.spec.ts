import { describe, expect, it } from 'vitest';
import { AnswerBytes } from './http-exchange';

describe('a body that arrives in pieces', () => {
  it('is put together again whatever the pieces', () => {
    const whole = Buffer.from('Знайдено '.repeat(500));
    for (const size of [1, 7, 16_384, whole.length]) {
      const body = new AnswerBytes(whole.length);
      for (let at = 0; at < whole.length; at += size)
        expect(body.add(whole.subarray(at, at + size))).toBe(true);
      expect(body.bytes.equals(whole)).toBe(true);
    }
  });

  it('may reach the cap and not pass it', () => {
    const body = new AnswerBytes(4);
    expect([body.add(Buffer.from('abc')), body.add(Buffer.from('d')), body.add(Buffer.from('e'))]).toEqual([
      true,
      true,
      false,
    ]);
    expect(body.bytes.toString()).toBe('abcd');
  });

  it('keeps a single piece without copying it', () => {
    const piece = Buffer.from('abc');
    const body = new AnswerBytes(4);
    body.add(piece);
    expect(body.bytes).toBe(piece);
  });
});
