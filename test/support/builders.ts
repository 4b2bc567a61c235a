import { randomUUID, createHash, randomBytes } from 'node:crypto';
import type { Sql } from '../../src/database/transactions';
import type { DocumentType, RelationshipDocumentType } from '../../src/domain/person/dictionaries';
import { partyStatusOf } from '../../src/domain/verification/cumulative-status.rules';
import type { PartyCumulativeStatus } from '../../src/domain/verification/stream';
import type { StreamName } from '../../src/domain/verification/stream';
import {
  insertRows,
  lockColumns,
  streamColumns,
  type Columns,
  type LockDraft,
  type StreamState,
} from './person-builder';
import type { RelationType } from '../../src/domain/person/dictionaries';
import type {
  RelationshipReason,
  RelationshipStatus,
} from '../../src/domain/confidant/relationship-status.rules';

/** The streams a party has. */
type PartyStreamName = Extract<
  StreamName,
  'drfo' | 'dracs_death' | 'mvs_passport' | 'dms_passport' | 'dracs_name_change'
>;

/** A health worker, of whom a test gives only what matters: by default active and verified in all streams. */
export function aParty(): PartyBuilder {
  return new PartyBuilder();
}

export class PartyBuilder {
  private id: string = randomUUID();
  private readonly columns: Columns = {
    first_name: 'Остромир',
    last_name: 'Гайворон',
    second_name: 'Світозарович',
    birth_date: '1979-03-08',
    tax_id: null,
    is_active: true,
  };
  private readonly documents: Columns[] = [];
  private readonly streams = new Map<StreamName, StreamState>([
    ['drfo', ['VERIFIED', 'AUTO_ONLINE']],
    ['dracs_death', ['VERIFIED', 'AUTO_ONLINE', { onlineStatus: 'COMPLETED' }]],
    ['mvs_passport', ['VERIFIED', 'AUTO_NOT_LOST']],
    ['dms_passport', ['VERIFIED', 'AUTO_VALID']],
    ['dracs_name_change', ['VERIFICATION_NOT_NEEDED', 'INITIAL']],
  ]);
  private readonly locks: Columns[] = [];
  private sum: PartyCumulativeStatus | undefined;

  withId(id: string): this {
    this.id = id;
    return this;
  }

  withPassport(number: string): this {
    return this.withDocument('PASSPORT', number);
  }

  withNationalId(number: string): this {
    return this.withDocument('NATIONAL_ID', number);
  }

  withDocument(type: DocumentType, number: string): this {
    this.documents.push({ id: randomUUID(), type, number });
    return this;
  }

  inactive(): this {
    this.columns['is_active'] = false;
    return this;
  }

  stream(name: PartyStreamName, ...state: StreamState): this {
    this.streams.set(name, state);
    return this;
  }

  /** Leaves a row in the table of locks; the columns of the stream are set with `stream`. */
  locked(name: PartyStreamName, lock: LockDraft): this {
    this.locks.push(lockColumns(name, lock));
    return this;
  }

  /** Another cumulative status than the one that follows from the streams. */
  cumulative(status: PartyCumulativeStatus): this {
    this.sum = status;
    return this;
  }

  /** Gives the id of the party. */
  async save(sql: Sql): Promise<string> {
    const [id] = await saveParties(sql, [this]);
    if (id === undefined) throw new Error('Nobody was saved.');
    return id;
  }

  /** The rows of the party, table by table. */
  rows(): Readonly<Record<'parties' | 'documents' | 'verifications' | 'locks', Columns[]>> & { id: string } {
    const sum = this.sum ?? partyStatusOf([...this.streams.values()].map(([status]) => status));
    const partyId = { party_id: this.id };
    return {
      id: this.id,
      parties: [{ id: this.id, ...this.columns, verification_status: sum }],
      documents: this.documents.map((document) => ({ ...document, ...partyId })),
      verifications: [{ id: randomUUID(), ...partyId, ...streamColumns(this.streams) }],
      locks: this.locks.map((lock) => ({ ...lock, ...partyId })),
    };
  }
}

