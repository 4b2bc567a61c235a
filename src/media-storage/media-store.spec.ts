import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { resolve, sep } from 'node:path';
import { segmentsOf } from './media-store';

const ID = '6f9b0c3e-58a1-4f0e-9d55-0a4f5d3f7c11';
const place = (key: string, bucket = 'persons-dev') => ({ bucket, key });

describe('The place of an object', () => {
  it.each([
    `${ID}/signed_content`,
    `${ID}/confidant_person_relationships/${ID}/signed_content`,
    'a',
    'v1.2/file.bin',
  ])('may be %s', (key) => {
    expect(segmentsOf(place(key))).toEqual(['persons-dev', ...key.split('/')]);
  });

  it.each([
    '',
    '/',
    '/etc/passwd',
    'a//b',
    'a/',
    '.',
    '..',
    '../a',
    'a/../../b',
    'a/./b',
    'a/..',
    '.hidden',
    'a/.signed_content.part',
    '..\\a',
    'a\\..\\b',
    'a\0b',
    'a\nb',
    'a b',
    '%2e%2e/a',
    'а/кирилиця',
    `${'a'.repeat(129)}`,
    'a/b/c/d/e/f/g/h/i',
  ])('is refused for the key %j', (key) => {
    expect(() => segmentsOf(place(key))).toThrow('harmless');
  });

  it.each(['', '.', '..', '../a', 'a/b', 'A-Bucket', 'persons_dev', 'a..b', '-ab', 'ab', 'б-кирилиця'])(
    'is refused for the bucket %j',
    (bucket) => {
      expect(() => segmentsOf(place('a', bucket))).toThrow('harmless');
    },
  );

  it('is below its bucket, whatever is asked for', () => {
    const letters = fc.constantFrom('.', '/', '\\', 'a', '_', '-', '\0', '~', '%', ' ');
    fc.assert(
      fc.property(fc.string({ unit: letters, maxLength: 20 }), (key) => {
        let segments: readonly string[];
        try {
          segments = segmentsOf(place(key));
        } catch {
          return;
        }
        expect(resolve('/media', ...segments).startsWith(`/media/persons-dev${sep}`)).toBe(true);
        expect(segments.join('/')).toBe(`persons-dev/${key}`);
      }),
    );
  });
});
