import { randomUUID } from 'node:crypto';
import type { Sql } from '../../src/database/transactions';
import type { AuthenticationMethodType, DocumentType } from '../../src/domain/person/dictionaries';
import { cumulativeStatusOf } from '../../src/domain/verification/cumulative-status.rules';
import type {
  CumulativeStatus,
  StreamName,
  StreamReason,
  StreamStatus,
} from '../../src/domain/verification/stream';

/** Every stream but those of the passport, as it is after a sign-up whose checks all succeeded. */
const ELSE_VERIFIED: readonly (readonly [StreamName, StreamState])[] = [
  ['nhs', ['VERIFIED', 'RULES_PASSED']],
  ['drfo', ['VERIFIED', 'AUTO_ONLINE']],
  ['dracs_death', ['VERIFIED', 'AUTO_ONLINE', { onlineStatus: 'COMPLETED' }]],
  ['dracs_birth', ['VERIFICATION_NOT_NEEDED', 'AUTO_DATA_ABSENT']],
  ['dracs_name_change', ['VERIFICATION_NOT_NEEDED', 'INITIAL']],
  ['legal_capacity', ['VERIFICATION_NOT_NEEDED', 'AUTO_DATA_ABSENT']],
  ['unzr', ['VERIFICATION_NOT_NEEDED', 'AUTO_DATA_ABSENT']],
];

/** The actor of jobs and of the command line. */
const SYSTEM_USER_ID = '00000000-0000-4000-8000-000000000001';

/**
 * A person, of whom a test gives only what matters. By default active, nothing left to check but the passport,
 * and of that the cumulative status follows.
 */
export function aPerson(): PersonBuilder {
  return new PersonBuilder();
}

export class PersonBuilder {
  private id: string = randomUUID();
  private readonly columns: Columns = {
    first_name: 'Зоряна',
    last_name: 'Верболоз',
    second_name: 'Любомирівна',
    birth_date: '1985-06-15',
    birth_country: 'Україна',
    birth_settlement: 'Калинопіль',
    gender: 'FEMALE',
    tax_id: null,
    unzr: null,
    status: 'active',
    is_active: true,
  };
  private readonly phones: Columns[] = [];
  private readonly addresses: Columns[] = [];
  private readonly documents: DocumentDraft[] = [];
  private readonly methods: Columns[] = [];
  private readonly streams = new Map<StreamName, StreamState>(ELSE_VERIFIED);
  private readonly locks = new Map<StreamName, LockDraft>();
  private sum: CumulativeStatus | undefined;

  withId(id: string): this {
    this.id = id;
    return this;
  }

  named(lastName: string, firstName: string, secondName: string | null = null): this {
    return this.set({ last_name: lastName, first_name: firstName, second_name: secondName });
  }

  bornOn(birthDate: string): this {
    return this.set({ birth_date: birthDate });
  }

  bornIn(settlement: string): this {
    return this.set({ birth_settlement: settlement });
  }

  male(): this {
    return this.set({ gender: 'MALE' });
  }

  withTaxId(taxId: string): this {
    return this.set({ tax_id: taxId });
  }

  withUnzr(unzr: string): this {
    return this.set({ unzr });
  }

  withPassport(number: string, dates: DocumentDates = {}): this {
    return this.withDocument('PASSPORT', number, dates);
  }

  withNationalId(number: string, dates: DocumentDates = {}): this {
    return this.withDocument('NATIONAL_ID', number, dates);
  }

  withDocument(type: DocumentType, number: string, dates: DocumentDates = {}): this {
    this.documents.push({ type, number, ...dates });
    return this;
  }

  withPhone(number: string, type: 'MOBILE' | 'LAND_LINE' = 'MOBILE'): this {
    this.phones.push({ id: randomUUID(), type, number });
    return this;
  }

  /** By default an address of residence in a village. */
  withAddress(address: AddressDraft = {}): this {
    this.addresses.push(addressColumns(address));
    return this;
  }

  withAuthenticationMethod(type: AuthenticationMethodType, method: MethodDraft = {}): this {
    this.methods.push(methodColumns(type, method));
    return this;
  }

  inactive(): this {
    return this.set({ status: 'inactive', is_active: false });
  }

