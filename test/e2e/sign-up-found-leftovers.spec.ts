import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { calendarDay, dayInKyiv } from '../../src/domain/calendar-day';
import { aRelationship, aUser, authenticationMethodsOf, relationshipsOf, usersOf } from '../support/builders';
import { type SignUpContentBuilder } from '../support/sign-up-content';
import { registeredAs } from '../support/sign-up-content';
import { registeredBy, type MadeUpApplicant, SignUpFixture } from '../support/sign-up-fixture';

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

const TODAY = dayInKyiv(new Date());
const inDays = (days: number): string => calendarDay(TODAY).add({ days }).toString();
const aChild = () => fixture.contentBy(applicant);
const anAdolescent = () => aChild().aged(16).withTaxId('0000000017').withOnlyDocument('PASSPORT');

const signedUp = async (content: SignUpContentBuilder) =>
  registeredBy(await fixture.signUp(fixture.sign(content, applicant)));

const save = (builder: { save(sql: typeof fixture.env.sql): Promise<string> }): Promise<string> =>
  builder.save(fixture.env.sql);

describe('A relationship between the two that has expired', () => {
  it('is replaced by a new one; the existing method gets its new end', async () => {
    const method = { value: applicant.personId, alias: 'Мама', endedAt: `${inDays(30)}T00:00:00Z` };
    const person = registeredAs(aChild().build()).withAuthenticationMethod('THIRD_PERSON', method);
    const personId = await save(person);
    const old = await save(aRelationship().of(personId).through(applicant.personId).activeTo(TODAY));
    await signedUp(aChild().alias('Тітка'));
    const relationships = await relationshipsOf(fixture.env.sql, personId);
    expect(relationships.map(({ id, is_active }) => [id === old, is_active])).toEqual([
      [true, false],
      [false, true],
    ]);
    const [birthday] = await fixture.env.sql.query<{ ended: Date }>(
      {
        text: `SELECT ((birth_date + interval '14 years' - interval '1 second') AT TIME ZONE 'Europe/Kyiv') AS ended
                 FROM mpi.persons WHERE id = $1`,
      },
      [personId],
    );
    expect(await authenticationMethodsOf(fixture.env.sql, personId)).toMatchObject([
      { alias: 'Мама', ended_at: birthday?.ended },
    ]);
  });
});

describe('The user of a registered person', () => {
  it('is used, whatever the tax number, and the number is not returned to a caller who did not send it', async () => {
    const personId = await save(registeredAs(anAdolescent().build()));
    const userId = await save(aUser().ofPerson(personId).withTaxId('1111111111'));
    const { user } = await signedUp(anAdolescent());
    expect(user).toEqual({ id: userId, tax_id: '' });
    expect(await usersOf(fixture.env.sql, personId)).toHaveLength(1);
  });

  it('who is not active is left alone and another one is created', async () => {
    const personId = await save(registeredAs(anAdolescent().build()));
    const old = await save(aUser().ofPerson(personId).inactive().blocked());
    const { user } = await signedUp(anAdolescent());
    expect(user.id).not.toBe(old);
    expect(user.tax_id).toBe('0000000017');
  });
});
