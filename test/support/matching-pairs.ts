import fc from 'fast-check';
import type { MatchingDocument, MatchingPerson } from '../../src/domain/person/matching/matching-person';
import { binsOf } from '../../src/domain/person/matching/match-score';
import type { Feature } from '../../src/domain/person/matching/match-model.table';

/** Fixed: the same pairs on every machine and every day. */
const SEED = 7_120_626;

export type Pair = readonly [one: MatchingPerson, other: MatchingPerson];

const LETTERS = [...'абвгґдеєжзиіїйклмнопрстуфхцчшщьюя'];

/** Names near to one another, and some that share nothing. */
const FIRST_NAMES = [
  'Зоряна',
  'Зоріана',
  'Зоряна-Віта',
  "Дем'яна",
  'Демʼяна',
  'Устим',
  'Світозар',
  'є',
  'ВЕЛЕСЛАВА',
];

const LAST_NAMES = [
  'Верболоз',
  'Верболіз',
  'Верболоза',
  'Верба-Лоза',
  'Верба Лоза',
  'Шипшина',
  'Ясен',
  "Дерев'янко",
];

const SECOND_NAMES = [
  null,
  '',
  '-',
  'Любомирівна',
  'Любомірівна',
  'Любомирович',
  'Ладівна',
  'Ярополківна',
  'Юр',
];

const SETTLEMENTS = [
  'Калинопіль',
  'с. Калинопіль',
  'село Калинопіль',
  'смт Калинопіль',
  'СЕЛИЩЕ МІСЬКОГО ТИПУ КАЛИНОПІЛЬ',
  'м.Калинопіль',
  'Калинопіль Луговий',
  'Селоград',
  'місто Селоград',
  'Мальвинськ',
  'М. Мальвинськ',
  'Нова Липа',
  'нова-липа',
  'с.',
  '-',
];

const CERTIFICATES = [
  'І-ЯЩ № 123456',
  'I-ЯЩ №123456',
  '1ЯЩ123456',
  'і-ящ(123456)',
  'Q-ЯЩ 123456',
  'l.ЯQ, 123456',
  '!ЯЩ123457',
  'ІІ-ЯЩ 123458',
  'iЯЩ123456',
  'і_ЯЩ_654321',
  'ЯЩ',
  'БЕЗ№',
  '12',
  '1',
  '2',
  '11',
  '1111',
  '4444',
  '1122',
  '444555',
  '12345',
  '90071992547409931',
  '90071992547409932',
];

const OTHER_NUMBERS = [
  'КВ123456',
  'КВ 123456',
  'кв123456',
  'КВ123457',
  'KB123456',
  'k.в (123456)',
  'K:B*|"123…456',
  'КВ123459',
  'ЇЄ000000',
  '000123456',
  '000123458',
  'АБ',
  'АВ',
  'ВЕЖА',
  '22/33',
  '22%33',
  '2233',
  '1222333',
  '77777777',
];

const TAX_IDS = [null, '', '3111111117', '3111111118', '3111111128', '3111111999', '2999999999'];

const PHONES = ['+380000000001', '+380000000002', '+380000000003'];

const TYPES = ['PASSPORT', 'NATIONAL_ID', 'BIRTH_CERTIFICATE_FOREIGN'] as const;

const oneOf = <Value>(...values: readonly Value[]): fc.Arbitrary<Value> => fc.constantFrom(...values);

const word = fc.array(oneOf(...LETTERS), { minLength: 1, maxLength: 12 }).map((letters) => letters.join(''));

const digits = fc.integer({ min: 0, max: 99_999_999 }).map(String);

const aDocument: fc.Arbitrary<MatchingDocument> = fc.oneof(
  fc.record({
    type: fc.constant('BIRTH_CERTIFICATE' as const),
    number: fc.oneof(oneOf(...CERTIFICATES), digits),
  }),
  fc.record({ type: oneOf(...TYPES), number: fc.oneof(oneOf(...OTHER_NUMBERS), digits) }),
);

const aPerson: fc.Arbitrary<MatchingPerson> = fc.record({
  firstName: fc.oneof(oneOf(...FIRST_NAMES), word),
  lastName: fc.oneof(oneOf(...LAST_NAMES), word),
  secondName: fc.oneof(oneOf(...SECOND_NAMES), word),
  birthDate: oneOf('2019-05-06', '2019-05-07'),
  birthSettlement: fc.oneof(oneOf(...SETTLEMENTS), word),
  gender: oneOf('MALE' as const, 'FEMALE' as const),
  taxId: oneOf(...TAX_IDS),
  documents: fc.array(aDocument, { maxLength: 3 }),
  otpPhones: fc.array(oneOf(...PHONES), { maxLength: 2 }),
  residenceSettlement: fc.option(oneOf(...SETTLEMENTS)),
});

const FACTS = [
  'firstName',
  'lastName',
  'secondName',
  'birthDate',
  'birthSettlement',
  'gender',
  'taxId',
  'documents',
  'otpPhones',
  'residenceSettlement',
] as const satisfies readonly (keyof MatchingPerson)[];

/** Two strangers are alike in nothing; so most of the second ones are the first one with a few things written anew. */
const aPair: fc.Arbitrary<Pair> = fc
  .tuple(aPerson, aPerson, fc.subarray([...FACTS]))
  .map(([one, stranger, shared]) => [one, { ...stranger, ...pick(one, shared) }]);

/** So many pairs, made up of words and numbers that nobody bears. */
export function madeUpPairs(count: number): readonly Pair[] {
  return fc.sample(aPair, { seed: SEED, numRuns: count });
}

function pick(person: MatchingPerson, names: readonly (keyof MatchingPerson)[]): Partial<MatchingPerson> {
  return Object.fromEntries(names.map((name) => [name, person[name]]));
}

const NOBODY: MatchingPerson = {
  firstName: 'Волошка',
  lastName: 'Чорнобривець',
  secondName: null,
  birthDate: '2019-05-06',
  birthSettlement: 'Калинопіль',
  gender: 'FEMALE',
  taxId: null,
  documents: [],
  otpPhones: [],
  residenceSettlement: null,
};

export type Facts = Partial<MatchingPerson>;

/** The bin of a feature for two persons that differ only in the given facts. */
export function binOfPair(feature: Feature, one: Facts, other: Facts): string {
  return binsOf({ ...NOBODY, ...one }, { ...NOBODY, ...other })[feature];
}

export const certificate = (number: string): MatchingDocument => ({ type: 'BIRTH_CERTIFICATE', number });

export const passport = (number: string): MatchingDocument => ({ type: 'PASSPORT', number });

export const foreign = (number: string): MatchingDocument => ({ type: 'BIRTH_CERTIFICATE_FOREIGN', number });