  stream(name: StreamName, ...state: StreamState): this {
    this.streams.set(name, state);
    return this;
  }

  /** Leaves a row in the table of locks; the columns of the stream are set with `stream`. */
  locked(name: StreamName, lock: LockDraft): this {
    this.locks.set(name, lock);
    return this;
  }

  /** Another cumulative status than the one that follows from the streams. */
  cumulative(status: CumulativeStatus): this {
    this.sum = status;
    return this;
  }

  /** Gives the id of the person. */
  async save(sql: Sql): Promise<string> {
    const [id] = await savePersons(sql, [this]);
    if (id === undefined) throw new Error('Nobody was saved.');
    return id;
  }

  /** The rows of the person, table by table. */
  rows(): PersonRows {
    const streams = this.allStreams();
    const sum = this.sum ?? this.sumOf(streams);
    const author = { inserted_by: SYSTEM_USER_ID, updated_by: SYSTEM_USER_ID };
    const ofPerson = (rows: readonly Columns[]): Columns[] =>
      rows.map((row) => ({ ...row, person_id: this.id }));
    return {
      id: this.id,
      persons: [{ id: this.id, ...this.columns, verification_status: sum, ...author }],
      phones: ofPerson(this.phones),
      addresses: ofPerson(this.addresses),
      documents: ofPerson(this.documents.map(documentColumns)),
      methods: ofPerson(this.methods.map((method) => ({ ...method, ...author }))),
      verifications: ofPerson([{ id: randomUUID(), ...streamColumns(streams), ...author }]),
      locks: ofPerson([...this.locks].map(([name, lock]) => lockColumns(name, lock))),
    };
  }

  private allStreams(): Map<StreamName, StreamState> {
    const hasPassport = this.documents.some(({ type }) => type === 'PASSPORT' || type === 'NATIONAL_ID');
    const absent: StreamState = ['VERIFICATION_NOT_NEEDED', 'AUTO_DATA_ABSENT'];
    return new Map<StreamName, StreamState>([
      ['mvs_passport', hasPassport ? ['VERIFIED', 'AUTO_NOT_LOST'] : absent],
      ['dms_passport', hasPassport ? ['VERIFICATION_NEEDED', 'ONLINE_TRIGGERED'] : absent],
      ...this.streams,
    ]);
  }

  /** A stream under a lock counts with its status before the lock. */
  private sumOf(streams: ReadonlyMap<StreamName, StreamState>): CumulativeStatus {
    const counted = [...streams].map(([name, [status]]) =>
      status === 'IN_REVIEW' ? (this.locks.get(name)?.statusBefore ?? status) : status,
    );
    return cumulativeStatusOf({ current: null, streams: counted });
  }

  private set(columns: Columns): this {
    Object.assign(this.columns, columns);
    return this;
  }
}

/**
 * Where the parts of a person are kept, in the order of saving. Verifications are last: a worker that is already
 * looking finds nobody whose documents are still missing.
 */
const PERSON_TABLES = {
  persons: 'mpi.persons',
  phones: 'mpi.person_phones',
  addresses: 'mpi.person_addresses',
  documents: 'mpi.person_documents',
  methods: 'mpi.person_authentication_methods',
  locks: 'mpi.verification_locks',
  verifications: 'mpi.person_verifications',
} as const;

type Part = keyof typeof PERSON_TABLES;

/** The rows of one person, part by part. */
export type PersonRows = Readonly<Record<Part, Columns[]>> & { readonly id: string };

/** Saves many at once; gives their ids in the same order. */
export async function savePersons(sql: Sql, builders: readonly { rows(): PersonRows }[]): Promise<string[]> {
  const saved = builders.map((builder) => builder.rows());
  for (const [part, table] of Object.entries(PERSON_TABLES)) {
    const rows = saved.flatMap((person) => person[part as Part]);
    await insertRows(sql, table, rows);
  }
  return saved.map(({ id }) => id);
}

/** The given fields of an address. */
export interface AddressDraft {
  readonly type?: 'RESIDENCE' | 'REGISTRATION';
  readonly country?: string;
  readonly area?: string;
  readonly region?: string;
  readonly settlement?: string;
  readonly settlementType?: 'CITY' | 'TOWNSHIP' | 'VILLAGE' | 'SETTLEMENT';
  readonly settlementId?: string;
  readonly streetType?: string;
  readonly street?: string;
  readonly building?: string;
  readonly apartment?: string;
  readonly zip?: string;
}

