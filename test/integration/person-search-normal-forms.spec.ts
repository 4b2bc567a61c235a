import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { arrayLiteral } from '../../src/database/transactions';
import type { DocumentType } from '../../src/domain/person/dictionaries';
import { digitsOf, normalDocument, normalName } from '../../src/domain/person/matching/matching-person';
import { openRegistry, type Registry } from '../support/database';

/** Everything that is folded or dropped, and what is only like it: other scripts, blanks, hyphens, letters that grow. */
const HOSTILE = [
  ...'0123456789٣³',
  ...'абвгґдеєжзиіїйклмнопрстуфхцчшщьюяыъэёѐѕјџѡ',
  ...'АБВГҐДЕЄЖЗИІЇЙКЛМНОПРСТУФХЦЧШЩЬЮЯЫЪЭЁЀЅЈЏѠӀ',
  ...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ',
  ...'İıßẞΣςσÄäŁłǅKÅﬁＡａ\u0301\u0306\u0307',
  ...' \t\n\v\f\r\u00a0\u1680\u180e\u2000\u2007\u200a\u200b\u200c\u200d\u2028\u2029\u202f\u205f\u2060\u3000\ufeff',
  ...'-\u00ad\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043\uff0d',
  ..."'`\u00b4\u02b9\u02bb\u02bc\u2018\u2019\u201a\u201b\u2032\u2033",
  ...'():*|",.?‹›<>=+\\/%#№_…;!¡[]{}$^&~@',
  '\u{1f600}',
  '\u{10ffff}',
];

const TYPES: readonly DocumentType[] = [
  'BIRTH_CERTIFICATE',
  'BIRTH_CERTIFICATE_FOREIGN',
  'PASSPORT',
  'NATIONAL_ID',
];

const hostileText = fc.oneof(
  fc.array(fc.constantFrom(...HOSTILE), { maxLength: 14 }).map((signs) => signs.join('')),
  // PostgreSQL stores no NUL, and half a surrogate pair is no text.
  fc
    .string({ unit: 'binary', maxLength: 14 })
    .filter((text) => !/\p{Surrogate}/u.test(text) && !text.includes('\0')),
);

/** Three thousand, and each hostile character alone, first, last and between others. */
const texts = (): string[] => [
  ...HOSTILE.flatMap((sign) => [sign, `${sign}ЯЩ1`, `ЯЩ1${sign}`, `Я${sign}Щ ${sign}1`]),
  ...fc.sample(hostileText, 3_000),
];

const LOOK_ALIKES: Readonly<Record<string, string>> = {
  ...{ a: 'а', b: 'в', c: 'с', e: 'е', h: 'н', i: 'і', k: 'к', m: 'м', o: 'о', p: 'р', t: 'т', x: 'х' },
};

const inCyrillic = (text: string): string => [...text].map((sign) => LOOK_ALIKES[sign] ?? sign).join('');

describe('The normal forms of the search', () => {
  let registry: Registry;
  beforeAll(async () => {
    registry = await openRegistry();
  });
  afterAll(() => registry.close());

  /** The expression for each text; `text` in the expression is the text, `type` the type. */
  async function inDatabase(expression: string, given: readonly string[], type = ''): Promise<string[]> {
    const rows = await registry.transactions.query<{ form: string }>(
      {
        text: `SELECT ${expression} AS form
                 FROM unnest($1::text[]) WITH ORDINALITY AS given (text, place), (SELECT $2::text AS type) AS kind
                ORDER BY place`,
      },
      [arrayLiteral(given), type],
    );
    return rows.map(({ form }) => form);
  }

  it('of names are those of the score, with ґ as г and Latin look-alikes as Cyrillic letters', async () => {
    const given = texts();
    const expected = given.map((text) => inCyrillic(normalName(text)).replaceAll('ґ', 'г'));
    expect(await inDatabase('mpi.searched_last_name(text)', given)).toEqual(expected);
  });

  it.each(TYPES)(
    'of a %s are those of the score, with look-alikes folded too; a number of signs only stays',
    async (type) => {
      const given = texts();
      const expected = given.map((number) => inCyrillic(normalDocument({ type, number })) || number);
      expect(await inDatabase('mpi.searched_document_number(type, text)', given, type)).toEqual(expected);
    },
  );

  it('of certificates have the digits that the program asks for', async () => {
    const given = texts();
    const form = `regexp_replace(mpi.searched_document_number('BIRTH_CERTIFICATE', text), '[^0-9]', '', 'g')`;
    const expected = given.map((number) => digitsOf(normalDocument({ type: 'BIRTH_CERTIFICATE', number })));
    expect(await inDatabase(form, given)).toEqual(expected);
  });

  it('are reached by one step: what is in normal form stays as it is', async () => {
    const given = texts();
    for (const type of TYPES) {
      const once = await inDatabase('mpi.searched_document_number(type, text)', given, type);
      expect(await inDatabase('mpi.searched_document_number(type, text)', once, type)).toEqual(once);
    }
    const names = await inDatabase('mpi.searched_last_name(text)', given);
    expect(await inDatabase('mpi.searched_last_name(text)', names)).toEqual(names);
  });

  it('of the documents of holders fold case, blanks, hyphens, № and look-alikes, and nothing else', async () => {
    const given = texts();
    const expected = given.map((text) =>
      inCyrillic(
        text
          .replace(/[A-ZЀ-ЯҐ]/g, (letter) => letter.toLowerCase())
          .replace(/[\s\u200b№\u00ad\u2010-\u2015\u2212-]/gu, ''),
      ),
    );
    expect(await inDatabase('mpi.plain_document_number(text)', given)).toEqual(expected);
  });

  it('of the documents of holders differ in nothing that the index of the search distinguishes', async () => {
    // The register is asked about no number of signs only.
    const given = texts().filter((number) => normalDocument({ type: 'PASSPORT', number }) !== '');
    const plain = await inDatabase('mpi.plain_document_number(text)', given);
    const form = `mpi.searched_document_number('PASSPORT', text)`;
    expect(await inDatabase(form, plain)).toEqual(await inDatabase(form, given));
  });
});
