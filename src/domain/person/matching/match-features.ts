import { distance } from 'fastest-levenshtein';
import {
  FIRST_NAME_LIMITS,
  FLAG_BINS,
  LAST_NAME_LIMITS,
  SECOND_NAME_LIMITS,
  TAX_ID_LIMITS,
  type BinLimitsOrMissing,
  type Bin,
  ALIKE_DOCUMENTS_LIMITS,
  DIFFERENT_DOCUMENTS_LIMITS,
  EQUAL_NUMBERS_LIMITS,
  NEARLY_ALIKE_DOCUMENTS_LIMITS,
  NO_PAIR_OF_DOCUMENTS,
  TWINS_BINS,
  UNEQUAL_NUMBERS_LIMITS,
  type BinLimits,
} from './match-model.table';
import type { ComparedPerson, ComparedDocument } from './matching-person';

export function firstNameBin(one: ComparedPerson, other: ComparedPerson): Bin<'d_first_name_bin'> {
  return binOf(distance(one.firstName, other.firstName), FIRST_NAME_LIMITS);
}

export function lastNameBin(one: ComparedPerson, other: ComparedPerson): Bin<'d_last_name_bin'> {
  return binOf(distance(one.lastName, other.lastName), LAST_NAME_LIMITS);
}

export function secondNameBin(one: ComparedPerson, other: ComparedPerson): Bin<'d_second_name_bin'> {
  return binOfBoth(one.secondName, other.secondName, SECOND_NAME_LIMITS);
}

export function taxIdBin(one: ComparedPerson, other: ComparedPerson): Bin<'d_tax_id_bin'> {
  return binOfBoth(one.taxId, other.taxId, TAX_ID_LIMITS);
}

/** A settlement of birth may include its district: then the longer text contains the shorter one. */
export function birthSettlementBin(
  { birthSettlement: one }: ComparedPerson,
  { birthSettlement: other }: ComparedPerson,
): Bin<'birth_settlement_substr_bin'> {
  const { alike, unlike } = FLAG_BINS.birth_settlement_substr_bin;
  if (one === null || other === null) return unlike;
  return one.includes(other) || other.includes(one) ? alike : unlike;
}

export function residenceSettlementBin(
  { residenceSettlement: one }: ComparedPerson,
  { residenceSettlement: other }: ComparedPerson,
): Bin<'residence_settlement_flag_bin'> {
  const { alike, unlike } = FLAG_BINS.residence_settlement_flag_bin;
  return one !== null && one === other ? alike : unlike;
}

/** Two persons of whom neither has such a phone have no equal phone. */
export function otpPhonesBin(
  one: ComparedPerson,
  other: ComparedPerson,
): Bin<'authentication_methods_flag_bin'> {
  const { alike, unlike } = FLAG_BINS.authentication_methods_flag_bin;
  return one.otpPhones.some((phone) => other.otpPhones.includes(phone)) ? alike : unlike;
}

export function genderBin(one: ComparedPerson, other: ComparedPerson): Bin<'gender_flag_bin'> {
  const { alike, unlike } = FLAG_BINS.gender_flag_bin;
  return one.gender === other.gender ? alike : unlike;
}

function binOfBoth<B extends string>(
  one: string | null,
  other: string | null,
  limits: BinLimitsOrMissing<B>,
): B {
  return one === null || other === null ? limits.missing : binOf(distance(one, other), limits);
}

/** How similar the most similar documents are, by the length of the number: short numbers are similar by chance. */
export function documentsBin(one: ComparedPerson, other: ComparedPerson): Bin<'d_documents_bin'> {
  const distances = pairsOf(one, other).map(([first, second]) => distance(first.whole, second.whole));
  const length = smallest(numbersOf(one, other).map((digits) => digits.length));
  const apart = smallest(distances);
  if (apart === null) {
    return length === null ? NO_PAIR_OF_DOCUMENTS.withoutNumber : NO_PAIR_OF_DOCUMENTS.withNumber;
  }
  if (apart === 0) return binOfLength(length, ALIKE_DOCUMENTS_LIMITS);
  if (apart === 1) return binOfLength(length, NEARLY_ALIKE_DOCUMENTS_LIMITS);
  return binOf(apart, DIFFERENT_DOCUMENTS_LIMITS);
}

/** Whether two numbers are equal, by the number of different digits: few different digits are often invented. */
export function sameNumberBin(one: ComparedPerson, other: ComparedPerson): Bin<'docs_same_number_bin'> {
  const isSame = pairsOf(one, other).some(
    ([first, second]) => first.digits !== '' && first.digits === second.digits,
  );
  const different = smallest(numbersOf(one, other).map((digits) => new Set(digits).size)) ?? 0;
  return binOf(different, isSame ? EQUAL_NUMBERS_LIMITS : UNEQUAL_NUMBERS_LIMITS);
}

/** Last names with a smaller distance count as one family. */
const OTHER_FAMILY = 3;

/** Certificates issued one after the other have numbers within this distance. */
const NEIGHBOURS = 2n;

/** Twins differ in the first name, and their certificates have neighbouring numbers. */
export function twinsBin(one: ComparedPerson, other: ComparedPerson): Bin<'twins_flag_bin'> {
  const couldBeTwins =
    one.birthDate === other.birthDate &&
    one.firstName !== other.firstName &&
    distance(one.lastName, other.lastName) < OTHER_FAMILY;
  return couldBeTwins && pairsOf(one, other).some(areNeighbours) ? TWINS_BINS.twins : TWINS_BINS.noTwins;
}

/** As BigInt: a number may have more digits than a float can hold. */
function areNeighbours([one, other]: Pair): boolean {
  if (one.type !== other.type || one.digits === '' || other.digits === '') return false;
  const apart = BigInt(one.digits) - BigInt(other.digits);
  return apart !== 0n && apart >= -NEIGHBOURS && apart <= NEIGHBOURS;
}

type Pair = readonly [one: ComparedDocument, other: ComparedDocument];

/** Every document of one with every document of the other, of any type. */
function pairsOf(one: ComparedPerson, other: ComparedPerson): readonly Pair[] {
  return one.documents.flatMap((first) => other.documents.map((second): Pair => [first, second]));
}

/** The digits of all documents of both, without empty ones. */
function numbersOf(one: ComparedPerson, other: ComparedPerson): readonly string[] {
  return [...one.documents, ...other.documents].map(({ digits }) => digits).filter((digits) => digits !== '');
}

function binOfLength<B extends string>(length: number | null, limits: BinLimitsOrMissing<B>): B {
  return length === null ? limits.missing : binOf(length, limits);
}

function smallest(counts: readonly number[]): number | null {
  return counts.length === 0 ? null : Math.min(...counts);
}

/** The bin a count falls into. */
export function binOf<B extends string>(count: number, limits: BinLimits<B>): B {
  return limits.upTo.find(([limit]) => count <= limit)?.[1] ?? limits.beyond;
}
