import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MatchingDocument, MatchingPerson } from '../../src/domain/person/matching/matching-person';

/**
 * The score of two persons once more, written from the description of the model and in another way than the program
 * does it: letter by letter, with a distance of its own, the figures read from a file of their own. Shares nothing with
 * the code under test but the shape of a person.
 */

interface Figures {
  readonly intercept: number;
  readonly coefficients: Readonly<Record<string, number>>;
  readonly weight_of_evidence: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

const FIGURES = JSON.parse(
  readFileSync(join(__dirname, '../fixtures/person-match-model.json'), 'utf8'),
) as Figures;

/** The names of the features and of their bins, as the file has them. */
export function binsOfModel(): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    Object.entries(FIGURES.weight_of_evidence).map(([feature, weights]) => [feature, Object.keys(weights)]),
  );
}

/** The figures of the file. */
export function figuresOfModel(): Figures {
  return FIGURES;
}

export function oracleScore(one: MatchingPerson, other: MatchingPerson): number {
  let logit = FIGURES.intercept;
  for (const [feature, bin] of Object.entries(oracleBins(one, other))) {
    const weight = FIGURES.weight_of_evidence[feature]?.[bin];
    const coefficient = FIGURES.coefficients[feature];
    if (weight === undefined || coefficient === undefined) throw new Error(`${feature} has no bin ${bin}.`);
    logit += coefficient * weight;
  }
  const odds = Math.exp(logit);
  return Math.round((odds / (1 + odds)) * 1e5) / 1e5;
}

/** Eleven answers, one a feature. */
export function oracleBins(a: MatchingPerson, b: MatchingPerson): Record<string, string> {
  const first = editDistance(simplified(a.firstName), simplified(b.firstName));
  const last = editDistance(simplified(a.lastName), simplified(b.lastName));
  const residence = (person: MatchingPerson): string => town(person.residenceSettlement ?? '');
  return {
    d_first_name_bin: ['0', '0', '2'][first] ?? '3',
    d_last_name_bin: ['1', '1', '2', '3'][last] ?? '4',
    d_second_name_bin: secondName(simplified(a.secondName ?? ''), simplified(b.secondName ?? '')),
    d_documents_bin: documents(a.documents, b.documents),
    docs_same_number_bin: sameNumber(a.documents, b.documents),
    birth_settlement_substr_bin: contained(town(a.birthSettlement), town(b.birthSettlement)),
    d_tax_id_bin: taxId(a.taxId ?? '', b.taxId ?? ''),
    authentication_methods_flag_bin: phones(new Set(a.otpPhones), new Set(b.otpPhones)),
    residence_settlement_flag_bin: equalAndThere(residence(a), residence(b)),
    gender_flag_bin: equalAndThere(a.gender, b.gender),
    twins_flag_bin: last < 3 && twins(a, b) ? '1' : '0',
  };
}

/** Fewer together than apart: one of them is the same. */
function phones(a: ReadonlySet<string>, b: ReadonlySet<string>): string {
  return new Set([...a, ...b]).size < a.size + b.size ? '0' : '1';
}

function secondName(a: string, b: string): string {
  if (!a || !b) return '2';
  const apart = editDistance(a, b);
  return apart < 3 ? '1' : apart < 7 ? '3' : '4';
}

function taxId(a: string, b: string): string {
  if (!a || !b) return '1';
  if (a === b) return '0';
  return editDistance(a, b) < 3 ? '2' : '3';
}

function contained(a: string, b: string): string {
  const [long, short] = a.length > b.length ? [a, b] : [b, a];
  return short !== '' && long.split(short).length > 1 ? '0' : '1';
}

function equalAndThere(a: string, b: string): string {
  return a !== '' && a === b ? '0' : '1';
}

function documents(a: readonly MatchingDocument[], b: readonly MatchingDocument[]): string {
  let apart = Number.POSITIVE_INFINITY;
  for (const one of a) {
    for (const other of b) apart = Math.min(apart, editDistance(whole(one), whole(other)));
  }
  const lengths = [...a, ...b].map((document) => digits(document).length).filter(Boolean);
  const shortest = lengths.sort((one, other) => one - other)[0];
  if (apart === Number.POSITIVE_INFINITY) return shortest === undefined ? '0x1' : '3';
  if (apart > 1) return apart > 3 ? '3' : '2';
  if (shortest === undefined) return apart === 0 ? '0x1' : '1x<6';
  return apart === 0 ? alike(shortest) : nearlyAlike(shortest);
}

