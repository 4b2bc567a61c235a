import { Injectable } from '@nestjs/common';
import { admit, type Caller } from '../../domain/access/access.rules';
import { STREAMS, type StreamName } from '../../domain/verification/stream';
import { globalId, inCamelCase } from '../../graphql';
import { CARD_FIELDS, type PersonalData, PersonCardRepository } from '../person-card.repository';
import type { ListedPerson } from '../person-list.repository';
import { type VerificationDetails, VerificationReader } from '../verification-reader.service';

/** A person in GraphQL. A field that is a function is read only if the query selects it. */
export type PersonNode = Readonly<Record<string, unknown>>;

/** Read once for all persons of a page, if the query selects it. */
interface ReadOnce {
  readonly details: () => Promise<ReadonlyMap<string, VerificationDetails>>;
  readonly cards: () => Promise<ReadonlyMap<string, PersonalData>>;
}

/** Persons in GraphQL. The verification and the personal data are read only if the query selects them. */
@Injectable()
export class PersonNodes {
  constructor(
    private readonly verifications: VerificationReader,
    private readonly cards: PersonCardRepository,
  ) {}

  of(listed: readonly ListedPerson[], caller: Caller): PersonNode[] {
    const ids = listed.map(({ id }) => id);
    const read = {
      details: once(() => this.verifications.detailsOfAll(ids)),
      cards: once(() => this.readCards(ids, caller)),
    };
    return listed.map((person) => nodeOf(person, read));
  }

  /** Refuses if the person, or their row of verifications, does not exist. */
  async one(id: string, caller: Caller): Promise<PersonNode> {
    const details = await this.verifications.details(id);
    return nodeOf(
      { id, verification_status: details.verification_status },
      {
        details: () => Promise.resolve(new Map([[id, details]])),
        cards: once(() => this.readCards([id], caller)),
      },
    );
  }

  /** Callers who may only change verifications do not get personal data. */
  private async readCards(
    ids: readonly string[],
    caller: Caller,
  ): Promise<ReadonlyMap<string, PersonalData>> {
    admit(caller, { scopes: ['person:read'] });
    return this.cards.read(ids, caller.userId);
  }
}

function once<Read>(read: () => Promise<Read>): () => Promise<Read> {
  let first: Promise<Read> | undefined;
  return (): Promise<Read> => {
    first ??= read();
    return first;
  };
}

function nodeOf(
  { id, verification_status }: Pick<VerificationDetails, 'verification_status'> & { readonly id: string },
  read: ReadOnce,
): PersonNode {
  const personal = CARD_FIELDS.map((field) => {
    const value = async (): Promise<unknown> => fieldOf(among(await read.cards(), id), field);
    return [field, value] as const;
  });
  return {
    ...Object.fromEntries(personal),
    id: globalId('Person', id),
    databaseId: id,
    verificationStatus: verification_status,
    // Null when the row was removed after the list was read.
    verificationDetails: async () => streamsOf((await read.details()).get(id)),
  };
}

/** GraphQL writes enumerated values in capitals. */
function fieldOf(card: PersonalData, field: (typeof CARD_FIELDS)[number]): unknown {
  return field === 'status' ? (card.status?.toUpperCase() ?? null) : card[field];
}

/** Persons are never deleted, so a missing row is a bug. */
function among<Row>(rows: ReadonlyMap<string, Row>, id: string): Row {
  const row = rows.get(id);
  if (row === undefined) throw new Error('A person disappeared while it was read.');
  return row;
}

function streamsOf(read: VerificationDetails | undefined): Readonly<Record<string, unknown>> | null {
  if (read === undefined) return null;
  const { details } = read;
  const streams = STREAMS.map((stream) => [GRAPHQL_NAMES[stream], inCamelCase(details[stream])] as const);
  return Object.fromEntries(streams);
}

/** The names of the streams in GraphQL. `manualRules` is the stream of the health service. */
export const GRAPHQL_NAMES = {
  nhs: 'manualRules',
  drfo: 'drfo',
  dracs_death: 'dracsDeath',
  dracs_birth: 'dracsBirth',
  dracs_name_change: 'dracsNameChange',
  legal_capacity: 'legalCapacity',
  unzr: 'unzr',
  mvs_passport: 'mvsPassport',
  dms_passport: 'dmsPassport',
} as const satisfies Record<StreamName, string>;