/** The given fields of a method of authentication; `value` is the third person. */
export interface MethodDraft {
  readonly phoneNumber?: string;
  readonly value?: string;
  readonly alias?: string;
  readonly startedAt?: Date | string;
  readonly endedAt?: Date | string | null;
  readonly isActive?: boolean;
}

export function addressColumns(draft: AddressDraft): Columns {
  const made = {
    type: 'RESIDENCE',
    country: 'UA',
    area: 'ЛУГОВА',
    settlement: 'Калинопіль',
    settlement_type: 'VILLAGE',
  };
  return { id: randomUUID(), ...made, ...namedAsColumns(draft) };
}

/** By default active and without an end. */
export function methodColumns(type: AuthenticationMethodType, draft: MethodDraft): Columns {
  return { id: randomUUID(), type, is_active: true, ...namedAsColumns(draft) };
}

/** Days as `YYYY-MM-DD`. */
export interface DocumentDates {
  readonly issuedAt?: string;
  readonly expirationDate?: string;
}

export interface DocumentDraft extends DocumentDates {
  readonly type: DocumentType;
  readonly number: string;
}

/** Columns of a stream beside its status and reason; a column the stream does not have is an error of the database. */
export interface StreamExtras {
  readonly dataId?: string;
  readonly dataStatus?: number;
  readonly syncedAt?: Date | string;
  readonly unverifiedAt?: Date | string;
  readonly retryAt?: Date | string;
  readonly onlineStatus?: 'READY' | 'IN_PROCESS' | 'COMPLETED';
  readonly verificationComment?: string;
}

/** How a stream is spoken of: `'VERIFIED', 'AUTO_VALID', { syncedAt }`. */
export type StreamState = [status: StreamStatus, reason: StreamReason, extras?: StreamExtras];

/** The row of the lock table about one stream. */
export interface LockDraft {
  readonly claimId?: string;
  readonly statusBefore?: StreamStatus;
  readonly reasonBefore?: StreamReason;
  readonly attempts?: number;
  readonly triedInRun?: string;
  readonly lastErrorKind?: string;
}

export type Columns = Record<string, unknown>;

/** The columns of all streams, from how they were spoken of. */
export function streamColumns(streams: ReadonlyMap<StreamName, StreamState>): Columns {
  const columns: Columns = {};
  for (const [stream, [status, reason, extras]] of streams) {
    columns[`${stream}_verification_status`] = status;
    columns[`${stream}_verification_reason`] = reason;
    for (const [name, value] of Object.entries(extras ?? {})) columns[`${stream}_${snakeCase(name)}`] = value;
  }
  return columns;
}

export function lockColumns(stream: StreamName, { attempts = 0, ...draft }: LockDraft): Columns {
  return { id: randomUUID(), stream, attempts, ...namedAsColumns(draft) };
}

/** The draft, under the names of the columns. */
export function namedAsColumns(draft: object): Columns {
  return Object.fromEntries(
    Object.entries(draft).map(([name, value]) => [snakeCase(name), value as unknown]),
  );
}

/** One row of a table of documents. */
export function documentColumns({ type, number, issuedAt, expirationDate }: DocumentDraft): Columns {
  const dates = { issued_at: issuedAt ?? null, expiration_date: expirationDate ?? null };
  return { id: randomUUID(), type, number, ...dates };
}

/** More rows than this in one statement only make its text longer. */
const ROWS_AT_ONCE = 5_000;

/** Inserts rows as they are; a column that only some of them name is null in the others. */
export async function insertRows(sql: Sql, table: string, rows: readonly Columns[]): Promise<void> {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))].map((name) => `"${name}"`).join(', ');
  const text = `
    INSERT INTO ${table} (${names})
    SELECT ${names} FROM jsonb_populate_recordset(NULL::${table}, $1::jsonb)`;
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
    await sql.query({ text }, [JSON.stringify(rows.slice(from, from + ROWS_AT_ONCE))]);
  }
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
