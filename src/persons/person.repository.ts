import { Injectable } from '@nestjs/common';
import { AuditLog } from '../database/mpi/audit-log.entity';
import { PersonAddress } from '../database/mpi/person-address.entity';
import { PersonDocument } from '../database/mpi/person-document.entity';
import { PersonPhone } from '../database/mpi/person-phone.entity';
import { Person } from '../database/mpi/person.entity';
import { insertRows, type Sql, type Statement } from '../database/transactions';
import type { IsoDay } from '../domain/calendar-day';
import type { DocumentType } from '../domain/person/dictionaries';
import { initial, maskedNumber, maskedPhone } from '../domain/person/masking';
import type { EmergencyContact, PersonRequest, SignUpContent } from '../domain/person/person-request';
import { savedName } from '../domain/person/registration.rules';

/** A registered person, with the columns that other classes use. */
export interface RegisteredPerson {
  readonly id: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly secondName: string | null;
  readonly birthDate: IsoDay;
  readonly taxId: string | null;
}

/** A person to insert, and the user who signed. */
export interface NewPerson {
  readonly id: string;
  readonly content: SignUpContent;
  readonly actorId: string;
}

const ACTIVE_PERSON: Statement = {
  name: 'active_person',
  text: `
    SELECT id, first_name AS "firstName", last_name AS "lastName", second_name AS "secondName",
           birth_date::text AS "birthDate", tax_id AS "taxId"
      FROM mpi.persons WHERE id = $1::uuid AND status = 'active' AND is_active`,
};

const HAS_PROVED_LEGAL_CAPACITY: Statement = {
  name: 'has_proved_legal_capacity',
  text: `
    SELECT EXISTS (
      SELECT FROM mpi.person_documents AS d JOIN mpi.person_verifications AS v ON v.person_id = d.person_id
       WHERE d.person_id = $1::uuid AND d.type = ANY ($2::varchar[])
         AND v.legal_capacity_verification_status IN ('VERIFIED', 'VERIFICATION_NOT_NEEDED')) AS proved`,
};

/** Writes `persons` and its dependent tables, except the cumulative status and the authentication methods. */
@Injectable()
export class PersonRepository {
  /** Undefined for an unknown or an inactive person. */
  async findActive(sql: Sql, id: string): Promise<RegisteredPerson | undefined> {
    const [person] = await sql.query<RegisteredPerson & Record<string, unknown>>(ACTIVE_PERSON, [id]);
    return person;
  }

  /** Whether the person has a document of these types, and its check neither failed nor is still to be made. */
  async hasProvedLegalCapacity(sql: Sql, personId: string, types: readonly DocumentType[]): Promise<boolean> {
    const [row] = await sql.query<{ proved: boolean }>(HAS_PROVED_LEGAL_CAPACITY, [personId, types]);
    return row?.proved ?? false;
  }

  /** Inserts all rows of a new person, and their audit row. */
  async insert(sql: Sql, { id, content, actorId }: NewPerson): Promise<void> {
    const { phones = [], addresses, documents } = content.person;
    const author = { insertedBy: actorId, updatedBy: actorId };
    await insertRows(sql, Person, [
      { id, status: 'active', isActive: true, ...author, ...personRowOf(content) },
    ]);
    await insertRows(
      sql,
      PersonPhone,
      phones.map(({ type, number }) => ({ personId: id, type, number })),
    );
    await insertRows(
      sql,
      PersonAddress,
      addresses.map((address) => addressRowOf(id, address)),
    );
    await insertRows(
      sql,
      PersonDocument,
      documents.map((document) => documentRowOf(id, document)),
    );
    const changeset = maskedChangesOf(content);
    await insertRows(sql, AuditLog, [{ actorId, resource: 'persons', resourceId: id, changeset }]);
  }
}

/** How much of a column the audit log shows: all of it, the first letter, the last two symbols, or nothing. */
type Mask = 'shown' | 'initial' | 'number' | 'hidden';

