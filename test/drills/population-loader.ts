import type { DrillDatabase } from './database';
import { partySum, personSum } from './oracle';
import type { MadeParty, MadePerson, People, InitialState } from './population';
import type { Register } from './register';

/** The actor of jobs and of the command line. */
const SYSTEM_USER_ID = '00000000-0000-4000-8000-000000000001';
const DAY_MS = 86_400_000;

/** Puts everybody into the database, the verifications last: a worker that looks already finds nobody half there. */
export async function loadPeople(database: DrillDatabase, { persons, parties }: People): Promise<void> {
  await database.insert('mpi.persons', persons.map(personRow));
  await database.insert('mpi.person_documents', persons.flatMap(documentRows));
  await database.insert('prm.parties', parties.map(partyRow));
  await database.insert(
    'prm.party_documents',
    parties.map(({ id, type, number }) => ({ id: idAfter(id), party_id: id, type, number })),
  );
  await database.insert('prm.party_verifications', parties.map(partyVerificationRow));
  await database.insert('mpi.person_verifications', persons.map(verificationRow));
  // Fresh statistics, as a database in use has them.
  await database.write('ANALYZE');
}

/** Loads the answers of the register. */
export async function loadRegister(
  register: Register,
  { persons, parties, truths, spare }: People,
): Promise<void> {
  const documents = [...persons.flatMap((person) => person.documents), ...parties];
  const numbers = documents.map(({ number }) => number);
  const { found, failing, hopeless } = truths;
  await register.configure({
    found: [...found, ...spare.found],
    notFound: [...numbers.filter((number) => !found.has(number)), ...spare.notFound],
    answers: Object.fromEntries([...failing, ...hopeless]),
  });
}

/** From now on it answers about those it failed for. */
export async function repairRegister(register: Register, { truths }: People): Promise<void> {
  const numbers = [...truths.failing.keys()];
  await register.configure({
    found: numbers.filter((number) => truths.found.has(number)),
    notFound: numbers.filter((number) => !truths.found.has(number)),
  });
}

function personRow(person: MadePerson): Record<string, unknown> {
  return {
    id: person.id,
    first_name: 'Зоряна',
    last_name: 'Верболоз',
    birth_date: '1985-06-15',
    birth_settlement: 'Калинопіль',
    gender: 'FEMALE',
    status: person.active ? 'active' : 'inactive',
    is_active: person.active,
    verification_status: personSum(person, person.stream.status),
    inserted_by: SYSTEM_USER_ID,
    updated_by: SYSTEM_USER_ID,
  };
}

function documentRows({ id, documents }: MadePerson): Record<string, unknown>[] {
  return documents.map((document) => ({
    id: document.id,
    person_id: id,
    type: document.type,
    number: document.number,
    issued_at: document.issuedOn,
    expiration_date: document.expiresOn,
  }));
}

function partyRow({ id, active, stream }: MadeParty): Record<string, unknown> {
  return { id, is_active: active, verification_status: partySum(stream.status) };
}

function streamColumns({ status, reason, syncedDaysAgo }: InitialState): Record<string, unknown> {
  const at = (daysAgo: number): string => new Date(Date.now() - daysAgo * DAY_MS).toISOString();
  return {
    dms_passport_verification_status: status,
    dms_passport_verification_reason: reason,
    dms_passport_synced_at: syncedDaysAgo === null ? null : at(syncedDaysAgo),
    dms_passport_data_status: syncedDaysAgo === null ? null : 0,
    dms_passport_unverified_at: status === 'NOT_VERIFIED' ? at(30) : null,
  };
}

function verificationRow({ id, nhs, stream }: MadePerson): Record<string, unknown> {
  return {
    id: idAfter(id),
    person_id: id,
    ...streamColumns(stream),
    ...pair('nhs', nhs, 'MANUAL'),
    ...pair('drfo', 'VERIFIED', 'AUTO_ONLINE'),
    ...pair('dracs_death', 'VERIFIED', 'AUTO_ONLINE'),
    ...pair('mvs_passport', 'VERIFIED', 'AUTO_NOT_LOST'),
    ...['dracs_birth', 'dracs_name_change', 'legal_capacity', 'unzr'].reduce(
      (columns, name) => ({ ...columns, ...pair(name, 'VERIFICATION_NOT_NEEDED', 'AUTO_DATA_ABSENT') }),
      {},
    ),
  };
}

function partyVerificationRow({ id, stream }: MadeParty): Record<string, unknown> {
  return {
    id: idAfter(id),
    party_id: id,
    ...streamColumns(stream),
    ...pair('drfo', 'VERIFIED', 'AUTO_ONLINE'),
    ...pair('dracs_death', 'VERIFIED', 'AUTO_ONLINE'),
    ...pair('mvs_passport', 'VERIFIED', 'AUTO_NOT_LOST'),
    ...pair('dracs_name_change', 'VERIFICATION_NOT_NEEDED', 'INITIAL'),
  };
}

function pair(stream: string, status: string, reason: string): Record<string, string> {
  return { [`${stream}_verification_status`]: status, [`${stream}_verification_reason`]: reason };
}

/** Another id that follows from this one, so that a seed gives the same rows everywhere. */
function idAfter(id: string): string {
  return id.replace(/^./, (digit) => ((Number.parseInt(digit, 16) + 1) % 16).toString(16));
}
