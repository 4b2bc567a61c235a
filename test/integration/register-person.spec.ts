import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditOf, eventsOf, verificationOf } from '../support/builders';
import { aSignUpContent } from '../support/sign-up-content';
import { APPLICANT, registered, REGISTERED_AT, REGISTERED_ON, rowsOf } from '../support/registrations';
import { openRegistry, type Registry } from '../support/database';

let registry: Registry;

beforeAll(async () => {
  registry = await openRegistry();
});
afterAll(() => registry.close());

describe('A person who is registered', () => {
  it('is written as signed, with trimmed names', async () => {
    const content = aSignUpContent(REGISTERED_ON)
      .born('2011-05-06')
      .named(' Чорнобривець  Рута', 'Волошка ', ' Барвінківна')
      .withTaxId('4066800006')
      .withUnzr('20110506-00017')
      .with('person.email', 'voloshka@example.org')
      .with('person.preferred_way_communication', 'phone')
      .with('person.emergency_contact.first_name', 'Мальва\u00a0Рута ')
      .build();
    const personId = await registered(registry, content);
    expect(await rowsOf(registry, 'persons', personId)).toEqual([
      {
        first_name: 'Волошка',
        last_name: 'Чорнобривець Рута',
        second_name: 'Барвінківна',
        birth_date: '2011-05-06',
        birth_country: 'Україна',
        birth_settlement: 'Калинопіль',
        gender: 'FEMALE',
        email: 'voloshka@example.org',
        tax_id: '4066800006',
        no_tax_id: false,
        invalid_tax_id: false,
        unzr: '20110506-00017',
        death_date: null,
        preferred_way_communication: 'phone',
        secret: 'сім-слів-про-літо',
        emergency_contact: {
          first_name: 'Мальва Рута',
          last_name: 'Чорнобривець',
          phones: [{ type: 'MOBILE', number: '+380000000018' }],
        },
        patient_signed: true,
        process_disclosure_data_consent: true,
        status: 'active',
        is_active: true,
        verification_status: 'CHANGES_NEEDED',
        inserted_by: APPLICANT,
        updated_by: APPLICANT,
      },
    ]);
  });

  it('has all documents, addresses and phones, and no authentication method yet', async () => {
    const content = aSignUpContent(REGISTERED_ON)
      .born('2011-05-06')
      .withOnlyDocument('NATIONAL_ID', '000000017', {
        issued_at: '2025-06-01',
        issued_by: '8017',
        expiration_date: '2035-06-01',
      })
      .withDocument('MARRIAGE_CERTIFICATE', 'ЯЩ-000022', { issued_at: '2026-01-02', issued_by: 'Відділ' })
      .withPhones({ type: 'MOBILE', number: '+380000000017' }, { type: 'LAND_LINE', number: '+380000000019' })
      .with('person.addresses.1', FULL_ADDRESS)
      .build();
    const personId = await registered(registry, content);
    expect(await rowsOf(registry, 'person_documents', personId)).toEqual([
      {
        type: 'MARRIAGE_CERTIFICATE',
        number: 'ЯЩ-000022',
        issued_at: '2026-01-02',
        issued_by: 'Відділ',
        expiration_date: null,
      },
      {
        type: 'NATIONAL_ID',
        number: '000000017',
        issued_at: '2025-06-01',
        issued_by: '8017',
        expiration_date: '2035-06-01',
      },
    ]);
    expect(await rowsOf(registry, 'person_phones', personId)).toEqual([
      { type: 'LAND_LINE', number: '+380000000019' },
      { type: 'MOBILE', number: '+380000000017' },
    ]);
    expect(await rowsOf(registry, 'person_addresses', personId)).toEqual([
      FULL_ADDRESS,
      { ...NO_STREET, ...content.person.addresses[0] },
    ]);
    expect(await rowsOf(registry, 'person_authentication_methods', personId)).toEqual([]);
  });

  it('may have left out everything that is optional', async () => {
    const content = aSignUpContent(REGISTERED_ON)
      .without('person.second_name')
      .without('person.phones')
      .without('person.email')
      .without('person.tax_id')
      .without('person.unzr')
      .build();
    const personId = await registered(registry, content);
    expect(await rowsOf(registry, 'persons', personId)).toMatchObject([
      { second_name: null, email: null, tax_id: null, unzr: null, preferred_way_communication: null },
    ]);
    expect(await rowsOf(registry, 'person_phones', personId)).toEqual([]);
  });

  it('may have the longest texts that can be signed, with every sign a text can hold', async () => {
    const longest = 'Ї'.repeat(255);
    const odd = `'";\\ {}[], $1 %s \u{1F33B}`.padEnd(255, 'ґ');
    const content = aSignUpContent(REGISTERED_ON)
      .named(longest, longest, longest)
      .withOnlyDocument('BIRTH_CERTIFICATE_FOREIGN', odd, { issued_by: odd })
      .with('person.birth_settlement', odd)
      .with('person.addresses.0.street', odd)
      .with('person.email', `${'a'.repeat(243)}@example.org`)
      .build();
    const personId = await registered(registry, content);
    expect(await rowsOf(registry, 'persons', personId)).toMatchObject([
      { first_name: longest, last_name: longest, second_name: longest, birth_settlement: odd },
    ]);
    expect(await rowsOf(registry, 'person_documents', personId)).toMatchObject([
      { number: odd, issued_by: odd },
    ]);
    expect(await rowsOf(registry, 'person_addresses', personId)).toMatchObject([{ street: odd }]);
  });

  it('starts all verifications, reported by one event', async () => {
    const personId = await registered(registry, aSignUpContent(REGISTERED_ON).aged(5).build());
    expect(await verificationOf(registry.sql, personId)).toMatchObject({
      nhs_verification_status: 'NOT_VERIFIED',
      nhs_verification_reason: 'DOCUMENTS_TRIGGERED',
      nhs_unverified_at: REGISTERED_AT,
      drfo_verification_status: 'VERIFICATION_NOT_NEEDED',
      dracs_birth_verification_status: 'VERIFICATION_NEEDED',
      dms_passport_verification_status: 'VERIFICATION_NOT_NEEDED',
      cumulative_status: 'CHANGES_NEEDED',
      person_is_active: true,
    });
    expect(await eventsOf(registry.sql, personId)).toMatchObject([
      { properties: { verification_status: { new_value: 'CHANGES_NEEDED' } }, changed_by: APPLICANT },
    ]);
  });

  it('leaves one masked audit row of the person, and one for each stream', async () => {
    const personId = await registered(
      registry,
      aSignUpContent(REGISTERED_ON).born('2011-05-06').withTaxId('4066800006').build(),
    );
    const audit = await auditOf(registry.sql, personId);
    const [self, ...others] = audit.filter(({ resource }) => resource === 'persons');
    expect(others).toEqual([]);
    expect(self).toMatchObject({
      actor_id: APPLICANT,
      row: null,
      changeset: {
        last_name: { old_value: null, new_value: 'Чорнобривець' },
        first_name: { old_value: null, new_value: 'В.' },
        tax_id: { old_value: null, new_value: '********06' },
        secret: { old_value: null, new_value: '***' },
        birth_date: { old_value: null, new_value: '***' },
      },
    });
    expect(audit.filter(({ resource }) => resource === 'person_verifications')).toHaveLength(9);
    expect(JSON.stringify(audit)).not.toMatch(/4066800006|2011-05-06|сім-слів|Волошка|Барвінківна|000017"/);
  });
});

const NO_STREET = {
  region: null,
  street_type: null,
  street: null,
  building: null,
  apartment: null,
  zip: null,
};

const FULL_ADDRESS = {
  type: 'REGISTRATION',
  country: 'UA',
  area: 'ЛУГОВА',
  region: 'МЕДОВИЙ',
  settlement: 'Липове',
  settlement_type: 'TOWNSHIP',
  settlement_id: '0d5a4f86-51c2-4b8e-8d8a-6b7c9e0f1a23',
  street_type: 'STREET',
  street: 'Бджолина',
  building: '17-б',
  apartment: '3',
  zip: '00017',
} as const;
