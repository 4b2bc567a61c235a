import { describe, expect, it } from 'vitest';
import { BerReader, BOUNDS } from './ber-reader';

const walk = (hex: string): void =>
  new BerReader().refuseMalformedLengths(Buffer.from(hex.replace(/ /g, ''), 'hex'));

describe('The lengths of a container', () => {
  it.each([
    ['one empty value', '3000'],
    ['values in values', '30 06 30 02 05 00 05 00'],
    ['a length in four bytes', '30 84 00 00 00 02 05 00'],
    ['an open length with its end', '30 80 05 00 00 00'],
    ['an open length in an open one', '30 80 24 80 04 01 ff 00 00 00 00'],
    ['an open length in a definite one', '30 06 30 80 05 00 00 00'],
    ['what looks like values inside a primitive one', '04 04 30 ff ff ff'],
  ])('may be %s', (_, hex) => {
    expect(() => walk(hex)).not.toThrow();
  });

  it.each([
    ['nothing', ''],
    ['half a header', '30'],
    ['fewer bytes than the length', '30 03 05 00'],
    ['more bytes than the length', '30 02 05 00 05 00'],
    ['a child longer than its parent', '30 04 30 04 05 00 05 00'],
    ['a child that ends before its parent does', '30 05 30 02 05 00 ff'],
    ['an open length without its end', '30 80 05 00'],
    ['an end that crosses the end of its parent', '30 03 30 80 00 00'],
    ['an end of nothing', '30 02 00 00'],
    ['an end with something in it', '30 80 00 01 ff'],
    ['an open length of a primitive value', '04 80 00 00'],
    ['a tag of several bytes', '3f 81 01 00'],
    ['a length in five bytes', '30 85 00 00 00 00 00'],
    ['a length cut off', '30 82 01'],
  ])('must not be %s', (_, hex) => {
    expect(() => walk(hex)).toThrow(expect.objectContaining({ code: 'signature_container_malformed' }));
  });

  it('are followed down to a bound, and no further', () => {
    const nested = (levels: number): string => '3080'.repeat(levels) + '0000'.repeat(levels);
    expect(() => walk(nested(BOUNDS.maxDepth - 1))).not.toThrow();
    expect(() => walk(nested(BOUNDS.maxDepth))).toThrow();
  });

  it('are counted up to a bound, and no further', () => {
    const many = (values: number): string => `3080${'0500'.repeat(values)}0000`;
    // The outer value and the zeros at its end are counted as well.
    expect(() => walk(many(BOUNDS.maxNodes - 2))).not.toThrow();
    expect(() => walk(many(BOUNDS.maxNodes - 1))).toThrow();
  });
});
