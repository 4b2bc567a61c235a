import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { calendarDay, dayInKyiv } from '../../src/domain/calendar-day';
import { aRelationship, aUser, authenticationMethodsOf, relationshipsOf, usersOf } from '../support/builders';
import { type SignUpContentBuilder } from '../support/sign-up-content';
import { registeredAs } from '../support/sign-up-content';
import { registeredBy, type MadeUpApplicant, SignUpScene } from '../support/sign-up-environment';

let scene: SignUpScene;
let applicant: MadeUpApplicant;

beforeAll(async () => {
  scene = await SignUpScene.start();
});
afterAll(() => scene.stop());
beforeEach(async () => {
  await scene.here.clear();
  applicant = await scene.applicant();
});

const TODAY = dayInKyiv(new Date());
const inDays = (days: number): string => calendarDay(TODAY).add({ days }).toString();
const aChild = () => scene.contentBy(applicant);
const anAdolescent = () => aChild().aged(16).withTaxId('0000000017').withOnlyDocument('PASSPORT');

const signedUp = async (content: SignUpContentBuilder) =>
  registeredBy(await scene.signUp(scene.sign(content, applicant)));

const save = (builder: { save(sql: typeof scene.here.sql): Promise<string> }): Promise<string> =>
  builder.save(scene.here.sql);

describe('A relationship between the two that has expired', () => {
  it('makes room for a new one; the method that is there gets its new end', async () => {
    const method = { value: applicant.personId, alias: 'Мама', endedAt: `${inDays(30)}T00:00:00Z` };
    const person = registeredAs(aChild().build()).withAuthenticationMethod('THIRD_PERSON', method);
    const personId = await save(person);
    const old = await save(aRelationship().of(personId).through(applicant.personId).activeTo(TODAY));
    await signedUp(aChild().alias('Тітка'));
    const relationships = await relationshipsOf(scene.here.sql, personId);
    expect(relationships.map(({ id, is_active }) => [id === old, is_active])).toEqual([
      [true, false],
      [false, true],
    ]);
    const [birthday] = await scene.here.sql.query<{ ended: Date }>(
      {
        text: `SELECT ((birth_date + interval '14 years' - interval '1 second') AT TIME ZONE 'Europe/Kyiv') AS ended
                 FROM mpi.persons WHERE id = $1`,
      },
      [personId],
    );
    expect(await authenticationMethodsOf(scene.here.sql, personId)).toMatchObject([
      { alias: 'Мама', ended_at: birthday?.ended },
    ]);
  });
});

describe('The user of a registered person', () => {
  it('is used, whatever his tax number is, and the number is not told to who did not send it', async () => {
    const personId = await save(registeredAs(anAdolescent().build()));
    const userId = await save(aUser().ofPerson(personId).withTaxId('1111111111'));
    const { user } = await signedUp(anAdolescent());
    expect(user).toEqual({ id: userId, tax_id: '' });
    expect(await usersOf(scene.here.sql, personId)).toHaveLength(1);
  });

  it('who is not active is left alone and another one is created', async () => {
    const personId = await save(registeredAs(anAdolescent().build()));
    const old = await save(aUser().ofPerson(personId).inactive().blocked());
    const { user } = await signedUp(anAdolescent());
    expect(user.id).not.toBe(old);
    expect(user.tax_id).toBe('0000000017');
  });
});
