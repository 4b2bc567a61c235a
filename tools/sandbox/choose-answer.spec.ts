import { describe, expect, it } from 'vitest';
import { isListed, LISTED_SHARES } from './choose-answer';

const partListed = (method: keyof typeof LISTED_SHARES, keys: readonly string[]) =>
  keys.filter((key) => isListed(method, key)).length / keys.length;

describe('the share of undocumented documents that a register lists', () => {
  const passports = Array.from({ length: 20_000 }, (_, index) => `КВ${100_000 + index}`);
  const unzrs = Array.from({ length: 20_000 }, (_, index) => `19850101-${String(index).padStart(5, '0')}`);

  it('is as documented, also among neighbouring numbers', () => {
    expect(partListed('CheckPassportDMSStatus', passports)).toBeCloseTo(
      LISTED_SHARES.CheckPassportDMSStatus,
      1.9,
    );
    expect(partListed('CheckPassportStatus', passports)).toBeCloseTo(LISTED_SHARES.CheckPassportStatus, 1.9);
    expect(partListed('unzr', unzrs)).toBeCloseTo(LISTED_SHARES.unzr, 1.9);
  });

  it('never changes: demos and recorded figures rely on these answers', () => {
    const listed = passports.filter((key) => isListed('CheckPassportDMSStatus', key)).slice(0, 4);
    expect(listed).toMatchInlineSnapshot(`
      [
        "КВ100028",
        "КВ100091",
        "КВ100104",
        "КВ100149",
      ]
    `);
  });

  it('is one register for both UNZR services and two for passports', () => {
    expect(unzrs.every((key) => isListed('unzr', key) === isListed('checkunzr', key))).toBe(true);
    const inBoth = passports.filter((key) => {
      return isListed('CheckPassportDMSStatus', key) && isListed('CheckPassportStatus', key);
    });
    expect(inBoth.length).toBeLessThan(passports.length * 0.005);
  });
});
