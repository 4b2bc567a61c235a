import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SignUpContent } from '../../src/domain/person/person-request';
import {
  aPerson,
  authenticationMethodsOf,
  documentsOf,
  eventsOf,
  relationshipsOf,
  usersOf,
} from '../support/builders';
import { type SignUpContentBuilder } from '../support/sign-up-content';
import { rowsOf } from '../support/registrations';
import { registeredBy, type MadeUpApplicant, SignUpFixture } from '../support/sign-up-fixture';

const NOW = new Date('2026-03-10T10:00:00.123Z');

let fixture: SignUpFixture;
let applicant: MadeUpApplicant;

beforeAll(async () => {
  // One call at a time: the register is asked in the order in which persons are taken.
  const oneByOne = { DMS_PASSPORT_PERSONS_SYNCHRONIZATION_BATCH_SIZE: '1', TREMBITA_CONCURRENCY: '1' };
  fixture = await SignUpFixture.start(oneByOne, () => NOW);
});
afterAll(() => fixture.stop());
beforeEach(async () => {
  await fixture.env.clear();
  applicant = await fixture.applicant();
});

const aChild = () => fixture.contentBy(applicant).born('2020-07-01');
const anAdolescent = () => aChild().born('2009-07-01').withTaxId('3999400006').withOnlyDocument('PASSPORT');

const signedUp = async (content: SignUpContentBuilder | SignUpContent = aChild()) =>
  registeredBy(await fixture.signUp(fixture.sign(content, applicant)));

describe('The answers', () => {
  it('step 1 returns what was signed without the secret, and the names of the confidant', async () => {
    const content = aChild().alias('Мама').with('person.email', 'voloshka@example.org').build();
    const { status, body } = await fixture.validate(fixture.sign(content, applicant));
    const { secret: _, confidant_person: confidant, ...shown } = content.person;
    const names = { first_name: 'Зоряна', last_name: 'Верболоз', second_name: 'Любомирівна' };
    expect(status).toBe(200);
    expect(body.meta).toMatchObject({ code: 200, type: 'object' });
    expect(body.data).toEqual({
      person: { ...shown, confidant_person: { ...confidant, ...names } },
      token: expect.any(String) as string,
    });
  });

  it('step 2 adds the id, the user and the token', async () => {
    const content = anAdolescent().build();
    const { secret: _, confidant_person: confidant, ...shown } = content.person;
    const names = { first_name: 'Зоряна', last_name: 'Верболоз', second_name: 'Любомирівна' };
    const { person, user, access_token: token, ...more } = await signedUp(content);
    expect(more).toEqual({ access: 'granted' });
    const [row] = await fixture.env.sql.query({
      text: `SELECT id FROM mpi.persons WHERE tax_id = '3999400006'`,
    });
    expect(person).toEqual({ ...shown, id: row?.['id'], confidant_person: { ...confidant, ...names } });
    expect(await usersOf(fixture.env.sql, person.id)).toMatchObject([user]);
    expect(user.tax_id).toBe('3999400006');
    expect(token.length).toBeGreaterThanOrEqual(32);
  });

  it('a confidant without a second name has none in the answer', async () => {
    const other = await fixture.applicant((person) => person.named('Верболоз', 'Зоряна'));
    const { body } = await fixture.validate(fixture.sign(fixture.contentBy(other), other));
    expect(body.data?.['person']).toMatchObject({ confidant_person: { second_name: null } });
  });
});