/** Saves many at once; gives their ids in the same order. */
export async function saveParties(sql: Sql, builders: readonly PartyBuilder[]): Promise<string[]> {
  const rows = builders.map((builder) => builder.rows());
  await insertRows(
    sql,
    'prm.parties',
    rows.flatMap(({ parties }) => parties),
  );
  await insertRows(
    sql,
    'prm.party_documents',
    rows.flatMap(({ documents }) => documents),
  );
  await insertRows(
    sql,
    'prm.party_verification_locks',
    rows.flatMap(({ locks }) => locks),
  );
  await insertRows(
    sql,
    'prm.party_verifications',
    rows.flatMap(({ verifications }) => verifications),
  );
  return rows.map(({ id }) => id);
}

/** A user, of whom a test gives only what matters: by default active, not blocked, and without a person. */
export function aUser(): UserBuilder {
  return new UserBuilder();
}

export class UserBuilder {
  private readonly columns: Columns = {
    tax_id: null,
    person_id: null,
    is_active: true,
    is_blocked: false,
  };
  private id: string = randomUUID();

  withId(id: string): this {
    this.id = id;
    return this;
  }

  ofPerson(personId: string): this {
    return this.set({ person_id: personId });
  }

  withTaxId(taxId: string): this {
    return this.set({ tax_id: taxId });
  }

  blocked(): this {
    return this.set({ is_blocked: true });
  }

  inactive(): this {
    return this.set({ is_active: false });
  }

  /** Gives the id of the user. */
  async save(sql: Sql): Promise<string> {
    await insertRows(sql, 'mithril.users', [{ id: this.id, ...this.columns }]);
    return this.id;
  }

  private set(columns: Columns): this {
    Object.assign(this.columns, columns);
    return this;
  }
}

/**
 * A caller with a token: by default an active user of the national health service, whose token is
 * good for an hour and allows nothing.
 */
export function aCaller(): CallerBuilder {
  return new CallerBuilder();
}

const HOUR_MS = 3_600_000;

export class CallerBuilder {
  private readonly user = aUser();
  private readonly entity = { type: 'NHS', status: 'ACTIVE', is_active: true };
  private readonly token = { name: 'access_token', lastsMs: HOUR_MS };
  private tokenScope = '';
  private clientScope = '';
  private userId: string = randomUUID();

  /** Of the user and of the client. */
  withScope(scope: string): this {
    this.tokenScope = this.clientScope = scope;
    return this;
  }

  withTokenScope(scope: string): this {
    this.tokenScope = scope;
    return this;
  }

  withClientScope(scope: string): this {
    this.clientScope = scope;
    return this;
  }

  withUserId(id: string): this {
    this.userId = id;
    return this;
  }

  ofType(type: string): this {
    this.entity.type = type;
    return this;
  }

  withEntityStatus(status: 'ACTIVE' | 'SUSPENDED' | 'CLOSED'): this {
    this.entity.status = status;
    return this;
  }

  withInactiveEntity(): this {
    this.entity.is_active = false;
    return this;
  }

  blocked(): this {
    this.user.blocked();
    return this;
  }

  inactive(): this {
    this.user.inactive();
    return this;
  }

  expired(): this {
    this.token.lastsMs = -1;
    return this;
  }

  withTokenNamed(name: string): this {
    this.token.name = name;
    return this;
  }

  /** Gives the token. */
  async save(sql: Sql): Promise<string> {
    const clientId = randomUUID();
    const token = randomBytes(32).toString('base64url');
    await insertRows(sql, 'prm.legal_entities', [{ id: clientId, ...this.entity }]);
    await insertRows(sql, 'mithril.clients', [{ id: clientId, scope: this.clientScope }]);
    await this.user.withId(this.userId).save(sql);
    await insertRows(sql, 'mithril.tokens', [
      {
        id: randomUUID(),
        name: this.token.name,
        value_hash: createHash('sha256').update(token).digest('hex'),
        expires_at: new Date(Date.now() + this.token.lastsMs),
        user_id: this.userId,
        details: { scope: this.tokenScope, client_id: clientId, grant_type: 'authorization_code' },
      },
    ]);
    return token;
  }
}

