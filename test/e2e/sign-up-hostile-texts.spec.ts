import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { complete, expectRefused, pathsOf, valueAt } from '../support/hostile-values';
import { entryOf } from '../support/request-errors';
import { aSignUpContent, type SignUpContentBuilder } from '../support/sign-up-content';
import { type MadeUpApplicant, SignUpFixture } from '../support/sign-up-fixture';

let fixture: SignUpFixture;
let applicant: MadeUpApplicant;

beforeAll(async () => {
  fixture = await SignUpFixture.start();
  applicant = await fixture.applicant();
});
afterAll(() => fixture.stop());

const full = complete(aSignUpContent()).build();
const TEXTS = pathsOf(full).filter((path) => typeof valueAt(full, path) === 'string');

async function faultsOf(content: SignUpContentBuilder): Promise<string[]> {
  const answer = await fixture.validate(fixture.sign(content, applicant));
  expectRefused(answer);
  return (answer.body.error?.invalid ?? []).map(({ entry, rules }) => `${entry} ${rules[0]?.rule ?? ''}`);
}

describe('What no database keeps and no person can read', () => {
  it.each([
    ['NUL', '\u0000'],
    ['the first half of a surrogate pair', '\ud83d'],
    ['the second half of a surrogate pair', '\udc00'],
    ['both halves in the wrong order', '\udc00\ud83d'],
  ])('%s is refused in every text there is, in all at once', async (_, sign) => {
    const content = TEXTS.reduce(
      (made, path) => made.with(path, `${String(valueAt(full, path)).slice(0, 15)}${sign}`),
      complete(fixture.contentBy(applicant)),
    );
    const reported = await faultsOf(content);
    expect(reported.map((fault) => fault.split(' ')[0]).sort()).toEqual(TEXTS.map(entryOf).sort());
    // In a closed list it is not one of the values; everywhere else it is what a text must not hold.
    expect(new Set(reported.map((fault) => fault.split(' ')[1]))).toEqual(new Set(['format', 'inclusion']));
  });

  it('a whole pair of surrogates is a character, and kept', async () => {
    const content = fixture.contentBy(applicant).with('person.birth_settlement', 'Калинопіль 🌻');
    const { status, body } = await fixture.signUp(fixture.sign(content, applicant));
    expect(status).toBe(201);
    const { id } = body.data?.['person'] as { id: string };
    const text = 'SELECT birth_settlement FROM mpi.persons WHERE id = $1';
    expect(await fixture.env.sql.query({ text }, [id])).toEqual([{ birth_settlement: 'Калинопіль 🌻' }]);
  });
});

/** Letters of other alphabets that look like Ukrainian ones. */
const TWINS: Readonly<Record<string, string>> = {
  А: 'A',
  В: 'B',
  Е: 'E',
  І: 'I',
  К: 'K',
  М: 'M',
  Н: 'H',
  О: 'O',
  Р: 'P',
  С: 'C',
  Т: 'T',
  Х: 'X',
  а: 'a',
  е: 'e',
  і: 'i',
  о: 'ο',
  р: 'p',
  с: 'c',
  у: 'y',
  х: 'x',
  ї: 'ï',
};

const NAMES = ['', 'emergency_contact.'].flatMap((of) =>
  ['first_name', 'last_name', 'second_name'].map((name) => `person.${of}${name}`),
);

describe('A letter that only looks Ukrainian', () => {
  it.each(Object.entries(TWINS))('is not taken for %s: %s', async (letter, twin) => {
    const isCapital = letter === letter.toUpperCase();
    const named = (with_: string): SignUpContentBuilder =>
      NAMES.reduce(
        (made, path) => made.with(path, isCapital ? `${with_}влад` : `Вл${with_}д`),
        complete(fixture.contentBy(applicant)),
      );
    const isRefused = NAMES.map((path) => `${entryOf(path)} format`);
    expect(await faultsOf(named(twin))).toEqual(expect.arrayContaining(isRefused));
    expect((await fixture.validate(fixture.sign(named(letter), applicant))).status).toBe(200);
  });

  it.each([
    ['PASSPORT', 'AB000017'],
    ['PASSPORT', 'АB000017'],
    ['PASSPORT', 'ЯЩ00001\u0665'],
    ['PASSPORT', 'ЯЩ00OO17'],
    ['NATIONAL_ID', '00000001l'],
    ['NATIONAL_ID', '٠٠٠٠٠٠٠١٧'],
    ['NATIONAL_ID', '０００００００１７'],
    ['REFUGEE_CERTIFICATE', 'KB000017'],
    ['COMPLEMENTARY_PROTECTION_CERTIFICATE', 'КB000017'],
    ['TEMPORARY_CERTIFICATE', 'AB0017'],
    ['PERMANENT_RESIDENCE_PERMIT', 'AB00017/00017'],
    ['BIRTH_CERTIFICATE', 'І-ΑΒ№000017'],
  ] as const)('is refused in the number of a %s: %s', async (type, number) => {
    const content = fixture.contentBy(applicant).withOnlyDocument(type, number);
    expect(await faultsOf(content)).toEqual(['$.person.documents.[0].number format']);
  });

  it.each([
    ['person.tax_id', '٣٠٠٠٠٠٠٠١٧'],
    ['person.unzr', '２０２００１０１-00017'],
    ['person.phones.0.number', '+38000000001７'],
    ['person.addresses.0.zip', '0001O'],
    ['person.birth_date', '2020-01-٠١'],
    ['person.gender', 'FЕMALE'],
    ['person.confidant_person.relation_type', 'РRIMARY'],
    ['person.documents.0.type', 'ВIRTH_CERTIFICATE'],
  ])('or digit is refused in %s: %s', async (path, value) => {
    const reported = await faultsOf(fixture.contentBy(applicant).with(path, value));
    expect(reported.map((fault) => fault.split(' ')[0])).toEqual([entryOf(path)]);
  });
});
