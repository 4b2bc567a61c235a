import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  aCaller,
  aRelationship,
  aUser,
  auditOf,
  authenticationMethodsOf,
  relationshipsOf,
  signUpsOf,
  tokensOf,
  usersOf,
} from '../support/builders';
import type { Program } from '../support/program';
import { ACT, RELATIONSHIPS } from '../support/relationship-fixture';
import { registeredAs, type SignUpContentBuilder } from '../support/sign-up-content';
import {
  type Answer,
  type MadeUpApplicant,
  registeredBy,
  rowCountsOf,
  SESSION_SECRET,
  type SignUpBody,
  SignUpFixture,
} from '../support/sign-up-fixture';

let fixture: SignUpFixture;
let stranger: MadeUpApplicant;

beforeAll(async () => {
  fixture = await SignUpFixture.start({ PIS_SESSION_SECRET: SESSION_SECRET });
});
afterAll(() => fixture.stop());
beforeEach(async () => {
  await fixture.env.clear();
  stranger = await fixture.applicant();
});

const sign = (content: SignUpContentBuilder, by = stranger): SignUpBody => fixture.sign(content, by);
const aChild = (by = stranger) => fixture.contentBy(by);
/** Facts that many people know about an adult, signed by the applicant. */
const anAdult = (by = stranger) =>
  fixture
    .contentBy(by)
    .named('Чорнобривець', 'Мальва', 'Тихомирівна')
    .aged(30)
    .withTaxId('3100000017')
    .withOnlyDocument('PASSPORT');

interface Adult extends MadeUpApplicant {
  readonly content: SignUpContentBuilder;
}

/** A registered adult who can sign, and whom the stranger's content describes. */
async function registeredAdult(): Promise<Adult> {
  const content = anAdult();
  const person = registeredAs(content.build()).withAuthenticationMethod('OTP', {
    phoneNumber: '+380501234567',
  });
  const personId = await person.save(fixture.env.sql);
  const drfo = '3100000017';
  const userId = await aUser().ofPerson(personId).withTaxId(drfo).save(fixture.env.sql);
  return { personId, userId, drfo, content };
}

/** The answer to a sign-up that waits for an approval. */
function expectWaiting({ status, body }: Answer, personId: string): void {
  expect(body.error).toBeUndefined();
  expect(status).toBe(201);
  expect(body.data).toMatchObject({
    person: { id: personId },
    user: null,
    access_token: null,
    access: 'after_approval',
  });
}

async function official(): Promise<string> {
  const scope = 'confidant_person_relationship_admin:read confidant_person_relationship_admin:write';
  return aCaller().withScope(scope).save(fixture.env.sql);
}

/** R1 and R4. */
async function approve(personId: string, token: string): Promise<void> {
  const [relationship] = await relationshipsOf(fixture.env.sql, personId);
  for (const move of [
    { verification_status: 'IN_REVIEW' },
    { verification_status: 'VERIFIED', verification_comment: 'звірено', dracs_birth_act_id: ACT },
  ]) {
    const { publicUrl = '' } = fixture.env.program.addresses;
    const { status } = await fetch(`${publicUrl}${RELATIONSHIPS}/${relationship?.id ?? ''}`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(move),
    });
    expect(status).toBe(200);
  }
}

describe('A stranger who signs up a registered adult', () => {
  it('gets neither token nor user nor method, and the adult can register their own child afterwards', async () => {
    const adult = await registeredAdult();
    const methods = await authenticationMethodsOf(fixture.env.sql, adult.personId);
    expectWaiting(await fixture.signUp(sign(adult.content.alias('Мама'))), adult.personId);
    expect(await tokensOf(fixture.env.sql, adult.userId)).toEqual([]);
    expect(await authenticationMethodsOf(fixture.env.sql, adult.personId)).toEqual(methods);
    expect(await usersOf(fixture.env.sql, adult.personId)).toMatchObject([{ id: adult.userId }]);
    expect(await relationshipsOf(fixture.env.sql, adult.personId)).toMatchObject([
      { confidant_person_id: stranger.personId, is_active: true, verification_status: 'VERIFICATION_NEEDED' },
    ]);
    expect(await signUpsOf(fixture.env.sql, adult.personId)).toMatchObject([
      { user_id: null, created_person: false },
    ]);
    const own = await fixture.signUp(sign(aChild(adult), adult));
    expect(registeredBy(own)).toMatchObject({ access: 'granted' });
  });

  it('makes no user for an adult who has none', async () => {
    const content = anAdult();
    const personId = await registeredAs(content.build()).save(fixture.env.sql);
    expectWaiting(await fixture.signUp(sign(content)), personId);
    expect(await usersOf(fixture.env.sql, personId)).toEqual([]);
  });

  it('gets the same answer again, and it writes nothing, for the same content and for another one', async () => {
    const adult = await registeredAdult();
    const signed = sign(adult.content);
    expectWaiting(await fixture.signUp(signed), adult.personId);
    const before = await rowCountsOf(fixture);
    expectWaiting(await fixture.signUp(signed), adult.personId);
    expect(await rowCountsOf(fixture)).toEqual(before);
    expectWaiting(await fixture.signUp(sign(adult.content.alias('Тітка'))), adult.personId);
    expect(await rowCountsOf(fixture)).toEqual({ ...before, sign_ups: '2' });
  });

  it('is refused as published when the user is blocked', async () => {
    const content = anAdult();
    const personId = await registeredAs(content.build()).save(fixture.env.sql);
    await aUser().ofPerson(personId).blocked().save(fixture.env.sql);
    const { status, body } = await fixture.signUp(sign(content));
    expect([status, body.error?.message]).toEqual([401, 'User is blocked.']);
  });
});

