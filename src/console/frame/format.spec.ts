import { describe, expect, it } from 'vitest';
import { Format } from './format';
import { countedEn, countedUk, inBothLanguages, strictly } from './languages';

const [uk, en] = [new Format('uk', 'Europe/Kyiv'), new Format('en', 'Europe/Kyiv')];

/** Node separates thousands and units with spaces that do not break. */
const plain = (text: string): string => text.replace(/\s/gu, ' ');

describe('A moment', () => {
  it('is shown in the given time zone, whatever the zone of the process', () => {
    const winter = new Date('2026-11-28T22:30:05Z');
    expect(plain(uk.time(winter))).toBe('29.11.2026, 00:30:05');
    expect(plain(en.time(winter))).toBe('29/11/2026, 00:30:05');
    expect([uk.day(winter), uk.clock(winter)]).toEqual(['29.11.2026', '00:30:05']);
    expect(uk.time('2026-06-28T22:30:05Z')).toContain('29.06.2026');
  });

  it('that is a day of the calendar stays the same day', () => {
    expect([uk.day('1985-06-15'), en.day('1985-06-15')]).toEqual(['15.06.1985', '15/06/1985']);
    expect(new Format('uk', 'America/New_York').day('1985-06-15')).toBe('15.06.1985');
  });

  it('that is none is a dash', () => {
    expect([
      uk.time(null),
      uk.day(undefined),
      uk.number(null),
      uk.share(NaN),
      uk.span(null),
      uk.id(null),
    ]).toEqual(Array(6).fill('—'));
  });
});

describe('What no calendar shows', () => {
  it.each([
    ['infinity', '∞'],
    ['-infinity', '-∞'],
    [Infinity as never, '∞'],
    ['0044-03-15 BC', '0044-03-15 bc'],
    [new Date(NaN), 'invalid date'],
  ])('%s is shown as %s', (stored, shown) => {
    expect([uk.time(stored), uk.day(stored), uk.clock(stored)]).toEqual(Array(3).fill(shown));
    expect(uk.iso(stored)).toBe('');
  });
});

describe('A word', () => {
  it('of a key that nobody knows is the key', () => {
    const words = { timeout: 'не відповів' };
    const shown = ['timeout', 'moonrise', 'constructor', '__proto__'].map((key) => uk.word(words, key));
    expect(shown).toEqual(['не відповів', 'moonrise', 'constructor', '__proto__']);
  });
});

describe('A span', () => {
  it.each([
    [0, '0 мс'],
    [999, '999 мс'],
    [1_000, '1 с'],
    [61_000, '1 хв 1 с'],
    [3_600_000, '1 год'],
    [3_660_000, '1 год 1 хв'],
    [3_601_000, '1 год'],
    [90_061_000, '1 д 1 год'],
  ])('of %i ms is %s', (milliseconds, words) => {
    expect(uk.span(milliseconds)).toBe(words);
  });
});

describe('A count', () => {
  it.each([
    [0, '0 записів', '0 rows'],
    [1, '1 запис', '1 row'],
    [2, '2 записи', '2 rows'],
    [5, '5 записів', '5 rows'],
    [11, '11 записів', '11 rows'],
    [21, '21 запис', '21 rows'],
    [1_022, '1 022 записи', '1,022 rows'],
  ])('of %i agrees with its noun', (count, ukrainian, english) => {
    expect(plain(countedUk(count, ['запис', 'записи', 'записів']))).toBe(ukrainian);
    expect(plain(countedEn(count, ['row', 'rows']))).toBe(english);
  });
});

describe('A text', () => {
  const texts = inBothLanguages({ uk: { group: { known: 'так' } }, en: { group: { known: 'yes' } } });

  it('that is missing throws with its place instead of being shown as nothing', () => {
    const text = strictly(texts.uk) as { group: Record<string, string> };
    expect(text.group['known']).toBe('так');
    expect(() => text.group['unknown']).toThrow('text.group.unknown');
  });
});
