const CONFIDANT_ID = '5a5b1c9e-0000-4000-8000-000000000003';

/** The names of a made-up confidant, as an answer adds them. */
export const CONFIDANT = { first_name: 'Злата', last_name: 'Перепелиця', second_name: 'Тихомирівна' };

/** A made-up child as he is signed up. */
export const CHILD = {
  first_name: 'Любисток',
  last_name: 'Перепелиця',
  second_name: 'Вересневич',
  birth_date: '2021-05-04',
  birth_country: 'Україна',
  birth_settlement: 'Вербоград',
  gender: 'MALE',
  no_tax_id: false,
  secret: 'любить кашу',
  documents: [
    {
      type: 'BIRTH_CERTIFICATE',
      number: 'І-ЯЩ№000031',
      issued_at: '2021-05-11',
      issued_by: 'Вербоградський відділ реєстрації',
    },
  ],
  addresses: [
    {
      type: 'RESIDENCE',
      country: 'UA',
      area: 'ЛУГОВА',
      settlement: 'Вербоград',
      settlement_type: 'CITY',
      settlement_id: '6f0c4a52-8a4e-4b36-9f6e-0c2f7d1e5b90',
    },
  ],
  phones: [{ type: 'MOBILE', number: '+380000000031' }],
  emergency_contact: {
    first_name: 'Зоряна',
    last_name: 'Перепелиця',
    phones: [{ type: 'MOBILE', number: '+380000000032' }],
  },
  authentication_methods: [{ type: 'THIRD_PERSON', value: CONFIDANT_ID, alias: 'мама' }],
  confidant_person: {
    person_id: CONFIDANT_ID,
    relation_type: 'PRIMARY',
    documents_relationship: [
      {
        type: 'BIRTH_CERTIFICATE',
        number: 'І-ЯЩ№000031',
        issued_at: '2021-05-11',
        issued_by: 'Вербоградський відділ реєстрації',
      },
    ],
  },
};

/** What the confidant signs. */
export const SIGNED_CONTENT_EXAMPLE = {
  person: CHILD,
  patient_signed: true,
  process_disclosure_data_consent: true,
};

/** As it is sent: the first bytes of a container, which is longer. */
export const SIGNED_EXAMPLE = { signed_content: 'MIIGvgYJKoZIhvcNAQcC', signed_content_encoding: 'base64' };
