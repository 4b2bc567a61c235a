import { describe, expect, it } from 'vitest';
import type { SignUpContent } from '../domain/person/person-request';
import { maskedChangesOf, personRowOf } from './person.repository';

const CONTENT: SignUpContent = {
  person: {
    first_name: ' Волошка ',
    last_name: 'Чорнобривець  Рута',
    second_name: 'Барвінківна',
    birth_date: '2019-12-24',
    birth_country: 'Україна',
    birth_settlement: 'Калинопіль',
    gender: 'FEMALE',
    email: 'voloshka@example.org',
    tax_id: '4382300005',
    no_tax_id: false,
    unzr: '20191224-00017',
    secret: 'сім-слів-про-літо',
    preferred_way_communication: 'email',
    documents: [
      { type: 'BIRTH_CERTIFICATE', number: 'І-ЯЩ№000017', issued_at: '2019-12-25', issued_by: 'Відділ' },
    ],
    addresses: [
      {
        type: 'RESIDENCE',
        country: 'UA',
        area: 'ЛУГОВА',
        settlement: 'Калинопіль',
        settlement_type: 'VILLAGE',
        settlement_id: '0d5a4f86-51c2-4b8e-8d8a-6b7c9e0f1a22',
        street: 'Медова',
      },
    ],
    phones: [{ type: 'MOBILE', number: '+380670000017' }],
    emergency_contact: {
      first_name: 'Мальва\tРута',
      last_name: ' Чорнобривець',
      phones: [{ type: 'MOBILE', number: '+380670000018' }],
    },
    confidant_person: {
      person_id: '5b1f0c9e-7a44-4f0e-9d1b-2f60c3a8e711',
      relation_type: 'PRIMARY',
      documents_relationship: [],
    },
  },
  patient_signed: true,
  process_disclosure_data_consent: true,
};

describe('The row of a new person', () => {
  it('has names without superfluous white space, those of the emergency contact as well', () => {
    expect(personRowOf(CONTENT)).toMatchObject({
      firstName: 'Волошка',
      lastName: 'Чорнобривець Рута',
      secondName: 'Барвінківна',
      emergencyContact: {
        first_name: 'Мальва Рута',
        last_name: 'Чорнобривець',
        phones: [{ type: 'MOBILE', number: '+380670000018' }],
      },
    });
  });

  it('says null for what was not given', () => {
    const { second_name, email, tax_id, unzr, preferred_way_communication, ...given } = CONTENT.person;
    expect(personRowOf({ ...CONTENT, person: given })).toMatchObject({
      secondName: null,
      email: null,
      taxId: null,
      unzr: null,
      preferredWayCommunication: null,
    });
    expect([second_name, email, tax_id, unzr, preferred_way_communication]).not.toContain(undefined);
  });
});

describe('The audit row of a new person', () => {
  const reported = maskedChangesOf(CONTENT);
  const newValue = (value: unknown): unknown => ({ old_value: null, new_value: value });

  it('shows of names, numbers and phones what may be seen of them', () => {
    expect(reported).toMatchObject({
      last_name: newValue('Чорнобривець Рута'),
      first_name: newValue('В.'),
      second_name: newValue('Б.'),
      tax_id: newValue('********05'),
      unzr: newValue('************17'),
      documents: newValue([{ type: 'BIRTH_CERTIFICATE', number: '*********17' }]),
      phones: newValue([{ type: 'MOBILE', number: '+38067*****17' }]),
      addresses: newValue([{ type: 'RESIDENCE' }]),
      patient_signed: newValue(true),
    });
  });

  it.each([
    'birth_date',
    'birth_country',
    'birth_settlement',
    'gender',
    'email',
    'secret',
    'emergency_contact',
  ])('names %s and hides all of it', (column) => {
    expect(reported[column]).toEqual(newValue('***'));
  });

  it('repeats nothing else of what was signed', () => {
    const text = JSON.stringify(reported);
    const { person } = CONTENT;
    const private_ = [
      person.birth_date,
      person.email,
      person.secret,
      person.tax_id,
      person.birth_settlement,
      'Барвінківна',
      'Мальва',
      'Медова',
      '000017',
      '0000018',
    ];
    expect(private_.filter((word) => word !== undefined && text.includes(word))).toEqual([]);
  });

  it('leaves out what was not given', () => {
    const { tax_id: _taxId, phones: _phones, ...given } = CONTENT.person;
    const lessChanges = maskedChangesOf({ ...CONTENT, person: given });
    expect(lessChanges).not.toHaveProperty('tax_id');
    expect(lessChanges['phones']).toEqual(newValue([]));
  });
});