describe('An official who approves the relationship to a registered adult', () => {
  it('gives the method, and the applicant who signs again gets what is published', async () => {
    const content = anAdult();
    const personId = await registeredAs(content.build()).save(fixture.env.sql);
    const first = sign(content.alias('Опікунка'));
    expectWaiting(await fixture.signUp(first), personId);
    const token = await official();
    await approve(personId, token);
    const methods = await authenticationMethodsOf(fixture.env.sql, personId);
    expect(methods).toMatchObject([
      {
        type: 'THIRD_PERSON',
        value: stranger.personId,
        alias: 'Опікунка',
        ended_at: null,
        is_active: true,
      },
    ]);
    expect(await auditOf(fixture.env.sql, methods[0]?.id ?? '')).toMatchObject([
      { resource: 'person_authentication_methods', changeset: { alias: { new_value: '*' } } },
    ]);
    const before = await rowCountsOf(fixture);
    // By the same content and by another one.
    for (const signed of [first, sign(content)]) {
      const { person, user, ...access } = registeredBy(await fixture.signUp(signed));
      expect(person.id).toBe(personId);
      expect(access).toMatchObject({ access: 'granted', access_token: expect.any(String) });
      expect(await usersOf(fixture.env.sql, personId)).toMatchObject([{ id: user.id, tax_id: '3100000017' }]);
    }
    const { relationships, methods: count, objects } = await rowCountsOf(fixture);
    expect({ relationships, count, objects }).toEqual({
      relationships: before['relationships'],
      count: before['methods'],
      objects: before['objects'],
    });
  });

  it('only extends a method that is there, and gives it once', async () => {
    const content = anAdult();
    const method = { value: stranger.personId, alias: 'Бабуся', endedAt: '2099-01-01T00:00:00Z' };
    const person = registeredAs(content.build()).withAuthenticationMethod('THIRD_PERSON', method);
    const personId = await person.save(fixture.env.sql);
    await fixture.signUp(sign(content.alias('Опікунка')));
    expect(await authenticationMethodsOf(fixture.env.sql, personId)).toMatchObject([
      { ended_at: new Date(method.endedAt) },
    ]);
    const token = await official();
    await approve(personId, token);
    const given = await authenticationMethodsOf(fixture.env.sql, personId);
    expect(given).toMatchObject([{ alias: 'Бабуся', ended_at: null }]);
    await fixture.env.sql.run(
      `UPDATE mpi.person_authentication_methods SET is_active = false WHERE person_id = '${personId}'`,
      `UPDATE mpi.confidant_person_relationships SET verification_status = 'VERIFICATION_NEEDED'`,
    );
    // Withdrawn since: a second approval does not give it back.
    await approve(personId, token);
    expect(await authenticationMethodsOf(fixture.env.sql, personId)).toMatchObject([{ is_active: false }]);
  });

  it('does not give the method for a relationship that is over', async () => {
    const content = anAdult();
    const personId = await registeredAs(content.build()).save(fixture.env.sql);
    await fixture.signUp(sign(content));
    await fixture.env.sql.run(`UPDATE mpi.confidant_person_relationships SET active_to = '2020-01-01'`);
    await approve(personId, await official());
    expect(await authenticationMethodsOf(fixture.env.sql, personId)).toEqual([]);
  });
});