const alike = (shortest: number): string => (shortest > 6 ? '0x>6' : shortest > 4 ? '0x<6' : '0x<4');
const nearlyAlike = (shortest: number): string => (shortest > 6 ? '1x>6' : '1x<6');

function sameNumber(a: readonly MatchingDocument[], b: readonly MatchingDocument[]): string {
  const [ours, theirs] = [a, b].map((each) => each.map(digits).filter((text) => text.length > 0));
  const same = (ours ?? []).some((number) => (theirs ?? []).indexOf(number) >= 0);
  const counts = [...(ours ?? []), ...(theirs ?? [])].map((number) => Array.from(new Set(number)).length);
  const fewest = counts.reduce((least, count) => (count < least ? count : least), counts[0] ?? 0);
  if (same) return `0x${fewest > 3 ? 4 : fewest}`;
  return fewest === 0 ? '1x0' : fewest > 3 ? '1x3' : '1x2';
}

function twins(a: MatchingPerson, b: MatchingPerson): boolean {
  if (a.birthDate !== b.birthDate || simplified(a.firstName) === simplified(b.firstName)) return false;
  return a.documents.some((one) =>
    b.documents.some((other) => {
      if (one.type !== other.type || !digits(one) || !digits(other)) return false;
      const [low, high] = [BigInt(digits(one)), BigInt(digits(other))].sort((x, y) => (x < y ? -1 : 1));
      return [1n, 2n].includes((high ?? 0n) - (low ?? 0n));
    }),
  );
}

/** Every edit distance from nothing up, in a table with a row and a column more than there are letters. */
export function editDistance(a: string, b: string): number {
  const table = Array.from({ length: a.length + 1 }, (_, row) =>
    Array.from({ length: b.length + 1 }, (_, column) => (row === 0 ? column : column === 0 ? row : 0)),
  );
  const at = (row: number, column: number): number => table[row]?.[column] ?? 0;
  for (let row = 1; row <= a.length; row += 1) {
    for (let column = 1; column <= b.length; column += 1) {
      const replaced = at(row - 1, column - 1) + (a.charAt(row - 1) === b.charAt(column - 1) ? 0 : 1);
      const cell = Math.min(replaced, at(row - 1, column) + 1, at(row, column - 1) + 1);
      (table[row] ?? [])[column] = cell;
    }
  }
  return at(a.length, b.length);
}

function simplified(text: string): string {
  let kept = '';
  for (const letter of text.toLowerCase()) {
    if (" -'’".includes(letter)) continue;
    kept += letter === 'є' ? 'е' : letter === 'и' ? 'і' : letter;
  }
  return kept;
}

/** The kinds of settlement the made-up persons live in, longest first. */
const KINDS = [
  'селище міського типу ',
  'селище ',
  'село ',
  'місто ',
  'смт. ',
  'смт ',
  'с. ',
  'с.',
  'м. ',
  'м.',
];

function town(text: string): string {
  const small = text.toLowerCase();
  const kind = KINDS.find((begin) => small.startsWith(begin)) ?? '';
  return simplified(small.slice(kind.length));
}

/** What is written between the parts of a number in the made-up documents, and may be left out. */
const BETWEEN = new Set('( ) : * \' | " , . ? ‹ = + \\ / % # № _ - … – — ’'.split(' ').concat(' '));

const CYRILLIC_OF_LATIN = new Map(
  ['aа', 'bв', 'cс', 'eе', 'hн', 'iі', 'kк', 'mм', 'oо', 'pр', 'tт', 'xх'].map(
    ([latin = '', cyrillic = '']) => [latin, cyrillic],
  ),
);

function whole({ type, number }: MatchingDocument): string {
  let kept = '';
  for (const sign of number.toLowerCase()) {
    if (BETWEEN.has(sign)) continue;
    if (type !== 'BIRTH_CERTIFICATE') kept += CYRILLIC_OF_LATIN.get(sign) ?? sign;
    else if (['i', 'і', '!'].includes(sign) || (kept === '' && ['q', 'j', 'l'].includes(sign))) kept += '1';
    else kept += sign;
  }
  return kept;
}

function digits(document: MatchingDocument): string {
  return [...whole(document)].filter((sign) => sign >= '0' && sign <= '9').join('');
}
