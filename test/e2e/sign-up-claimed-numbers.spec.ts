import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aUser, usersOf } from '../support/builders';
import { type SignUpContentBuilder } from '../support/sign-up-content';
import { registeredAs } from '../support/sign-up-content';
import {
  type Registered,
  registeredBy,
  type MadeUpApplicant,
  SignUpFixture,
} from '../support/sign-up-fixture';

let fixture: SignUpFixture;
let applicant: MadeUpApplicant;

beforeAll(async () => {
  fixture = await SignUpFixture.start();
});
afterAll(() => fixture.stop());
beforeEach(async () => {
  await fixture.env.clear();
  applicant = await fixture.applicant();
});

const aChild = () => fixture.contentBy(applicant);

const signedUp = async (content: SignUpContentBuilder): Promise<Registered> =>
  registeredBy(await fixture.signUp(fixture.sign(content, applicant)));

const numbersOf = async (personId: string): Promise<(string | null)[]> =>
  (await usersOf(fixture.env.sql, personId)).map(({ tax_id }) => tax_id);

describe('A tax number that is claimed for a patient', () => {
  it("and is the applicant's own does not become the patient's user's: the applicant can go on signing", async () => {
    const { person, user } = await signedUp(aChild().withTaxId(applicant.drfo));
    expect(user.tax_id).toBe('');
    expect(await numbersOf(person.id)).toEqual([null]);
    expect((await fixture.validate(fixture.sign(aChild(), applicant))).status).toBe(200);
  });

  it("and is that of somebody else's user does not become the patient's user's: the other one can go on signing", async () => {
    const other = await fixture.applicant();
    const { person } = await signedUp(aChild().withTaxId(other.drfo));
    expect(await numbersOf(person.id)).toEqual([null]);
    expect((await fixture.validate(fixture.sign(fixture.contentBy(other), other))).status).toBe(200);
  });

  it("and was that of a user who is not active any more becomes the patient's user's", async () => {
    await aUser().withTaxId('3100000017').inactive().save(fixture.env.sql);
    const { user } = await signedUp(aChild().withTaxId('3100000017'));
    expect(user.tax_id).toBe('3100000017');
  });

  it("whom the registry knows without it does not become their user's: its owner could sign as them", async () => {
    const personId = await registeredAs(aChild().build()).save(fixture.env.sql);
    const { person, user } = await signedUp(aChild().withTaxId('3100000017'));
    expect(person.id).toBe(personId);
    expect(user.tax_id).toBe('');
    expect(await numbersOf(personId)).toEqual([null]);
  });

  it("whom the registry knows by it becomes their user's", async () => {
    const content = aChild().withTaxId('3100000017');
    const personId = await registeredAs(content.build()).save(fixture.env.sql);
    const { person, user } = await signedUp(content);
    expect([person.id, user.tax_id]).toEqual([personId, '3100000017']);
  });
});
