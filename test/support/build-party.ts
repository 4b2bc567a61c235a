import { randomUUID } from 'node:crypto';
import type { Sql } from '../../src/database/transactions';
import type { DocumentType } from '../../src/domain/person/dictionaries';
import { partyStatusOf } from '../../src/domain/verification/cumulative-status.rules';
import type { PartyCumulativeStatus, StreamName } from '../../src/domain/verification/stream';
import {
  insertRows,
  lockColumns,
  streamColumns,
  type Columns,
  type LockDraft,
  type StreamState,
} from './drafts';

/** The streams a party has. */
type PartyStreamName = Extract<
  StreamName,
  'drfo' | 'dracs_death' | 'mvs_passport' | 'dms_passport' | 'dracs_name_change'
>;

/** A health worker of whom only what matters is said: unless told otherwise active and verified in all streams. */
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

  /** Leaves a row in the table of locks; what the stream says is said with `stream`. */
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
