import type { MigrationInterface, QueryRunner } from 'typeorm';
import { commentOn } from './comment-on';

/** Persons with their phones, addresses, documents and authentication methods. */
export class CreatePersons1700000000100 implements MigrationInterface {
  readonly name = 'CreatePersons1700000000100';

  async up(queryRunner: QueryRunner): Promise<void> {
    await createPersons(queryRunner);
    await createContacts(queryRunner);
    await createDocuments(queryRunner);
    await createAuthenticationMethods(queryRunner);
    await queryRunner.query(`
      GRANT SELECT, INSERT, UPDATE, DELETE ON mpi.persons, mpi.person_phones, mpi.person_addresses,
        mpi.person_documents, mpi.person_authentication_methods TO app`);
    await queryRunner.query(`
      GRANT SELECT ON mpi.persons, mpi.person_phones, mpi.person_addresses,
        mpi.person_documents, mpi.person_authentication_methods TO app_readonly`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DROP TABLE mpi.person_authentication_methods, mpi.person_documents, mpi.person_addresses,
        mpi.person_phones, mpi.persons`);
  }
}

async function createPersons(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE TABLE mpi.persons (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      first_name varchar NOT NULL,
      last_name varchar NOT NULL,
      second_name varchar,
      birth_date date NOT NULL,
      birth_country varchar,
      birth_settlement varchar NOT NULL,
      gender varchar NOT NULL CONSTRAINT persons_gender_check CHECK (gender IN ('MALE', 'FEMALE')),
      email varchar,
      tax_id varchar,
      no_tax_id boolean DEFAULT false,
      invalid_tax_id boolean DEFAULT false,
      unzr varchar,
      death_date date,
      preferred_way_communication varchar CONSTRAINT persons_preferred_way_communication_check
        CHECK (preferred_way_communication IN ('email', 'phone')),
      secret varchar,
      emergency_contact jsonb,
      patient_signed boolean DEFAULT false,
      process_disclosure_data_consent boolean DEFAULT false,
      status varchar CONSTRAINT persons_status_check CHECK (status IN ('active', 'inactive')),
      is_active boolean DEFAULT true,
      verification_status varchar CONSTRAINT persons_verification_status_check
        CHECK (verification_status IN ('VERIFICATION_NEEDED', 'VERIFIED', 'CHANGES_NEEDED', 'NOT_VERIFIED')),
      inserted_by uuid NOT NULL,
      updated_by uuid NOT NULL,
      inserted_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now()
    )`);
  await commentOn(queryRunner, 'mpi.persons', {
    table:
      'A patient in the master patient index. Written by the module persons; verification_status by verifications.',
    columns: {
      first_name: 'Given name, trimmed, inner spaces collapsed.',
      last_name: 'Family name, trimmed, inner spaces collapsed.',
      second_name: 'Patronymic, trimmed, inner spaces collapsed.',
      birth_date: 'Day of birth.',
      birth_country: 'Country of birth.',
      birth_settlement: 'Settlement of birth.',
      gender: 'MALE or FEMALE.',
      email: 'Address for letters by e-mail.',
      tax_id: 'Tax number (РНОКПП), ten digits.',
      no_tax_id: 'The person refused the tax number.',
      invalid_tax_id: 'The tax number was found to be wrong.',
      unzr: 'Number of the record in the Unified State Demographic Register.',
      death_date: 'Day of death.',
      preferred_way_communication: 'email or phone.',
      secret: 'Word of the person for the contact centre.',
      emergency_contact: 'Whom to call in an emergency: names and phones.',
      patient_signed: 'The patient, or the person who acts for them, signed the request.',
      process_disclosure_data_consent: 'Consent to the processing and disclosure of data.',
      status: 'active or inactive.',
      is_active: 'False when the record was deactivated.',
      verification_status: 'Cumulative status: the sum of all verification streams.',
      inserted_by: 'User who wrote the row.',
      updated_by: 'User who last changed the row.',
    },
  });
}

async function createContacts(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE TABLE mpi.person_phones (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      person_id uuid NOT NULL REFERENCES mpi.persons,
      type varchar NOT NULL CONSTRAINT person_phones_type_check CHECK (type IN ('MOBILE', 'LAND_LINE')),
      number varchar NOT NULL,
      inserted_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now()
    )`);
  await queryRunner.query(`CREATE INDEX person_phones_person_id_index ON mpi.person_phones (person_id)`);
  await commentOn(queryRunner, 'mpi.person_phones', {
    table: 'Phones of a person.',
    columns: { person_id: 'The person.', type: 'MOBILE or LAND_LINE.', number: 'Number as +380…' },
  });
  await queryRunner.query(`
    CREATE TABLE mpi.person_addresses (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      person_id uuid NOT NULL REFERENCES mpi.persons,
      type varchar NOT NULL CONSTRAINT person_addresses_type_check CHECK (type IN ('RESIDENCE', 'REGISTRATION')),
      country varchar,
      area varchar,
      region varchar,
      settlement varchar,
      settlement_type varchar CONSTRAINT person_addresses_settlement_type_check
        CHECK (settlement_type IN ('CITY', 'TOWNSHIP', 'VILLAGE', 'SETTLEMENT')),
      settlement_id uuid,
      street_type varchar,
      street varchar,
      building varchar,
      apartment varchar,
      zip varchar,
      inserted_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now()
    )`);
  await queryRunner.query(
    `CREATE INDEX person_addresses_person_id_index ON mpi.person_addresses (person_id)`,
  );
  await commentOn(queryRunner, 'mpi.person_addresses', {
    table: 'Addresses of a person.',
    columns: {
      person_id: 'The person.',
      type: 'RESIDENCE or REGISTRATION.',
      country: 'Country.',
      area: 'Oblast.',
      region: 'District.',
      settlement: 'Settlement by name.',
      settlement_type: 'CITY, TOWNSHIP, VILLAGE or SETTLEMENT.',
      settlement_id: 'Settlement in the address register.',
      street_type: 'Kind of street.',
      street: 'Street.',
      building: 'House number.',
      apartment: 'Flat.',
      zip: 'Postal code.',
    },
  });
}

async function createDocuments(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE TABLE mpi.person_documents (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      person_id uuid NOT NULL REFERENCES mpi.persons,
      type varchar NOT NULL CONSTRAINT person_documents_type_check CHECK (type IN (
        'PASSPORT', 'NATIONAL_ID', 'BIRTH_CERTIFICATE', 'BIRTH_CERTIFICATE_FOREIGN', 'TEMPORARY_CERTIFICATE',
        'TEMPORARY_PASSPORT', 'PERMANENT_RESIDENCE_PERMIT', 'REFUGEE_CERTIFICATE',
        'COMPLEMENTARY_PROTECTION_CERTIFICATE', 'DIVORCE_CERTIFICATE', 'MARRIAGE_CERTIFICATE',
        'STATE_REGISTER_EXTRACT', 'COURT_DECISION_LEGAL_CAPACITY', 'COURT_DECISION_DIVORCE',
        'GUARDIANSHIP_DECISION_LEGAL_CAPACITY', 'LEGAL_CAPACITY_DOCUMENT')),
      number varchar NOT NULL,
      issued_by varchar,
      issued_at date,
      expiration_date date,
      inserted_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now()
    )`);
  await queryRunner.query(
    `CREATE INDEX person_documents_person_id_index ON mpi.person_documents (person_id)`,
  );
  await queryRunner.query(
    `CREATE INDEX person_documents_type_number_index ON mpi.person_documents (type, lower(number))`,
  );
  await queryRunner.query(`
    CREATE INDEX person_documents_digits_index ON mpi.person_documents (regexp_replace(number, '[^0-9]', '', 'g'))`);
  await commentOn(queryRunner, 'mpi.person_documents', {
    table: 'Documents of a person.',
    columns: {
      person_id: 'The person.',
      type: 'Kind of document, from the closed list of document types.',
      number: 'Series and number as on the document.',
      issued_by: 'Authority that issued it.',
      issued_at: 'Day of issue.',
      expiration_date: 'Last day of validity; empty when it does not expire.',
    },
  });
}

