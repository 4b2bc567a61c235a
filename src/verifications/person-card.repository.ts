import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { AuditLog } from '../database/mpi/audit-log.entity';
import { Person } from '../database/mpi/person.entity';
import { insertRows, type Sql, Transactions } from '../database/transactions';
import { isActivePerson } from '../domain/person/active-person';
import { Refusal } from '../domain/refusal';
import { OutcomeRepository } from './outcome.repository';
import { PERSONS } from './subject';

/** The personal data that officials may see, in GraphQL and on cards. */
export const CARD_FIELDS = [
  'firstName',
  'lastName',
  'secondName',
  'birthDate',
  'birthCountry',
  'birthSettlement',
  'deathDate',
  'gender',
  'email',
  'taxId',
  'noTaxId',
  'unzr',
  'preferredWayCommunication',
  'status',
  'insertedAt',
  'updatedAt',
] as const satisfies readonly (keyof Person)[];

const CARD_SELECTION = Object.fromEntries(['id', ...CARD_FIELDS].map((field) => [field, true]));

/** The personal data of a person. Every read of it is audited. */
export type PersonalData = Readonly<Pick<Person, 'id' | (typeof CARD_FIELDS)[number]>>;

/** Persons as officials see them: whether a person exists and is active, and their personal data. */
@Injectable()
export class PersonCardRepository {
  constructor(
    private readonly transactions: Transactions,
    private readonly outcomes: OutcomeRepository,
  ) {}

  /** Reads the personal data, and writes for each person that the user has read it. */
  read(personIds: readonly string[], userId: string): Promise<ReadonlyMap<string, PersonalData>> {
    return this.transactions.inTransaction(async (sql) => {
      const persons = await sql
        .repository(Person)
        .find({ select: CARD_SELECTION, where: { id: In(personIds) } });
      const changeset = { read: ['personal_data'] };
      const read = persons.map(({ id }) => ({
        actorId: userId,
        resource: 'persons',
        resourceId: id,
        changeset,
      }));
      await insertRows(sql, AuditLog, read);
      return new Map(persons.map((person) => [person.id, person]));
    });
  }

  /** Refuses a person who does not exist. */
  async requireExisting(personId: string): Promise<void> {
    const exists = await this.transactions.repository(Person).existsBy({ id: personId });
    if (!exists) throw new Refusal('person_not_found');
  }

  /** Whether officials may change the verification of this person. Refuses a person who does not exist. */
  async isActive(personId: string, sql: Sql = this.transactions): Promise<boolean> {
    const person = await sql
      .repository(Person)
      .findOne({ select: { id: true, status: true, isActive: true }, where: { id: personId } });
    if (person === null) throw new Refusal('person_not_found');
    return isActivePerson(person);
  }

  /**
   * Locks the verifications of a person until the end of the transaction. Refuses a person who does not exist or is not
   * active: officials get this answer before anything else they sent is checked.
   */
  async lockActive(sql: Sql, personId: string): Promise<void> {
    const [locked] = await this.outcomes.lock(sql, PERSONS, [personId]);
    const isActive = await this.isActive(personId, sql);
    if (locked === undefined) throw new Refusal('person_not_found');
    if (!isActive) throw new Refusal('person_not_active');
  }
}
