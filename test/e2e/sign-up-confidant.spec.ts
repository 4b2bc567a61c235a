import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aPerson, aUser, type PersonBuilder } from '../support/builders';
import {
  RefusedCalls,
  SESSION_SECRET,
  sessionClaims,
  sessionJwt,
  type MadeUpApplicant,
  type SignUpBody,
  SignUpFixture,
} from '../support/sign-up-fixture';

let fixture: SignUpFixture;

beforeAll(async () => {
  fixture = await SignUpFixture.start({ PIS_SESSION_SECRET: SESSION_SECRET });
});
afterAll(() => fixture.stop());
beforeEach(() => fixture.env.clear());

const refused = new RefusedCalls(() => fixture);

const DAY_MS = 86_400_000;
const inDays = (days: number): Date => new Date(Date.now() + days * DAY_MS);
const NO_METHOD = {
  status: 422,
  type: 'request_malformed',
  message: 'third person must has auth method OTP or OFFLINE',
};
const LIMIT = { status: 422, type: 'request_malformed', message: 'Third person limit is exceeded' };

/** Somebody without any method of authentication, with the given changes. */
async function confidant(change: (person: PersonBuilder) => PersonBuilder): Promise<MadeUpApplicant> {
  const drfo = fixture.nextDrfo();
  const personId = await change(aPerson()).save(fixture.env.sql);
  const userId = await aUser().ofPerson(personId).withTaxId(drfo).save(fixture.env.sql);
  return { personId, userId, drfo };
}

/** Both calls; step 2 with a session that step 1 would give if it did not refuse. */
async function answersTo(signed: SignUpBody) {
  const jwt = await sessionJwt(sessionClaims(signed.signed_content));
  return [
    await refused.run(() => fixture.validate(signed)),
    await refused.run(() => fixture.register({ ...signed, jwt })),
  ];
}

const signedBy = (applicant: MadeUpApplicant) => fixture.sign(fixture.contentBy(applicant), applicant);
const PHONE = { phoneNumber: '+380000000001' };

describe('Row 13: the confidant has an own method', () => {
  it.each<[string, (person: PersonBuilder) => PersonBuilder]>([
    ['has none', (person) => person],
    [
      'has one that has ended',
      (person) => person.withAuthenticationMethod('OTP', { ...PHONE, endedAt: inDays(-1) }),
    ],
    [
      'has one that was withdrawn',
      (person) => person.withAuthenticationMethod('OTP', { ...PHONE, isActive: false }),
    ],
    [
      'has somebody else for it',
      (person) => person.withAuthenticationMethod('THIRD_PERSON', { value: randomUUID() }),
    ],
    ['has refused all of them', (person) => person.withAuthenticationMethod('NA')],
  ])('the confidant %s', async (_, change) => {
    const answers = await answersTo(signedBy(await confidant(change)));
    expect(answers).toEqual([NO_METHOD, NO_METHOD]);
  });

  it.each<[string, (person: PersonBuilder) => PersonBuilder]>([
    ['a phone', (person) => person.withAuthenticationMethod('OTP', PHONE)],
    ['their documents', (person) => person.withAuthenticationMethod('OFFLINE')],
    [
      'a phone until tomorrow',
      (person) => person.withAuthenticationMethod('OTP', { ...PHONE, endedAt: inDays(1) }),
    ],
    [
      'a phone again',
      (person) =>
        person
          .withAuthenticationMethod('OTP', { ...PHONE, endedAt: inDays(-1) })
          .withAuthenticationMethod('OTP', PHONE),
    ],
  ])('%s will do', async (_, change) => {
    const { status } = await fixture.signUp(signedBy(await confidant(change)));
    expect(status).toBe(201);
  });
});

describe('Row 13: the confidant is not refuted', () => {
  it('NOT_VERIFIED is refused', async () => {
    const applicant = await fixture.applicant((person) => person.cumulative('NOT_VERIFIED'));
    const reported = {
      status: 409,
      type: 'request_conflict',
      message: 'Confidant person not found or is not verified',
    };
    expect(await answersTo(signedBy(applicant))).toEqual([reported, reported]);
  });

  it.each(['VERIFIED', 'VERIFICATION_NEEDED', 'CHANGES_NEEDED'] as const)('%s will do', async (status) => {
    const applicant = await fixture.applicant((person) => person.cumulative(status));
    expect((await fixture.signUp(signedBy(applicant))).status).toBe(201);
  });
});

describe('Row 13: the confidant has no more wards than allowed', () => {
  let applicant: MadeUpApplicant;

  const limitIs = (limit: number) =>
    fixture.env.sql.run(
      `UPDATE prm.global_parameters SET value = '${limit}' WHERE parameter = 'third_person_limit'`,
    );
  const ward = (person: PersonBuilder = aPerson()) =>
    person.withAuthenticationMethod('THIRD_PERSON', { value: applicant.personId }).save(fixture.env.sql);
  const childNamed = (firstName: string, number: string) =>
    fixture
      .contentBy(applicant)
      .named('Чорнобривець', firstName, 'Барвінківна')
      .withOnlyDocument('BIRTH_CERTIFICATE', number);

  beforeEach(async () => {
    applicant = await fixture.applicant();
    await limitIs(2);
  });

  it('one less than the limit allows one more', async () => {
    await ward();
    expect((await fixture.signUp(signedBy(applicant))).status).toBe(201);
    const another = fixture.sign(childNamed('Любава', 'І-ЯЩ№555555'), applicant);
    expect(await answersTo(another)).toEqual([LIMIT, LIMIT]);
  });

  it('as many others as the limit are too many for a new person', async () => {
    await ward();
    await ward();
    expect(await answersTo(signedBy(applicant))).toEqual([LIMIT, LIMIT]);
  });

  it('a ward is counted once, and only while the relationship lasts', async () => {
    await ward(aPerson().withAuthenticationMethod('THIRD_PERSON', { value: applicant.personId }));
    const ended = { value: applicant.personId, endedAt: inDays(-1) };
    await aPerson().withAuthenticationMethod('THIRD_PERSON', ended).save(fixture.env.sql);
    const withdrawn = { value: applicant.personId, isActive: false };
    await aPerson().withAuthenticationMethod('THIRD_PERSON', withdrawn).save(fixture.env.sql);
    expect((await fixture.signUp(signedBy(applicant))).status).toBe(201);
  });

  it('an existing ward may be signed up again, by the same content and by another', async () => {
    await ward();
    const content = childNamed('Любава', 'І-ЯЩ№555555');
    const signed = fixture.sign(content, applicant);
    const first = await fixture.signUp(signed);
    const again = await fixture.signUp(signed);
    const anew = await fixture.signUp(fixture.sign(content, applicant));
    expect([first.status, again.status, anew.status]).toEqual([201, 201, 201]);
    const ids = [first, again, anew].map(({ body }) => (body.data?.['person'] as { id: string }).id);
    expect(new Set(ids).size).toBe(1);
  });

  it('is asked again in step 2', async () => {
    await ward();
    const signed = signedBy(applicant);
    const jwt = await fixture.sessionOf(signed);
    await ward();
    expect(await refused.run(() => fixture.register({ ...signed, jwt }))).toEqual(LIMIT);
  });

  it('the usual limit is a hundred and fifty', async () => {
    await limitIs(150);
    for (let count = 0; count < 149; count += 1) await ward();
    expect((await fixture.validate(signedBy(applicant))).status).toBe(200);
    await ward();
    expect(await refused.run(() => fixture.validate(signedBy(applicant)))).toEqual(LIMIT);
  });
});
