import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { calendarDay, dayInKyiv } from '../../src/domain/calendar-day';
import { PERSON_LEGAL_CAPACITY_DOCUMENT_TYPES } from '../../src/domain/person/dictionaries';
import { aPerson, aRelationship, aUser, type PersonBuilder } from '../support/builders';
import { type SignUpContentBuilder } from '../support/sign-up-content';
import { RefusedCalls, registeredBy, type MadeUpApplicant, SignUpFixture } from '../support/sign-up-fixture';
import { registeredAs } from '../support/sign-up-content';

let fixture: SignUpFixture;
let applicant: MadeUpApplicant;

beforeAll(async () => {
  fixture = await SignUpFixture.start({ SIGN_UP_REGISTERED_PERSONS: 'published' });
});
afterAll(() => fixture.stop());
beforeEach(async () => {
  await fixture.env.clear();
  applicant = await fixture.applicant();
});

const refused = new RefusedCalls(() => fixture);

const TODAY = dayInKyiv(new Date());
const inDays = (days: number): string => calendarDay(TODAY).add({ days }).toString();
const denied = (message: string) => ({ status: 401, type: 'access_denied', message });
const malformed = (message: string) => ({ status: 422, type: 'request_malformed', message });
const NOT_UNIQUE = denied('It is impossible to uniquely identify the person.');
const LEGAL_CAPACITY = malformed(
  'Confidant can not be submitted for person who has document that proves legal capacity',
);
const HAS_CONFIDANT = malformed(
  'Patient who has confidant person can not be used as confidant for other patients',
);
const BLOCKED = denied('User is blocked.');

const aChild = () => fixture.contentBy(applicant);
const anAdolescent = (age = 16) => aChild().aged(age).withTaxId('0000000017').withOnlyDocument('PASSPORT');

/** Step 1 goes well and step 2 refuses. */
async function refusalOf(content: SignUpContentBuilder) {
  const signed = fixture.sign(content, applicant);
  const jwt = await fixture.sessionOf(signed);
  return refused.run(() => fixture.register({ ...signed, jwt }));
}

const signedUp = async (content: SignUpContentBuilder) =>
  registeredBy(await fixture.signUp(fixture.sign(content, applicant)));

const save = (builder: { save(sql: typeof fixture.env.sql): Promise<string> }): Promise<string> =>
  builder.save(fixture.env.sql);

/** Somebody acts for the applicant. */
const applicantHasConfidant = async (relationship = aRelationship()): Promise<void> => {
  const approved = relationship.status('VERIFIED', 'MANUAL');
  await save(approved.of(applicant.personId).through(await save(aPerson())));
};

describe('Legal capacity that the registry knows to be proved', () => {
  const proved = (content: SignUpContentBuilder): PersonBuilder =>
    registeredAs(content.build())
      .withDocument('MARRIAGE_CERTIFICATE', 'ЯЩ-000022')
      .stream('legal_capacity', 'VERIFIED', 'AUTO_ONLINE');

  it.each([15, 17])('refuses a confidant for somebody of %i', async (age) => {
    await save(proved(anAdolescent(age)));
    expect(await refusalOf(anAdolescent(age))).toEqual(LEGAL_CAPACITY);
  });

  it.each(PERSON_LEGAL_CAPACITY_DOCUMENT_TYPES)('by %s, also when nothing is to be checked', async (type) => {
    const person = registeredAs(anAdolescent().build()).withDocument(type, '27/2024');
    await save(person.stream('legal_capacity', 'VERIFICATION_NOT_NEEDED', 'MANUAL'));
    expect(await refusalOf(anAdolescent())).toEqual(LEGAL_CAPACITY);
  });

  it.each([14, 18])('does not matter at %i', async (age) => {
    const personId = await save(proved(anAdolescent(age)));
    expect((await signedUp(anAdolescent(age))).person.id).toBe(personId);
  });

  it('does not matter without such a document', async () => {
    const person = registeredAs(anAdolescent().build());
    const personId = await save(person.stream('legal_capacity', 'VERIFIED', 'AUTO_ONLINE'));
    expect((await signedUp(anAdolescent())).person.id).toBe(personId);
  });

  it.each(['VERIFICATION_NEEDED', 'NOT_VERIFIED'] as const)(
    'does not matter while it is %s',
    async (status) => {
      const person = proved(anAdolescent()).stream('legal_capacity', status, 'MANUAL');
      const personId = await save(person);
      expect((await signedUp(anAdolescent())).person.id).toBe(personId);
    },
  );

  it('does not matter to a relationship that is there already', async () => {
    const personId = await save(proved(anAdolescent()));
    await save(aRelationship().of(personId).through(applicant.personId));
    expect((await signedUp(anAdolescent())).person.id).toBe(personId);
  });
});

describe('A confidant who has a confidant', () => {
  it('is refused, for a new person and for a registered one', async () => {
    await applicantHasConfidant();
    expect(await refusalOf(aChild())).toEqual(HAS_CONFIDANT);
    await save(registeredAs(aChild().build()));
    expect(await refusalOf(aChild())).toEqual(HAS_CONFIDANT);
  });

  it('until today only, or not any more, is not refused', async () => {
    await applicantHasConfidant(aRelationship().activeTo(TODAY));
    await applicantHasConfidant(aRelationship().inactive());
    await signedUp(aChild());
  });

  it('until tomorrow is refused', async () => {
    await applicantHasConfidant(aRelationship().activeTo(inDays(2)));
    expect(await refusalOf(aChild())).toEqual(HAS_CONFIDANT);
  });
});

describe('A blocked user', () => {
  it('refuses the sign-up of the person, related to the applicant or not', async () => {
    const personId = await save(registeredAs(aChild().build()));
    await save(aUser().ofPerson(personId).blocked());
    expect(await refusalOf(aChild())).toEqual(BLOCKED);
    await save(aRelationship().of(personId).through(applicant.personId));
    expect(await refusalOf(aChild())).toEqual(BLOCKED);
  });
});

describe('The refusals of step 2 in their order: who, legal capacity, relationships, user', () => {
  const twins = async (): Promise<void> => {
    for (let count = 0; count < 2; count += 1) {
      const person = registeredAs(anAdolescent().build()).withDocument('MARRIAGE_CERTIFICATE', 'ЯЩ-000022');
      await save(
        aUser()
          .ofPerson(await save(person.stream('legal_capacity', 'VERIFIED', 'AUTO_ONLINE')))
          .blocked(),
      );
    }
  };

  it('two who are alike', async () => {
    await twins();
    await applicantHasConfidant();
    expect(await refusalOf(anAdolescent())).toEqual(NOT_UNIQUE);
  });

  it('then legal capacity', async () => {
    const person = registeredAs(anAdolescent().build()).withDocument('MARRIAGE_CERTIFICATE', 'ЯЩ-000022');
    const personId = await save(person.stream('legal_capacity', 'VERIFIED', 'AUTO_ONLINE'));
    await save(aUser().ofPerson(personId).blocked());
    await applicantHasConfidant();
    expect(await refusalOf(anAdolescent())).toEqual(LEGAL_CAPACITY);
  });

  it('then the rules about relationships', async () => {
    const personId = await save(registeredAs(anAdolescent().build()));
    await save(aUser().ofPerson(personId).blocked());
    await applicantHasConfidant();
    expect(await refusalOf(anAdolescent())).toEqual(HAS_CONFIDANT);
  });
});
