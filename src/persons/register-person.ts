import { Injectable } from '@nestjs/common';
import type { Sql } from '../database/transactions';
import { dayInKyiv, type IsoDay, ageInYears } from '../domain/calendar-day';
import type { PersonRequest, SignUpContent } from '../domain/person/person-request';
import type { RegistrationParameters } from '../domain/person/registration.rules';
import type { SignUpFacts } from '../domain/verification/initial-status.rules';
import { InitialVerifications } from '../verifications';
import { PersonRepository } from './person.repository';

/** A person to be registered. What he signed was checked before; his id was made beforehand. */
export interface NewRegistration {
  readonly id: string;
  readonly content: SignUpContent;
  readonly parameters: RegistrationParameters;
  readonly actorId: string;
  readonly now: Date;
}

/**
 * Puts a person into the registry and begins his verifications, in the caller's transaction. How he authenticates
 * follows from the relationship to his confidant and is written with it.
 */
@Injectable()
export class RegisterPerson {
  constructor(
    private readonly persons: PersonRepository,
    private readonly initialVerifications: InitialVerifications,
  ) {}

  async run(sql: Sql, { id, content, parameters, actorId, now }: NewRegistration): Promise<void> {
    await this.persons.insert(sql, { id, content, actorId });
    const facts = factsOf(content.person, dayInKyiv(now));
    await this.initialVerifications.run(sql, { personId: id, facts, parameters, actorId, now });
  }
}

function factsOf(person: PersonRequest, today: IsoDay): SignUpFacts {
  return {
    ageYears: ageInYears(person.birth_date, today),
    birthDate: person.birth_date,
    gender: person.gender,
    taxId: person.tax_id ?? null,
    noTaxId: person.no_tax_id,
    unzr: person.unzr ?? null,
    documentTypes: person.documents.map(({ type }) => type),
    // The one method he gets: whoever is registered by a confidant authenticates through him.
    authenticationMethodTypes: ['THIRD_PERSON'],
    hasConfidantPerson: true,
  };
}