describe('An adult whom the registration itself creates', () => {
  it('is not guarded, nor when the same content is sent again; another content is', async () => {
    const signed = sign(anAdult());
    const first = registeredBy(await fixture.signUp(signed));
    const again = registeredBy(await fixture.signUp(signed));
    expect([first, again]).toMatchObject([{ access: 'granted' }, { access: 'granted' }]);
    expect([again.person.id, again.user.id]).toEqual([first.person.id, first.user.id]);
    expect(await tokensOf(fixture.env.sql, first.user.id)).toHaveLength(2);
    expectWaiting(await fixture.signUp(sign(anAdult())), first.person.id);
    const other = await fixture.applicant();
    expectWaiting(await fixture.signUp(sign(anAdult(other), other)), first.person.id);
    expect(await tokensOf(fixture.env.sql, first.user.id)).toHaveLength(2);
  });

  it('has a confidant from the beginning and cannot become one', async () => {
    const { person } = registeredBy(await fixture.signUp(sign(anAdult())));
    const drfo = fixture.nextDrfo();
    await fixture.env.sql.run(
      `UPDATE mithril.users SET tax_id = '${drfo}' WHERE person_id = '${person.id}'`,
      `INSERT INTO mpi.person_authentication_methods (person_id, type) VALUES ('${person.id}', 'OTP')`,
    );
    const adult = { personId: person.id, userId: '', drfo };
    const { status, body } = await fixture.signUp(sign(aChild(adult), adult));
    const message = 'Patient who has confidant person can not be used as confidant for other patients';
    expect([status, body.error?.message]).toEqual([422, message]);
  });
});

describe('SIGN_UP_REGISTERED_PERSONS', () => {
  let published: Program;
  let guardAll: Program;
  beforeAll(async () => {
    published = await fixture.env.startProgram({ SIGN_UP_REGISTERED_PERSONS: 'published' });
    guardAll = await fixture.env.startProgram({ SIGN_UP_REGISTERED_PERSONS: 'guard_all' });
  });
  afterAll(async () => {
    await fixture.env.stopProgram(published);
    await fixture.env.stopProgram(guardAll);
  });

  it('published: an adult is related, gets the method, and the applicant the token', async () => {
    const adult = await registeredAdult();
    const { person, user, ...access } = registeredBy(await fixture.signUp(sign(adult.content), published));
    expect([person.id, user.id]).toEqual([adult.personId, adult.userId]);
    expect(access).toMatchObject({ access: 'granted', access_token: expect.any(String) });
    const methods = await authenticationMethodsOf(fixture.env.sql, adult.personId);
    expect(methods.map(({ type }) => type).sort()).toEqual(['OTP', 'THIRD_PERSON']);
  });

  it.each([
    ['published', 17, 'granted'],
    ['published', 18, 'granted'],
    ['guard_adults', 17, 'granted'],
    ['guard_adults', 18, 'after_approval'],
    ['guard_all', 5, 'after_approval'],
    ['guard_all', 18, 'after_approval'],
  ] as const)('%s: a registered person of %i is answered with %s', async (setting, age, access) => {
    const programs = { published, guard_adults: fixture.env.program, guard_all: guardAll };
    const content = age === 5 ? aChild() : anAdult().aged(age);
    const personId = await registeredAs(content.build()).save(fixture.env.sql);
    const { body } = await fixture.signUp(sign(content), programs[setting]);
    expect(body.data).toMatchObject({ person: { id: personId }, access });
  });

  it('guard_all: a new child is not guarded, and an approved relationship ends the wait of a registered one', async () => {
    const { person } = registeredBy(await fixture.signUp(sign(aChild()), guardAll));
    const other = await fixture.applicant();
    expectWaiting(await fixture.signUp(sign(aChild(other), other), guardAll), person.id);
    const third = await fixture.applicant();
    const approved = aRelationship().of(person.id).through(third.personId).status('VERIFIED', 'AUTO');
    await approved.save(fixture.env.sql);
    const answer = registeredBy(await fixture.signUp(sign(aChild(third), third), guardAll));
    expect(answer).toMatchObject({ person: { id: person.id }, access: 'granted' });
  });

  it('guard_all: the method of a child ends as the published one does', async () => {
    const content = aChild();
    const personId = await registeredAs(content.build()).save(fixture.env.sql);
    expectWaiting(await fixture.signUp(sign(content), guardAll), personId);
    await approve(personId, await official());
    const [birthday] = await fixture.env.sql.query<{ ended: Date }>(
      {
        text: `SELECT ((birth_date + interval '14 years' - interval '1 second') AT TIME ZONE 'Europe/Kyiv') AS ended
                 FROM mpi.persons WHERE id = $1`,
      },
      [personId],
    );
    expect(await authenticationMethodsOf(fixture.env.sql, personId)).toMatchObject([
      { value: stranger.personId, alias: null, ended_at: birthday?.ended },
    ]);
  });
});
