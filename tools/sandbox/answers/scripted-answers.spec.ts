import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ANSWER_NAMES, isAnswerName, SCRIPTED_ANSWERS } from './scripted-answers';

const ALL = ANSWER_NAMES.map((name) => ({ name, ...SCRIPTED_ANSWERS[name] }));

/** The first cell of a line tells the rows of this table from those of others. */
const rowOf = ({ name, passport, unzr, tells, clientSees }: (typeof ALL)[number]) =>
  `| \`${passport}\` | \`${unzr}\` | \`${name}\` | ${tells} | ${clientSees.join(' or ')} |`;

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
