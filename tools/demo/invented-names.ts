import type { Gender } from '../../src/domain/person/dictionaries';
import type { FullName } from '../../src/domain/person/masking';
import type { SeededRandom } from './seeded-random';

/** Plants, birds and weather: the same for women and men. */
const LAST_NAMES = [
  'Верболоз',
  'Гайворон',
  'Журавель',
  'Терен',
  'Барвінок',
  'Ластівка',
  'Явір',
  'Смерека',
  'Полин',
  'Чебрець',
  'Колос',
  'Вишня',
  'Дуброва',
  'Ранок',
  'Криниця',
  'Лелека',
  'Сокіл',
  'Туман',
  'Хмара',
  'Веселка',
  'Соловей',
  'Перепелиця',
  'Зозуля',
  'Дятел',
] as const;

const FIRST_NAMES = {
  FEMALE: ['Зоряна', 'Мальва', 'Ружена', 'Квітослава', 'Любава', 'Веселина', 'Злата', 'Росава', 'Яромира'],
  MALE: [
    'Остромир',
    'Світозар',
    'Любомир',
    'Яромир',
    'Боримир',
    'Велемир',
    'Доброслав',
    'Тихомир',
    'Радогост',
  ],
} as const;

const SECOND_NAMES = {
  FEMALE: ['Любомирівна', 'Світозарівна', 'Остромирівна', 'Яромирівна', 'Доброславівна', 'Тихомирівна'],
  MALE: ['Любомирович', 'Світозарович', 'Остромирович', 'Яромирович', 'Доброславович', 'Тихомирович'],
} as const;

const SETTLEMENTS = [
  'Калинопіль',
  'Вербоград',
  'Росянка',
  'Соколиний Яр',
  'Тихий Брід',
  'Яворове Поле',
] as const;

/** One in this many has no patronymic. */
const WITHOUT_SECOND_NAME = 12;

/** Name, birth and gender of an invented person. */
export interface InventedIdentity {
  readonly name: FullName;
  readonly gender: Gender;
  readonly birthDate: string;
  readonly birthSettlement: string;
}

/** An adult who does not exist, born in a place that does not exist. */
export function inventedIdentity(random: SeededRandom): InventedIdentity {
  const gender = random.pick(['FEMALE', 'MALE'] as const);
  const secondName = random.below(WITHOUT_SECOND_NAME) === 0 ? null : random.pick(SECOND_NAMES[gender]);
  return {
    name: { lastName: random.pick(LAST_NAMES), firstName: random.pick(FIRST_NAMES[gender]), secondName },
    gender,
    birthDate: `${1945 + random.below(55)}-${twoDigits(1 + random.below(12))}-${twoDigits(1 + random.below(28))}`,
    birthSettlement: random.pick(SETTLEMENTS),
  };
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}