/**
 * A relationship, of which a test gives only what matters. By default active, without an end, and as it is
 * after a sign-up. It leaves no method of authentication; a person is given that by `withAuthenticationMethod`.
 */
export function aRelationship(): RelationshipBuilder {
  return new RelationshipBuilder();
}

export class RelationshipBuilder {
  private readonly columns: Columns = {
    relation_type: 'PRIMARY',
    is_active: true,
    verification_status: 'VERIFICATION_NEEDED',
    verification_reason: 'ONLINE_TRIGGERED',
  };
  private readonly documents: Columns[] = [];
  private id: string = randomUUID();

  withId(id: string): this {
    this.id = id;
    return this;
  }

  /** The person who is acted for. */
  of(personId: string): this {
    return this.set({ person_id: personId });
  }

  /** The confidant person. */
  through(confidantPersonId: string): this {
    return this.set({ confidant_person_id: confidantPersonId });
  }

  as(relationType: RelationType): this {
    return this.set({ relation_type: relationType });
  }

  status(status: RelationshipStatus, reason: RelationshipReason = 'ONLINE_TRIGGERED'): this {
    return this.set({ verification_status: status, verification_reason: reason });
  }

  /** Written together with the person. */
  madeAtRegistration(): this {
    return this.set({ made_at_registration: true });
  }

  /** The first day, `YYYY-MM-DD`, on which it no longer holds. */
  activeTo(day: string): this {
    return this.set({ active_to: day });
  }

  inactive(): this {
    return this.set({ is_active: false });
  }

  withDocument(type: RelationshipDocumentType, number: string): this {
    this.documents.push({ id: randomUUID(), type, number });
    return this;
  }

  /** Gives the id of the relationship. */
  async save(sql: Sql): Promise<string> {
    const documents = this.documents.map((row) => ({ ...row, confidant_person_relationship_id: this.id }));
    await insertRows(sql, 'mpi.confidant_person_relationships', [{ id: this.id, ...this.columns }]);
    await insertRows(sql, 'mpi.confidant_person_relationship_documents', documents);
    return this.id;
  }

  private set(columns: Columns): this {
    Object.assign(this.columns, columns);
    return this;
  }
}

/** Numbers that are written otherwise than КВ123456, and mean the same passport; no register is asked about them. */
export function otherSpellings(passport: string): string[] {
  const [series, number] = [passport.slice(0, 2), passport.slice(2)];
  const latin = series.replace('К', 'K').replace('В', 'B');
  return [
    `${series} ${number}`,
    `${latin}${number}`,
    `${latin.toLowerCase()}\u00a0№ ${number}`,
    ` ${series.toLowerCase()}—${number.slice(0, 3)}-${number.slice(3)} `,
  ];
}

export { aPerson, savePersons } from './person-builder';
export type {
  AddressDraft,
  DocumentDraft,
  LockDraft,
  MethodDraft,
  PersonBuilder,
  StreamExtras,
} from './person-builder';
export {
  auditOf,
  auditOfStream,
  readingsIn,
  authenticationMethodsOf,
  documentsOf,
  eventsOf,
  lockOf,
  partyLockOf,
  partyVerificationOf,
  relationshipsOf,
  signUpsOf,
  tokensOf,
  usersOf,
  verificationOf,
} from './records';
export type {
  AuditRow,
  AuthenticationMethodRow,
  DocumentRow,
  EventRow,
  LockRow,
  PartyVerificationRow,
  RelationshipRow,
  SignUpRow,
  TokenRow,
  UserRow,
  VerificationRow,
} from './records';
