import { describe, expect, it } from 'vitest';
import { isListed, LISTED_SHARES, ANSWER_NAMES, isAnswerName, SCRIPTED_ANSWERS } from './answer-choice';
import { readFileSync } from 'node:fs';

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

const ALL = ANSWER_NAMES.map((name) => ({ name, ...SCRIPTED_ANSWERS[name] }));

/** The first cell of a line description the rows of this table from those of others. */
const rowOf = ({ name, passport, unzr, description, clientSees }: (typeof ALL)[number]) =>
  `| \`${passport}\` | \`${unzr}\` | \`${name}\` | ${description} | ${clientSees.join(' or ')} |`;

describe('the documented answers', () => {
  it('have passports that would be asked about, and UNZRs of the right form', () => {
    for (const { passport, unzr } of ALL) {
      expect(passport).toMatch(/^((?![ЫЪЭЁ])([А-ЯҐЇІЄ])){2}[0-9]{6}$/);
      expect(unzr).toMatch(/^19900101-[0-9]{5}$/);
      expect(unzr.slice(-4)).toBe(passport.slice(-4));
    }
  });

  it('have a number each', () => {
    expect(new Set(ALL.map(({ passport }) => passport)).size).toBe(ALL.length);
    expect(new Set(ALL.map(({ unzr }) => unzr)).size).toBe(ALL.length);
  });

  it('stand in docs/sandbox.md, all of them and no others', () => {
    const lines = readFileSync('docs/sandbox.md', 'utf8').split('\n');
    const rows = lines.filter((line) => line.startsWith('| `ТТ')).map((line) => line.replace(/ +/g, ' '));
    expect(rows).toEqual(ALL.map(rowOf));
  });

  it('are known by name, and nothing else is', () => {
    expect(ANSWER_NAMES.every(isAnswerName)).toBe(true);
    expect(isAnswerName('constructor')).toBe(false);
    expect(isAnswerName('found')).toBe(false);
  });
});
