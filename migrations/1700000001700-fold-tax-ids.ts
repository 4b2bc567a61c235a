import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Letters are listed and not left to the collation, so that the index means the same on every server. */
const SMALL = 'abcdefghijklmnopqrstuvwxyzабвгґдеєжзиіїйклмнопрстуфхцчшщюя';
const CAPITAL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZАБВГҐДЕЄЖЗИІЇЙКЛМНОПРСТУФХЦЧШЩЮЯ';

/** Spaces, hyphens and what transliteration leaves out; as PostgreSQL writes them. */
const DROPPED = String.raw` \t\r\n\u00a0\u00ad\u2007\u2009\u200b\u202f\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2019\'Ьь-`;

/** Letters that are several in Latin. A Latin X can only be a look-alike of Х. */
const LONG: readonly (readonly [string, string])[] = [
  ['ЗГ', 'ZGH'],
  ...Object.entries({ Є: 'YE', Ж: 'ZH', Ї: 'YI', Х: 'KH', X: 'KH', Ц: 'TS', Ч: 'CH', Ш: 'SH', Щ: 'SHCH' }),
  ...Object.entries({ Ю: 'YU', Я: 'YA' }),
];

/** Single letters. Those that one Latin letter may stand for are one: В, Б, V and B; Н, Г, N and H; С, S and C; Р, П, R and P. */
const SINGLE = 'АБВГҐДЕЗИІЙКЛМНОПРСТУФVNRS';
const FOLDED = 'ABBHGDEZYIYKLMHOPPCTUFBHPC';

/**
 * What users are searched by: every spelling of a number has one folded form, and a few numbers share one. The program
 * compares the few users found exactly.
 */
export class FoldTaxIds1700000001700 implements MigrationInterface {
  readonly name = 'FoldTaxIds1700000001700';

  async up(queryRunner: QueryRunner): Promise<void> {
    const capitals = `translate(tax_id, E'${SMALL}${DROPPED}', '${CAPITAL}')`;
    const latin = LONG.reduce(
      (text, [letter, letters]) => `replace(${text}, '${letter}', '${letters}')`,
      capitals,
    );
    // The body is parsed now and depends on no search path, so PostgreSQL can put it in place of the call.
    await queryRunner.query(`
      CREATE OR REPLACE FUNCTION mithril.folded_tax_id(tax_id text) RETURNS text
      LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
      RETURN translate(${latin}, '${SINGLE}', '${FOLDED}')`);
    await queryRunner.query(`
      COMMENT ON FUNCTION mithril.folded_tax_id(text) IS
        'Tax number, or passport of a user without one, as a signature finds the user by it: capitals without spaces and hyphens, transliterated, look-alike letters as one.'`);
  }

  /** The migration after this one may have been interrupted with its index already built. */
  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP INDEX IF EXISTS mithril.users_folded_tax_id_index`);
    await queryRunner.query(`DROP FUNCTION mithril.folded_tax_id(text)`);
  }
}
