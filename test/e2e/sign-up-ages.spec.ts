import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { authenticationMethodsOf, relationshipsOf, verificationOf } from '../support/builders';
import type { SignUpContentBuilder } from '../support/sign-up-content';
import { RefusedCalls, type Answer, type MadeUpApplicant, SignUpFixture } from '../support/sign-up-fixture';

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

let now = new Date();

let fixture: SignUpFixture;

let applicant: MadeUpApplicant;

beforeAll(async () => {
  fixture = await SignUpFixture.start({}, () => now);
});

afterAll(() => fixture.stop());

beforeEach(async () => {
  await fixture.env.clear();
  applicant = await fixture.applicant();
});

const refused = new RefusedCalls(() => fixture);

/** Titles are the moments. */
const around = (age: number) => momentsOfReaching(age).map((moment) => [moment.when, moment] as const);

/** Sets the clock and begins a content about somebody who was born then. */
function bornAt({ at, bornOn }: Moment): SignUpContentBuilder {
  now = at;
  return fixture.contentBy(applicant).born(bornOn);
}

const anAdolescent = (moment: Moment): SignUpContentBuilder =>
  bornAt(moment).withTaxId('0000000017').withOnlyDocument('PASSPORT');

async function passes(content: SignUpContentBuilder): Promise<void> {
  const { status, body } = await fixture.validate(fixture.sign(content, applicant));
  expect(body.error).toBeUndefined();
  expect(status).toBe(200);
}

async function fails(content: SignUpContentBuilder, entry: string, description: string): Promise<void> {
  const signed = fixture.sign(content, applicant);
  expect(await refused.run(() => fixture.validate(signed))).toMatchObject({
    status: 422,
    fields: [[`$.person.${entry}`, 'invalid', description]],
  });
}

const isRefusedLegalCapacity = (content: SignUpContentBuilder): Promise<void> =>
  fails(content, 'documents.[1].type', 'Submitted document type is not allowed');

const idOf = ({ status, body }: Answer): string => {
  expect(status).toBe(201);
  return (body.data?.['person'] as { id: string }).id;
};

/** Both calls at that moment; gives the id of the person. */
const signedUp = async (content: SignUpContentBuilder): Promise<string> =>
  idOf(await fixture.signUp(fixture.sign(content, applicant)));

describe('Fourteen years, the age of self-authentication', () => {
  it.each(around(14))('%s: another document than the certificate of birth', async (_, moment) => {
    const content = bornAt(moment).withTaxId('0000000017').withDocument('PASSPORT');
    if (moment.isReached) await passes(content);
    else await fails(content, 'documents.[1].type', 'Submitted document type is not allowed');
  });

  it.each(around(14))('%s: a foreign certificate of birth alone', async (_, moment) => {
    const content = bornAt(moment).withTaxId('0000000017').withOnlyDocument('BIRTH_CERTIFICATE_FOREIGN');
    if (moment.isReached) await fails(content, 'documents', 'Must contain required item.');
    else await passes(content);
  });

  it.each(around(14))('%s: neither a tax_id nor a refusal of it', async (_, moment) => {
    const content = bornAt(moment);
    const message = 'Only persons who refused the tax_id could be without tax_id';
    if (moment.isReached) await fails(content, 'tax_id', message);
    else await passes(content);
  });

  it.each(around(14))('%s: when the method THIRD_PERSON ends', async (_, moment) => {
    const personId = await signedUp(bornAt(moment).withTaxId('0000000017'));
    expect(await authenticationMethodsOf(fixture.env.sql, personId)).toMatchObject([
      { type: 'THIRD_PERSON', started_at: moment.at, ended_at: moment.isReached ? null : moment.lastSecond },
    ]);
  });

  it.each(around(14))('%s: nobody proves legal capacity yet', async (_, moment) => {
    const content = bornAt(moment).withTaxId('0000000017').withDocument('MARRIAGE_CERTIFICATE');
    await isRefusedLegalCapacity(content);
  });
});

describe('Fifteen years: older than fourteen', () => {
  it.each(around(15))('%s: a proof of legal capacity', async (_, moment) => {
    const content = anAdolescent(moment).withDocument('MARRIAGE_CERTIFICATE');
    if (!moment.isReached) return isRefusedLegalCapacity(content);
    expect(await verificationOf(fixture.env.sql, await signedUp(content))).toMatchObject({
      legal_capacity_verification_status: 'VERIFICATION_NEEDED',
      legal_capacity_verification_reason: 'ONLINE_TRIGGERED',
    });
  });

  it.each(around(15))('%s: whether the person may be an applicant', async (_, { at, bornOn, isReached }) => {
    now = at;
    const young = await fixture.applicant((person) => person.bornOn(bornOn));
    const signed = fixture.sign(fixture.contentBy(young), young);
    if (isReached) expect((await fixture.validate(signed)).status).toBe(200);
    else
      expect(await refused.run(() => fixture.validate(signed))).toEqual({
        status: 401,
        type: 'access_denied',
        message: 'Incorrect applicant person age for such an action.',
      });
  });
});

describe('Eighteen years of full legal capacity', () => {
  it.each(around(18))('%s: a proof of legal capacity', async (_, moment) => {
    const content = anAdolescent(moment).withDocument('MARRIAGE_CERTIFICATE');
    if (moment.isReached) await isRefusedLegalCapacity(content);
    else await passes(content);
  });

  it.each(around(18))('%s: a relationship without an end', async (_, moment) => {
    const personId = await signedUp(anAdolescent(moment));
    expect(await relationshipsOf(fixture.env.sql, personId)).toMatchObject([
      { active_to: moment.isReached ? null : moment.birthday },
    ]);
  });

  it.each(around(18))('%s: a relationship with a later end', async (_, moment) => {
    const personId = await signedUp(
      anAdolescent(moment).with('person.confidant_person.active_to', '2030-07-01'),
    );
    expect(await relationshipsOf(fixture.env.sql, personId)).toMatchObject([
      { active_to: moment.isReached ? '2030-07-01' : moment.birthday },
    ]);
  });

  it.each([
    ['before', '2031-03-30', '2031-03-30'],
    ['with', '2031-03-31', '2031-03-31'],
    ['after', '2031-04-01', '2031-03-31'],
  ])('a relationship of a child that is to end %s the eighteenth birthday', async (_, asked, written) => {
    now = new Date('2026-03-10T10:00:00Z');
    const content = fixture.contentBy(applicant).born('2013-03-31');
    const personId = await signedUp(content.with('person.confidant_person.active_to', asked));
    expect(await relationshipsOf(fixture.env.sql, personId)).toMatchObject([{ active_to: written }]);
  });
});

describe('The ages are parameters of the registry', () => {
  it('a method ends with another age of self-authentication, a relationship with another majority', async () => {
    await fixture.env.sql.run(
      `UPDATE prm.global_parameters SET value = '16' WHERE parameter = 'no_self_auth_age'`,
      `UPDATE prm.global_parameters SET value = '21' WHERE parameter = 'person_full_legal_capacity_age'`,
    );
    now = new Date('2026-03-10T10:00:00Z');
    const personId = await signedUp(fixture.contentBy(applicant).born('2011-07-01'));
    expect(await relationshipsOf(fixture.env.sql, personId)).toMatchObject([{ active_to: '2032-07-01' }]);
    expect(await authenticationMethodsOf(fixture.env.sql, personId)).toMatchObject([
      { ended_at: new Date('2027-06-30T20:59:59Z') },
    ]);
  });
});
