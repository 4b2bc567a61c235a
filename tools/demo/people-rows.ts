import type { DemoCase } from './demo-case';
import type { InventedPeople, InventedPerson } from './invented-people';
import { confidantAmong, type InventedConfidant } from './sign-up/invented-patients';

/** A row by its columns. */
export type Columns = Readonly<Record<string, unknown>>;

/** Rows by table, in the order in which they can be inserted: verifications last, when all they need is there. */
export type RowsByTable = readonly (readonly [table: string, rows: readonly Columns[]])[];

export interface RowTimes {
  readonly now: Date;
  readonly validationPeriodDays: number;
  readonly actorId: string;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Within the shortest validation period, which is a day. */
const LATELY_MS = 2 * HOUR_MS;
/** This many days after the validation period it is over at any time of day. */
const DAYS_PAST_PERIOD = 30;

/** The rows of all people of the demo. */
export function rowsOf({ persons, parties }: InventedPeople, times: RowTimes): RowsByTable {
  const confidant = confidantAmong(persons);
  return [
    ['mpi.persons', persons.map((person) => personRow(person, times))],
    ['mpi.person_documents', persons.flatMap(documentRows)],
    ['mpi.person_authentication_methods', [ownMethodRow(confidant)]],
    ['mithril.users', [userRow(confidant)]],
    ['mpi.verification_locks', persons.filter(({ case: { waits } }) => waits === true).map(lockRow)],
    ['mpi.person_verifications', persons.map((person) => verificationRow(person, times))],
    ['prm.parties', parties.map(partyRow)],
    ['prm.party_documents', parties.flatMap(partyDocumentRows)],
    ['prm.party_verifications', parties.map((party) => partyVerificationRow(party, times))],
  ];
}

function personRow(person: InventedPerson, { actorId }: RowTimes): Columns {
  return {
    ...partyRow(person),
    gender: person.gender,
    birth_country: 'Україна',
    birth_settlement: person.birthSettlement,
    status: person.case.isActive === false ? 'inactive' : 'active',
    inserted_by: actorId,
    updated_by: actorId,
  };
}

function partyRow({ id, name, birthDate, sum, case: demoCase }: InventedPerson): Columns {
  return {
    id,
    first_name: name.firstName,
    last_name: name.lastName,
    second_name: name.secondName ?? null,
    birth_date: birthDate,
    is_active: demoCase.isActive ?? true,
    verification_status: sum,
  };
}

function documentRows({ id, documents }: InventedPerson): Columns[] {
  return documents.map(({ type, number, issuedAt, expirationDate }) => {
    const dates = { issued_at: issuedAt, expiration_date: expirationDate };
    return { person_id: id, type, number, ...dates };
  });
}

function partyDocumentRows({ id, documents }: InventedPerson): Columns[] {
  return documents.map(({ type, number }) => ({ party_id: id, type, number }));
}

/** A confidant must have an authentication method of their own. */
function ownMethodRow({ person, phone }: InventedConfidant): Columns {
  return { person_id: person.id, type: 'OTP', phone_number: phone, is_active: true };
}

function userRow({ person, userId, drfo }: InventedConfidant): Columns {
  return { id: userId, person_id: person.id, tax_id: drfo, is_active: true, is_blocked: false };
}

/** After two technical errors, as the job would have left it. */
function lockRow({ id }: InventedPerson): Columns {
  return { person_id: id, stream: 'dms_passport', attempts: 2, last_error_kind: 'timeout' };
}

/** Every stream except the one that is shown is verified. */
const ELSE_VERIFIED: Columns = {
  drfo_verification_status: 'VERIFIED',
  drfo_verification_reason: 'AUTO_ONLINE',
  dracs_death_verification_status: 'VERIFIED',
  dracs_death_verification_reason: 'AUTO_ONLINE',
  dracs_death_online_status: 'COMPLETED',
  dracs_name_change_verification_status: 'VERIFICATION_NOT_NEEDED',
  dracs_name_change_verification_reason: 'INITIAL',
  mvs_passport_verification_status: 'VERIFIED',
  mvs_passport_verification_reason: 'AUTO_NOT_LOST',
  mvs_passport_data_status: 0,
};

const NOT_CONCERNED: Columns = Object.fromEntries(
  ['dracs_birth', 'legal_capacity', 'unzr'].flatMap((stream) => [
    [`${stream}_verification_status`, 'VERIFICATION_NOT_NEEDED'],
    [`${stream}_verification_reason`, 'AUTO_DATA_ABSENT'],
  ]),
);

function verificationRow({ id, case: demoCase }: InventedPerson, times: RowTimes): Columns {
  const drfo = demoCase.drfo ?? 'VERIFIED';
  return {
    person_id: id,
    ...ELSE_VERIFIED,
    ...NOT_CONCERNED,
    ...notLost(times),
    nhs_verification_status: 'VERIFIED',
    nhs_verification_reason: 'RULES_PASSED',
    drfo_verification_status: drfo,
    drfo_verification_reason: drfo === 'VERIFIED' ? 'AUTO_ONLINE' : 'ONLINE_TRIGGERED',
    ...dmsPassport(demoCase, times),
    dms_passport_retry_at: demoCase.waits === true ? new Date(times.now.getTime() + HOUR_MS) : null,
    inserted_by: times.actorId,
    updated_by: times.actorId,
  };
}

function partyVerificationRow({ id, case: demoCase }: InventedPerson, times: RowTimes): Columns {
  return { party_id: id, ...ELSE_VERIFIED, ...notLost(times), ...dmsPassport(demoCase, times) };
}

/** So recently that no other scheduled check takes them during the demo. */
function notLost({ now }: RowTimes): Columns {
  return { mvs_passport_synced_at: new Date(now.getTime() - LATELY_MS) };
}

function dmsPassport({ before: { status, reason, synced } }: DemoCase, times: RowTimes): Columns {
  const agoMs = synced === 'lately' ? LATELY_MS : (times.validationPeriodDays + DAYS_PAST_PERIOD) * DAY_MS;
  const syncedAt = synced === 'never' ? null : new Date(times.now.getTime() - agoMs);
  const answer = { AUTO_VALID: 0, AUTO_NOT_VALID: 1 }[reason as string] ?? null;
  return {
    dms_passport_verification_status: status,
    dms_passport_verification_reason: reason,
    dms_passport_synced_at: syncedAt,
    dms_passport_data_status: syncedAt === null ? null : answer,
    dms_passport_unverified_at: status === 'NOT_VERIFIED' ? (syncedAt ?? times.now) : null,
  };
}