async function createAuthenticationMethods(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE TABLE mpi.person_authentication_methods (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      person_id uuid NOT NULL REFERENCES mpi.persons,
      type varchar NOT NULL CONSTRAINT person_authentication_methods_type_check
        CHECK (type IN ('OTP', 'OFFLINE', 'THIRD_PERSON', 'NA')),
      phone_number varchar,
      value uuid,
      alias varchar,
      started_at timestamptz,
      ended_at timestamptz,
      is_active boolean DEFAULT true,
      inserted_by uuid,
      updated_by uuid,
      inserted_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now()
    )`);
  await queryRunner.query(`
    CREATE INDEX person_authentication_methods_person_id_index ON mpi.person_authentication_methods (person_id)`);
  await commentOn(queryRunner, 'mpi.person_authentication_methods', {
    table: 'How a person proves to be present: own phone, paper, or a third person.',
    columns: {
      person_id: 'The person.',
      type: 'OTP, OFFLINE, THIRD_PERSON or NA.',
      phone_number: 'Phone for the one-time password.',
      value: 'The third person, for THIRD_PERSON.',
      alias: 'What the applicant calls the method.',
      started_at: 'From when it holds.',
      ended_at: 'Until when it holds; empty while it has no end.',
      is_active: 'False when it was withdrawn.',
      inserted_by: 'User who wrote the row.',
      updated_by: 'User who last changed the row.',
    },
  });
}
