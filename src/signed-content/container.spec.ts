import { GeneralizedTime, OctetString, UTCTime } from 'asn1js';
import { describe, expect, it } from 'vitest';
import { readTime } from './container';

const bytesOf = (text: string): ArrayBuffer => new Uint8Array(Buffer.from(text, 'latin1')).buffer;
const utc = (text: string): UTCTime => new UTCTime({ valueHex: bytesOf(text) });
const general = (text: string): GeneralizedTime => new GeneralizedTime({ valueHex: bytesOf(text) });

describe('The signing time', () => {
  it.each([
    ['260501100000Z', '2026-05-01T10:00:00.000Z'],
    ['491231235959Z', '2049-12-31T23:59:59.000Z'],
    ['500101000000Z', '1950-01-01T00:00:00.000Z'],
  ])('has two digits of the year as %s', (text, iso) => {
    expect(readTime(utc(text))?.toISOString()).toBe(iso);
  });

  it('has four digits of the year from 2050 on', () => {
    expect(readTime(general('20500101000000Z'))?.toISOString()).toBe('2050-01-01T00:00:00.000Z');
  });

  it.each(['260501100000', '2605011000Z', '260501100000+0300', '260230100000Z', '261301100000Z', '', 'Z'])(
    'is none when written as "%s"',
    (text) => {
      expect(readTime(utc(text))).toBeUndefined();
    },
  );

  it('is none in fractions of a second, nor in another type', () => {
    expect(readTime(general('20260501100000.5Z'))).toBeUndefined();
    expect(readTime(new OctetString({ valueHex: bytesOf('260501100000Z') }))).toBeUndefined();
    expect(readTime(undefined)).toBeUndefined();
  });
});
