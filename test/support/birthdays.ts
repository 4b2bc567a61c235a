/** A moment near a birthday. */
export interface Moment {
  readonly when: string;
  readonly bornOn: string;
  readonly at: Date;
  /** Whether the birthday has come, by the clocks of Kyiv. */
  readonly isReached: boolean;
  readonly birthday: string;
  /** The last second in Kyiv before the birthday. */
  readonly lastSecond: Date;
}

/** A birthday, and the midnight in Kyiv with which it begins: it is three hours ahead in summer, two in winter. */
interface Birthday {
  readonly name: string;
  readonly bornOn: string;
  readonly birthday: string;
  readonly begins: string;
}

const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;

/** In the middle of the day before, of the day itself and of the day after, and close to midnight on both sides. */
const NEAR_MIDNIGHT: readonly (readonly [when: string, ms: number])[] = [
  ['the day before', -12 * HOUR_MS],
  ['the last second before', -SECOND_MS],
  ['the first second', 0],
  ['the day itself', 12 * HOUR_MS],
  ['the day after', 36 * HOUR_MS],
];

/** Around the day on which somebody reaches an age: in summer, at the turn of the year, and born on 29 February. */
export function momentsOfReaching(age: number): readonly Moment[] {
  return birthdaysOf(age).flatMap(({ name, bornOn, birthday, begins }) =>
    NEAR_MIDNIGHT.map(([when, ms]) => {
      const midnight = new Date(begins).getTime();
      const lastSecond = new Date(midnight - SECOND_MS);
      const at = new Date(midnight + ms);
      return { when: `${name}: ${when}`, bornOn, at, isReached: ms >= 0, birthday, lastSecond };
    }),
  );
}

function birthdaysOf(age: number): readonly Birthday[] {
  const leapYear = 2026 - age - ((2026 - age) % 4);
  const commonYear = leapYear + age;
  if (commonYear % 4 === 0) throw new Error('That birthday falls into a year with 29 February.');
  return [
    {
      name: 'born in May',
      bornOn: `${2026 - age}-05-10`,
      birthday: '2026-05-10',
      begins: '2026-05-09T21:00:00Z',
    },
    {
      name: 'born on 1 January',
      bornOn: `${2026 - age}-01-01`,
      birthday: '2026-01-01',
      begins: '2025-12-31T22:00:00Z',
    },
    {
      name: 'born on 29 February',
      bornOn: `${leapYear}-02-29`,
      birthday: `${commonYear}-03-01`,
      begins: `${commonYear}-02-28T22:00:00Z`,
    },
  ];
}