/** The columns of `persons` that a sign-up fills, by property. A new column needs a decision about its mask here. */
const MASKS = {
  firstName: ['first_name', 'initial'],
  lastName: ['last_name', 'shown'],
  secondName: ['second_name', 'initial'],
  birthDate: ['birth_date', 'hidden'],
  birthCountry: ['birth_country', 'hidden'],
  birthSettlement: ['birth_settlement', 'hidden'],
  gender: ['gender', 'hidden'],
  email: ['email', 'hidden'],
  taxId: ['tax_id', 'number'],
  noTaxId: ['no_tax_id', 'shown'],
  unzr: ['unzr', 'number'],
  preferredWayCommunication: ['preferred_way_communication', 'shown'],
  secret: ['secret', 'hidden'],
  emergencyContact: ['emergency_contact', 'hidden'],
  patientSigned: ['patient_signed', 'shown'],
  processDisclosureDataConsent: ['process_disclosure_data_consent', 'shown'],
} as const satisfies Partial<Record<keyof Person, readonly [column: string, mask: Mask]>>;

type PersonRow = Readonly<Pick<Person, keyof typeof MASKS>>;

const PROPERTIES = Object.keys(MASKS) as readonly (keyof PersonRow)[];

/** The row of the person in the signed content. */
export function personRowOf({ person, ...consents }: SignUpContent): PersonRow {
  return {
    firstName: savedName(person.first_name),
    lastName: savedName(person.last_name),
    secondName: person.second_name === undefined ? null : savedName(person.second_name),
    birthDate: person.birth_date,
    birthCountry: person.birth_country,
    birthSettlement: person.birth_settlement,
    gender: person.gender,
    email: person.email ?? null,
    taxId: person.tax_id ?? null,
    noTaxId: person.no_tax_id,
    unzr: person.unzr ?? null,
    preferredWayCommunication: person.preferred_way_communication ?? null,
    secret: person.secret,
    emergencyContact: savedContact(person.emergency_contact),
    patientSigned: consents.patient_signed,
    processDisclosureDataConsent: consents.process_disclosure_data_consent,
  };
}

function savedContact(contact: EmergencyContact): EmergencyContact {
  const { first_name, last_name, second_name } = contact;
  return {
    ...contact,
    first_name: savedName(first_name),
    last_name: savedName(last_name),
    ...(second_name === undefined ? {} : { second_name: savedName(second_name) }),
  };
}

function addressRowOf(personId: string, address: PersonRequest['addresses'][number]): Partial<PersonAddress> {
  return {
    personId,
    type: address.type,
    country: address.country,
    area: address.area,
    region: address.region ?? null,
    settlement: address.settlement,
    settlementType: address.settlement_type,
    settlementId: address.settlement_id,
    streetType: address.street_type ?? null,
    street: address.street ?? null,
    building: address.building ?? null,
    apartment: address.apartment ?? null,
    zip: address.zip ?? null,
  };
}

function documentRowOf(
  personId: string,
  document: PersonRequest['documents'][number],
): Partial<PersonDocument> {
  return {
    personId,
    type: document.type,
    number: document.number,
    issuedBy: document.issued_by,
    issuedAt: document.issued_at,
    expirationDate: document.expiration_date ?? null,
  };
}

/** What the audit log says about a new person: which columns were filled, and their masked values. */
export function maskedChangesOf(content: SignUpContent): Readonly<Record<string, AddedValue>> {
  const row = personRowOf(content);
  const { documents, addresses, phones = [] } = content.person;
  const filled = PROPERTIES.filter((name) => row[name] !== null);
  return Object.fromEntries([
    ...filled.map((name) => {
      const [column, mask] = MASKS[name];
      return added(column, masked(mask, row[name]));
    }),
    added(
      'documents',
      documents.map(({ type, number }) => ({ type, number: maskedNumber(number) })),
    ),
    added(
      'addresses',
      addresses.map(({ type }) => ({ type })),
    ),
    added(
      'phones',
      phones.map(({ type, number }) => ({ type, number: maskedPhone(number) })),
    ),
  ]);
}

/** The same for every value, so that it does not show the length. */
const HIDDEN = '***';

type MaskedValue = string | boolean | readonly Readonly<Record<string, string>>[];

interface AddedValue {
  readonly old_value: null;
  readonly new_value: MaskedValue;
}

const added = (name: string, value: MaskedValue): [string, AddedValue] => [
  name,
  { old_value: null, new_value: value },
];

function masked(mask: Mask, value: PersonRow[keyof PersonRow]): string | boolean {
  if (mask === 'hidden' || value === null || typeof value === 'object') return HIDDEN;
  if (mask === 'shown') return value;
  if (typeof value === 'boolean') return HIDDEN;
  return mask === 'initial' ? initial(value) : maskedNumber(value);
}
