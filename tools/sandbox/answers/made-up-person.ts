import { hashOf } from './deterministic-share';
import { escapeXml, qualified } from './write-envelope';

const FAMILY_NAMES = [
  'Коваленко',
  'Шевчук',
  'Мельник',
  'Ткаченко',
  'Бондаренко',
  'Лук’яненко',
  'Гнатюк',
  'Дем’янчук',
];
const GIVEN_NAMES = {
  MALE: ['Андрій', 'Тарас', 'Юрій', 'Ігор', 'В’ячеслав', 'Євген'],
  FEMALE: ['Оксана', 'Ганна', 'Леся', 'Ірина', 'Ївга', 'Соломія'],
};
const MIDDLE_NAMES = {
  MALE: ['Петрович', 'Іванович', 'Ґедимінович', 'Олексійович'],
  FEMALE: ['Петрівна', 'Іванівна', 'Ґедимінівна', 'Олексіївна'],
};
const ISSUERS = ['8001', '1432', 'Печерським РУ ГУ МВС України в м. Києві', 'Франківським РВ ЛМУ УМВС'];
const ISSUED_AT_AGE_YEARS = 16;
/** An identity card of an adult is good for ten years. */
const CARD_YEARS = 10;

/** What varies between the documented persons; everything else follows from the UNZR. */
export interface PersonWishes {
  readonly documents?: number | undefined;
  readonly photoCharacters?: number | undefined;
}

/** The fields of the answer to `unzr`: a made-up person, always the same for the same UNZR. */
export function personFields(unzr: string, prefix: string, wishes: PersonWishes): string {
  const gender = hashOf(`gender:${unzr}`) % 2 === 0 ? 'FEMALE' : 'MALE';
  const picked = (kind: string, list: readonly string[]) =>
    list[hashOf(`${kind}:${unzr}`) % list.length] ?? '';
  const element = (name: string, text: string) => {
    return `<${qualified(prefix, name)}>${escapeXml(text)}</${qualified(prefix, name)}>`;
  };
  const documentCount = wishes.documents ?? hashOf(`documents:${unzr}`) % 3;
  const documents = Array.from({ length: documentCount }, (_, index) => {
    const fields = documentFields(unzr, index).map(([name, text]) => element(name, text));
    return `<${qualified(prefix, 'documents')}>${fields.join('')}</${qualified(prefix, 'documents')}>`;
  });
  return [
    element('firstName', picked('given', GIVEN_NAMES[gender])),
    element('lastName', picked('family', FAMILY_NAMES)),
    element('middleName', picked('middle', MIDDLE_NAMES[gender])),
    element('rnokpp', madeUpTaxId(unzr)),
    element('gender', gender),
    element('dateBirth', dateFrom(unzr, 0)),
    ...documents,
    wishes.photoCharacters ? element('photo', photoOf(wishes.photoCharacters)) : '',
  ].join('');
}

function documentFields(unzr: string, index: number): (readonly [name: string, text: string])[] {
  const hash = hashOf(`document:${index}:${unzr}`);
  const isCard = index % 2 === 0;
  const digits = String(hash).padStart(9, '0').slice(-9);
  const issuer = ISSUERS[(hash % 2) + (isCard ? 0 : 2)] ?? '';
  const fields = [
    ['type', isCard ? 'NATIONAL_ID' : 'PASSPORT'],
    ['number', isCard ? digits : `КВ${digits.slice(-6)}`],
    ['issuedBy', issuer],
    ['issuedAt', dateFrom(unzr, ISSUED_AT_AGE_YEARS + index)],
  ] as const;
  // The booklet does not expire, so it has no such element.
  const expiry = isCard
    ? [['expiresAt', dateFrom(unzr, ISSUED_AT_AGE_YEARS + index + CARD_YEARS)] as const]
    : [];
  return [...fields, ...expiry, ['status', index === 0 ? 'VALID' : 'INVALID']];
}

/** The date in the first eight digits of a UNZR, so many years on; the 29th becomes the 28th, which every year has. */
function dateFrom(unzr: string, years: number): string {
  const year = String(Number(unzr.slice(0, 4)) + years).padStart(4, '0');
  const monthAndDay = `${unzr.slice(4, 6)}-${unzr.slice(6, 8)}`;
  return `${year}-${years > 0 && monthAndDay === '02-29' ? '02-28' : monthAndDay}`;
}

/** Ten digits that start with 00: the first five count days from 1900, so nobody alive has this number. */
function madeUpTaxId(unzr: string): string {
  return `00${String(hashOf(`rnokpp:${unzr}`) % 100_000_000).padStart(8, '0')}`;
}

function photoOf(characters: number): string {
  return 'c2FuZGJveHBob3Rv'.repeat(Math.ceil(characters / 16)).slice(0, characters);
}
