import { admit, type Caller } from '../../domain/access/access.rules';
import { STREAMS, type StreamName } from '../../domain/verification/stream';
import { globalId, inCamelCase } from '../../graphql';
import type {
  PersonCard,
  PersonCardRepository,
  ReadVerification,
  VerificationDetails,
} from '../verification-reader.service';
import type { ListedPerson } from '../person-list.repository';

/** The personal data that the schema knows. Their names are those of the table in another spelling. */
const PERSONAL = {
  firstName: (card) => card.first_name,
  lastName: (card) => card.last_name,
  secondName: (card) => card.second_name,
  birthDate: (card) => card.birth_date,
  birthCountry: (card) => card.birth_country,
  birthSettlement: (card) => card.birth_settlement,
  deathDate: (card) => card.death_date,
  gender: (card) => card.gender,
  email: (card) => card.email,
  taxId: (card) => card.tax_id,
  noTaxId: (card) => card.no_tax_id,
  unzr: (card) => card.unzr,
  preferredWayCommunication: (card) => card.preferred_way_communication,
  status: (card) => card.status?.toUpperCase() ?? null,
  insertedAt: (card) => card.inserted_at,
  updatedAt: (card) => card.updated_at,
} as const satisfies Record<string, (card: PersonCard) => unknown>;

/** A person as GraphQL tells him. What is a function is asked only when the field is. */
export type PersonNode = Readonly<Record<string, unknown>>;

/** What is read of all persons of a page at once, if it is asked of any of them. */
interface ReadOnce {
  readonly details: () => Promise<ReadonlyMap<string, VerificationDetails>>;
  readonly cards: () => Promise<ReadonlyMap<string, PersonCard>>;
}

/** Persons as GraphQL tells them: how each stream stands, and who they are, only when that is asked for. */
export class PersonNodes {
  constructor(
    private readonly readVerification: ReadVerification,
    private readonly cards: PersonCardRepository,
  ) {}

  of(listed: readonly ListedPerson[], caller: Caller): PersonNode[] {
    const ids = listed.map(({ id }) => id);
    const read = {
      details: once(() => this.readVerification.ofAll(ids)),
      cards: once(() => this.readCards(ids, caller)),
    };
    return listed.map((person) => nodeOf(person, read));
  }

  /** Refuses when the person, or his row of verifications, is not there. */
  async one(id: string, caller: Caller): Promise<PersonNode> {
    const details = await this.readVerification.run(id);
    return nodeOf(
      { id, verification_status: details.verification_status },
      {
        details: () => Promise.resolve(new Map([[id, details]])),
        cards: once(() => this.readCards([id], caller)),
      },
    );
  }

  /** Whoever may only change the verification of a person is not told who he is. */
  private async readCards(ids: readonly string[], caller: Caller): Promise<ReadonlyMap<string, PersonCard>> {
    admit(caller, { scopes: ['person:read'] });
    return this.cards.read(ids, caller.userId);
  }
}

function once<Read>(read: () => Promise<Read>): () => Promise<Read> {
  let asked: Promise<Read> | undefined;
  return (): Promise<Read> => {
    asked ??= read();
    return asked;
  };
}

function nodeOf(
  { id, verification_status }: Pick<VerificationDetails, 'verification_status'> & { readonly id: string },
  read: ReadOnce,
): PersonNode {
  const personal = Object.entries(PERSONAL).map(
    ([name, told]) => [name, async (): Promise<unknown> => told(among(await read.cards(), id))] as const,
  );
  return {
    ...Object.fromEntries(personal),
    id: globalId('Person', id),
    databaseId: id,
    verificationStatus: verification_status,
    verificationDetails: async () => streamsOf(among(await read.details(), id)),
  };
}

/** Rows of persons are not deleted; one that is missing is a bug. */
function among<Row>(rows: ReadonlyMap<string, Row>, id: string): Row {
  const row = rows.get(id);
  if (row === undefined) throw new Error('A person has gone while he was read.');
  return row;
}

function streamsOf({ details }: VerificationDetails): Readonly<Record<string, unknown>> {
  const streams = STREAMS.map((stream) => [GRAPHQL_NAMES[stream], inCamelCase(details[stream])] as const);
  return Object.fromEntries(streams);
}

/** How GraphQL names the streams. The stream of the health service is that of the rules checked by hand. */
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
