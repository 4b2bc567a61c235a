import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isSameNumber } from '../../src/domain/person/signer-number';
import { openRegistry, type Registry } from '../support/database';

type Spellings = readonly [one: string, other: string];

let registry: Registry;

beforeAll(async () => {
  registry = await openRegistry();
});
afterAll(async () => {
  await registry.close();
});

/** The pairs that the database folds to two forms. */
async function foldedApart(pairs: readonly Spellings[]): Promise<readonly Spellings[]> {
  const found = await registry.sql.query<{ one: string; other: string }>(
    {
      text: `SELECT one, other FROM unnest($1::text[], $2::text[]) AS pair (one, other)
              WHERE mithril.folded_tax_id(one) <> mithril.folded_tax_id(other)`,
    },
    [pairs.map(([one]) => one), pairs.map(([, other]) => other)],
  );
  return found.map(({ one, other }) => [one, other]);
}

const areSame = ([one, other]: Spellings): boolean => isSameNumber(one, other);

/** Each letter of a series as a certificate or a registrar may write it, and what may be between the letters. */
const WRITTEN: readonly (readonly string[])[] = [
  ...['АA', 'БB', 'ВVB', 'ГH', 'ҐG', 'ДD', 'ЕE', 'ЗZ', 'ИY', 'ІI', 'ЙY', 'КK', 'ЛL', 'МM', 'НNH', 'ОO', 'ПP'],
  ...['РRP', 'СSC', 'ТT', 'УU', 'ФF', '7'],
]
  .map((letters) => [...letters, ...letters.toLowerCase()])
  .concat(
    [
      ['Є', 'YE'],
      ['Ж', 'ZH'],
      ['Ї', 'YI'],
      ['Х', 'X', 'KH'],
      ['Ц', 'TS'],
      ['Ч', 'CH'],
      ['Ш', 'SH'],
      ['Щ', 'SHCH'],
    ],
    [
      ['Ю', 'YU'],
      ['Я', 'YA', 'ya'],
      ['ЗГ', 'ZGH', 'зг'],
      ['Ь', 'ь', ''],
    ],
    ['', ' ', '-', '–', '\u00a0', '\u2009', '\u202f', "'", '’'].map((separator) => ['', separator]),
  );

const PART = fc
  .constantFrom(...WRITTEN)
  .chain((ways) => fc.tuple(fc.constantFrom(...ways), fc.constantFrom(...ways)));

/** Two spellings, of one number or not: letters of both scripts may be mixed so that nobody can mean them. */
const SPELLINGS = fc
  .array(PART, { maxLength: 5 })
  .map((parts): Spellings => [parts.map(([one]) => one).join(''), parts.map(([, other]) => other).join('')]);

describe('Users are searched by a folded number', () => {
  it('that is one for any two spellings of one number', async () => {
    const same = fc.sample(SPELLINGS, 20_000).filter(areSame);
    expect(same.length).toBeGreaterThan(5_000);
    expect(await foldedApart(same)).toEqual([]);
  });

  it('that treats every symbol of Unicode as the comparison does', async () => {
    const symbols = Array.from({ length: 0xffff }, (_, code) => String.fromCharCode(code + 1)).filter(
      (symbol) => !/\p{Surrogate}/u.test(symbol),
    );
    const pairs = symbols.flatMap((symbol): Spellings[] => [
      [`M${symbol}1`, 'M1'],
      [`M${symbol}1`, `М${symbol.toUpperCase()}1`],
      [`M${symbol}1`, `М${symbol.toLowerCase()}1`],
      [`M${symbol}1`, `M${symbol.normalize('NFKC')}1`],
    ]);
    const same = pairs.filter(areSame).filter(([one, other]) => one !== other);
    expect(same.length).toBeGreaterThan(100);
    expect(await foldedApart(same)).toEqual([]);
  });
});
