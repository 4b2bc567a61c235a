import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aUser } from '../support/builders';
import { registeredAs, type SignUpContentBuilder } from '../support/sign-up-content';
import {
  type MadeUpApplicant,
  RefusedCalls,
  SESSION_SECRET,
  sessionClaims,
  sessionJwt,
  SignUpFixture,
} from '../support/sign-up-fixture';

let fixture: SignUpFixture;

beforeAll(async () => {
  const environment = { PIS_SESSION_SECRET: SESSION_SECRET, SIGN_UP_REGISTERED_PERSONS: 'published' };
  fixture = await SignUpFixture.start(environment);
});
afterAll(() => fixture.stop());
beforeEach(() => fixture.env.clear());

const refused = new RefusedCalls(() => fixture);

const THEMSELF = {
  status: 422,
  type: 'request_malformed',
  message: 'Confidant person can not be the person who is registered',
};

/** A registered adult who can sign, described by the content. */
async function adultOf(content: SignUpContentBuilder): Promise<MadeUpApplicant> {
  const person = registeredAs(content.build()).withAuthenticationMethod('OTP', {
    phoneNumber: '+380501234567',
  });
  const personId = await person.save(fixture.env.sql);
  const drfo = fixture.nextDrfo();
  const userId = await aUser().ofPerson(personId).withTaxId(drfo).save(fixture.env.sql);
  return { personId, userId, drfo };
}

const anAdult = (personId = '') =>
  fixture.contentBy({ personId }).aged(30).withTaxId('3100000017').withOnlyDocument('PASSPORT');

/** Both calls; step 2 with a session that step 1 would give if it did not refuse. */
async function answersTo(content: SignUpContentBuilder, by: MadeUpApplicant) {
  const signed = fixture.sign(content, by);
  const jwt = await sessionJwt(sessionClaims(signed.signed_content));
  return [
    await refused.run(() => fixture.validate(signed)),
    await refused.run(() => fixture.register({ ...signed, jwt })),
  ];
}

describe('An applicant who names themself as the patient', () => {
  it('is refused in both steps', async () => {
    const applicant = await adultOf(anAdult());
    expect(await answersTo(anAdult(applicant.personId), applicant)).toEqual([THEMSELF, THEMSELF]);
  });

  it('is refused when the request matches them without any tax number', async () => {
    const passport = (personId = '') =>
      fixture.contentBy({ personId }).aged(30).withoutTaxId().withOnlyDocument('PASSPORT');
    const applicant = await adultOf(passport());
    expect(await answersTo(passport(applicant.personId), applicant)).toEqual([THEMSELF, THEMSELF]);
  });

  it('is refused when only number and birth date are theirs, and too little else for a match', async () => {
    const applicant = await adultOf(anAdult());
    const renamed = anAdult(applicant.personId)
      .named('Верболоз', 'Зоряна', 'Любомирівна')
      .withOnlyDocument('PASSPORT', 'КВ700700')
      .with('person.birth_settlement', 'Вербоград');
    expect(await answersTo(renamed, applicant)).toEqual([THEMSELF, THEMSELF]);
  });

  it('is refused after the rules about the confidant', async () => {
    const applicant = await adultOf(anAdult());
    await fixture.env.sql.run(`UPDATE mpi.persons SET verification_status = 'NOT_VERIFIED'`);
    const answer = { status: 409, type: 'request_conflict' };
    const answers = await answersTo(anAdult(applicant.personId), applicant);
    expect(answers).toMatchObject([answer, answer]);
  });
});
