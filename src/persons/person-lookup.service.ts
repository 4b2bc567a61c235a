import { Injectable } from '@nestjs/common';
import { Transactions } from '../database/transactions';
import type { ReadingReason } from '../domain/access/reading-reason';
import { isActivePerson } from '../domain/person/active-person';
import type { DocumentType, Gender } from '../domain/person/dictionaries';
import { maskedName, maskedNumber } from '../domain/person/masking';
import type { CumulativeStatus } from '../domain/verification/stream';
import { Refusal } from '../domain/refusal';
import {
  MOST_HITS,
  PersonLookupRepository,
  type PersonQuestion,
  type ReadPerson,
} from './person-lookup.repository';

/** Who reads, and why. */
export interface Reader {
  readonly actorId: string;
  readonly reason: ReadingReason;
}

/** A person as far as somebody may see them who has given no reason to see more. */
export interface MaskedPerson {
  readonly id: string;
  /** `Перепелиця Л. В.` */
  readonly name: string;
  readonly birth_year: number;
  /** Two digits are visible. */
  readonly tax_id: string | null;
  readonly unzr: string | null;
  readonly documents: readonly { readonly type: DocumentType; readonly number: string }[];
  readonly is_active: boolean;
  readonly verification_status: CumulativeStatus | null;
}

/** The hits of a search. */
export interface FoundPersons {
  readonly persons: readonly MaskedPerson[];
  /** More persons than these were found. */
  readonly more: boolean;
}

/** The card of a person with all that officials may see, under its published names. Days are `YYYY-MM-DD`. */
export interface PersonCard {
  readonly id: string;
  readonly last_name: string;
  readonly first_name: string;
  readonly second_name: string | null;
  readonly birth_date: string;
  readonly birth_country: string | null;
  readonly birth_settlement: string;
  readonly death_date: string | null;
  readonly gender: Gender;
  readonly email: string | null;
  readonly tax_id: string | null;
  readonly no_tax_id: boolean | null;
  readonly unzr: string | null;
  readonly preferred_way_communication: string | null;
  readonly documents: readonly {
    readonly type: DocumentType;
    readonly number: string;
    readonly issued_by: string | null;
    readonly issued_at: string | null;
    readonly expiration_date: string | null;
  }[];
  readonly is_active: boolean;
  readonly verification_status: CumulativeStatus | null;
  readonly inserted_at: Date;
  readonly updated_at: Date;
}

/** The card of a person, and the same person masked. */
export interface RevealedPerson {
  readonly masked: MaskedPerson;
  readonly card: PersonCard;
}

/** Persons for officials: the search, the masked card and the whole card. */
@Injectable()
export class PersonLookup {
  constructor(
    private readonly transactions: Transactions,
    private readonly lookups: PersonLookupRepository,
  ) {}

  /** At most 20 persons, masked. Every search leaves an audit row, also one that finds nobody. */
  search(question: PersonQuestion, { actorId, reason }: Reader): Promise<FoundPersons> {
    return this.transactions.inTransaction(async (sql) => {
      const found = await this.lookups.find(sql, question);
      const more = found.length > MOST_HITS;
      const persons = await this.lookups.read(sql, found.slice(0, MOST_HITS));
      const ids = persons.map(({ id }) => id);
      await this.lookups.audit(sql, { read: 'person_search', by: question.by, more, ids, reason, actorId });
      return { persons: persons.map(maskedPerson), more };
    });
  }

  /** Refuses a person who does not exist. The caller audits the reading. */
  async maskedCard(personId: string): Promise<MaskedPerson> {
    const [person] = await this.lookups.read(this.transactions, [personId]);
    if (person === undefined) throw new Refusal('person_not_found');
    return maskedPerson(person);
  }

  /** The unmasked card. Its audit row, with the reason, is of the same transaction: without it nobody gets the card. */
  reveal(personId: string, { actorId, reason }: Reader): Promise<RevealedPerson> {
    return this.transactions.inTransaction(async (sql) => {
      const [person] = await this.lookups.read(sql, [personId]);
      if (person === undefined) throw new Refusal('person_not_found');
      await this.lookups.audit(sql, { read: 'person_card', ids: [personId], reason, actorId });
      return { masked: maskedPerson(person), card: cardOf(person) };
    });
  }
}

function maskedPerson(person: ReadPerson): MaskedPerson {
  return {
    id: person.id,
    name: maskedName(person),
    birth_year: Number(person.birthDate.slice(0, person.birthDate.indexOf('-'))),
    tax_id: person.taxId === null ? null : maskedNumber(person.taxId),
    unzr: person.unzr === null ? null : maskedNumber(person.unzr),
    documents: person.documents.map(({ type, number }) => ({ type, number: maskedNumber(number) })),
    is_active: isActivePerson(person),
    verification_status: person.verificationStatus,
  };
}

function cardOf(person: ReadPerson): PersonCard {
  return {
    id: person.id,
    last_name: person.lastName,
    first_name: person.firstName,
    second_name: person.secondName,
    birth_date: person.birthDate,
    birth_country: person.birthCountry,
    birth_settlement: person.birthSettlement,
    death_date: person.deathDate,
    gender: person.gender,
    email: person.email,
    tax_id: person.taxId,
    no_tax_id: person.noTaxId,
    unzr: person.unzr,
    preferred_way_communication: person.preferredWayCommunication,
    documents: person.documents.map(({ type, number, issuedBy, issuedAt, expirationDate }) => ({
      type,
      number,
      issued_by: issuedBy,
      issued_at: issuedAt,
      expiration_date: expirationDate,
    })),
    is_active: isActivePerson(person),
    verification_status: person.verificationStatus,
    inserted_at: person.insertedAt,
    updated_at: person.updatedAt,
  };
}