describe('The person', () => {
  it('is written with everything that was signed, and CHANGES_NEEDED', async () => {
    const content = anAdolescent().withUnzr('20090701-00017').build();
    const { person } = await signedUp(content);
    expect(await rowsOf(fixture.env, 'persons', person.id)).toMatchObject([
      {
        first_name: 'Волошка',
        last_name: 'Чорнобривець',
        second_name: 'Барвінківна',
        birth_date: '2009-07-01',
        tax_id: '3999400006',
        unzr: '20090701-00017',
        secret: 'сім-слів-про-літо',
        emergency_contact: content.person.emergency_contact,
        patient_signed: true,
        process_disclosure_data_consent: true,
        status: 'active',
        is_active: true,
        verification_status: 'CHANGES_NEEDED',
        inserted_by: applicant.userId,
        updated_by: applicant.userId,
      },
    ]);
    const { phones, addresses, documents } = content.person;
    expect(await rowsOf(fixture.env, 'person_phones', person.id)).toMatchObject(phones ?? []);
    expect(await rowsOf(fixture.env, 'person_addresses', person.id)).toMatchObject(addresses);
    expect(await documentsOf(fixture.env.sql, person.id)).toMatchObject(documents);
  });

  it('is reported by exactly one event, and the relationship by one', async () => {
    const { person } = await signedUp();
    const reported = { verification_status: { new_value: 'CHANGES_NEEDED' } };
    const by = { changed_by: applicant.userId };
    expect(await eventsOf(fixture.env.sql, person.id)).toMatchObject([{ ...by, properties: reported }]);
    const [relationship] = await relationshipsOf(fixture.env.sql, person.id);
    expect(await eventsOf(fixture.env.sql, relationship?.id ?? '')).toHaveLength(1);
    expect(await fixture.env.sql.query({ text: 'SELECT id FROM mpi.status_change_events' })).toHaveLength(2);
  });

  it('who has a passport is taken first by the next run of the DMS job', async () => {
    const { env } = fixture;
    const waiting = () => aPerson().withPassport(env.passport());
    await waiting().stream('dms_passport', 'VERIFIED', 'AUTO_VALID').save(env.sql);
    await waiting().stream('dms_passport', 'VERIFICATION_NEEDED', 'INITIAL').save(env.sql);
    const asked = { syncedAt: '2020-01-01' };
    await waiting().stream('dms_passport', 'VERIFICATION_NEEDED', 'ONLINE_TRIGGERED', asked).save(env.sql);
    const passport = env.passport();
    const { person } = await signedUp(anAdolescent().withOnlyDocument('PASSPORT', passport));
    expect((await env.run()).counts).toMatchObject({ taken: 4 });
    expect(env.register.requests()[0]?.key).toBe(passport);
    expect(await rowsOf(env, 'person_verifications', person.id)).toMatchObject([
      { dms_passport_verification_status: 'VERIFIED', dms_passport_verification_reason: 'AUTO_VALID' },
    ]);
  });
});

describe('What goes with the person', () => {
  it('the relationship, its documents and its method', async () => {
    const document = {
      type: 'CONFIDANT_CERTIFICATE',
      number: '17/2024',
      issued_by: 'Калинопільська рада',
      issued_at: '2024-02-03',
    } as const;
    const content = aChild().confidant(applicant.personId, 'SECONDARY', [document]).alias('Тітка');
    const { person } = await signedUp(content);
    expect(await relationshipsOf(fixture.env.sql, person.id)).toMatchObject([
      {
        confidant_person_id: applicant.personId,
        relation_type: 'SECONDARY',
        is_active: true,
        active_to: '2038-07-01',
        verification_status: 'VERIFICATION_NEEDED',
        verification_reason: 'ONLINE_TRIGGERED_BY_PIS_REGISTRATION_VIA_CONFIDANT',
        inserted_by: applicant.userId,
        documents: [document],
      },
    ]);
    expect(await authenticationMethodsOf(fixture.env.sql, person.id)).toMatchObject([
      {
        type: 'THIRD_PERSON',
        value: applicant.personId,
        phone_number: null,
        alias: 'Тітка',
        started_at: NOW,
        ended_at: new Date('2034-06-30T20:59:59Z'),
        is_active: true,
      },
    ]);
  });

  it('without an alias there is none; a certificate of birth can be looked for online', async () => {
    const { person } = await signedUp();
    expect(await authenticationMethodsOf(fixture.env.sql, person.id)).toMatchObject([{ alias: null }]);
    expect(await relationshipsOf(fixture.env.sql, person.id)).toMatchObject([
      { verification_reason: 'ONLINE_TRIGGERED' },
    ]);
  });
});
