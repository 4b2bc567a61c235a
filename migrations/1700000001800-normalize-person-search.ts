import type { MigrationInterface, QueryRunner } from 'typeorm';

type Letters = Readonly<Record<string, string>>;

/** The most frequent in names first. */
const UKRAINIAN = 'оаиенквріслтчумйдпзгябьцхшжюєїщґф';
const LATIN_LOOK_ALIKES = 'abcehikmoptx';

/**
 * Letters are listed and not left to the collation, so that the indexes mean the same on every server. PostgreSQL looks
 * each character up from the beginning: those that most names and numbers consist of are first, and map to themselves.
 */
const LETTERS = `0123456789${UKRAINIAN}${UKRAINIAN.toUpperCase()}${LATIN_LOOK_ALIKES}${lettersFrom(0x41, 0x5a)}${lettersFrom(0x400, 0x42f)}`;

const CYRILLIC_LOOK_ALIKES = pairs(LATIN_LOOK_ALIKES, 'авсенікмортх');

/** Names: є, и and ґ are confused with е, і and г. */
const CONFUSED = pairs('єиґ', 'еіг');

/** Certificates of birth: the Roman one, also where it is written as a letter or an exclamation mark. */
const ROMAN_ONES = pairs('iі!', '111');

const BLANKS = ` \t\n\v\f\r\u00a0\u1680${lettersFrom(0x2000, 0x200b)}\u2028\u2029\u202f\u205f\u3000\ufeff`;
const HYPHENS = `-\u00ad${lettersFrom(0x2010, 0x2015)}\u2212`;
const APOSTROPHES = `'\`\u00b4\u02b9\u02bc\u2018\u2019\u201b\u2032`;
const SIGNS = '():*|",.?‹<=+\\/%#№_…';

/**
 * How names and document numbers are compared by searches, locks and indexes. What the match score takes for equal has one
 * form here; a few names and numbers that it distinguishes share one.
 */
export class NormalizePersonSearch1700000001800 implements MigrationInterface {
  readonly name = 'NormalizePersonSearch1700000001800';

  async up(queryRunner: QueryRunner): Promise<void> {
    await createSearchedLastName(queryRunner);
    await createSearchedDocumentNumber(queryRunner);
    await createPlainDocumentNumber(queryRunner);
  }

  /** The migration after this one may have been interrupted with some of its indexes already built. */
  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DROP INDEX IF EXISTS mpi.persons_birth_date_searched_last_name_index,
        mpi.person_documents_type_searched_number_index, prm.party_documents_type_searched_number_index`);
    await queryRunner.query(`
      DROP FUNCTION mpi.searched_last_name(text), mpi.searched_document_number(text, text),
        mpi.plain_document_number(text)`);
  }
}

async function createSearchedLastName(queryRunner: QueryRunner): Promise<void> {
  const folded = folding('last_name', HYPHENS + APOSTROPHES + BLANKS, CONFUSED);
  await queryRunner.query(`
    CREATE OR REPLACE FUNCTION mpi.searched_last_name(last_name text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN ${folded}`);
  await queryRunner.query(`
    COMMENT ON FUNCTION mpi.searched_last_name(text) IS
      'Family name as persons are searched by it: small letters without spaces, hyphens and apostrophes, one letter for є and е, и and і, ґ and г, and for Latin look-alikes.'`);
}

/** It is not STRICT: PostgreSQL puts a function with CASE in place of its call only then. */
async function createSearchedDocumentNumber(queryRunner: QueryRunner): Promise<void> {
  const dropped = HYPHENS + SIGNS + BLANKS + APOSTROPHES;
  const certificate = folding('number', dropped, ROMAN_ONES);
  await queryRunner.query(`
    CREATE OR REPLACE FUNCTION mpi.searched_document_number(type text, number text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN coalesce(nullif(CASE WHEN type = 'BIRTH_CERTIFICATE' THEN regexp_replace(${certificate}, '^[qjl]', '1')
                                ELSE ${folding('number', dropped)} END, ''), number)`);
  await queryRunner.query(`
    COMMENT ON FUNCTION mpi.searched_document_number(text, text) IS
      'Number of a document as persons are searched by it: small letters without spaces and signs, Latin look-alikes as Ukrainian letters, the Roman one of a certificate of birth as a digit. A number of signs only stays as it is.'`);
}

async function createPlainDocumentNumber(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE OR REPLACE FUNCTION mpi.plain_document_number(number text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN ${folding('number', `№${BLANKS}${HYPHENS}`)}`);
  await queryRunner.query(`
    COMMENT ON FUNCTION mpi.plain_document_number(text) IS
      'By it two holders have the same document: small letters without spaces, hyphens and №, Latin look-alikes as Ukrainian letters.'`);
}

function pairs(from: string, to: string): Letters {
  return Object.fromEntries([...from].map((letter, place) => [letter, to.charAt(place)]));
}

/** An expression: small letters for capitals, Cyrillic ones for Latin look-alikes, and others as they are given. */
function folding(text: string, dropped: string, others: Letters = {}): string {
  const letters = [...new Set(LETTERS + Object.keys(others).join(''))];
  const folded = letters.map((letter) => {
    const small = letter.toLowerCase();
    return others[small] ?? CYRILLIC_LOOK_ALIKES[small] ?? small;
  });
  return `translate(${text}, ${literal(letters.join('') + dropped)}, ${literal(folded.join(''))})`;
}

function lettersFrom(first: number, last: number): string {
  return String.fromCharCode(...Array.from({ length: last - first + 1 }, (_, place) => first + place));
}

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
