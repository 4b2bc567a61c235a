import { Inject, Injectable } from '@nestjs/common';
import type { Settings } from '../config/settings.schema';
import { SETTINGS } from '../config/settings.module';
import type { Sql } from '../database/transactions';
import { dayInKyiv, type IsoDay, ageInYears } from '../domain/calendar-day';
import { matchScore } from '../domain/person/matching/match-score';
import {
  lookUpOf,
  type MatchingPerson,
  type SearchKeys,
  searchKeysOf,
} from '../domain/person/matching/matching-person';
import type { PersonRequest, SignUpContent } from '../domain/person/person-request';
import type { RegistrationParameters } from '../domain/person/registration.rules';
import type { SignUpFacts } from '../domain/verification/initial-status.rules';
import { InitialVerifications } from '../verifications';
import { PersonRepository } from './person.repository';
import { PersonSearchRepository } from './person-search.repository';

/** Whether the person of a request is registered already. */
export type PersonMatch =
  | { readonly kind: 'none' }
  | { readonly kind: 'one'; readonly personId: string }
  | { readonly kind: 'several' };

/** A person to register. The signed content was checked before; the caller chose the id. */
export interface NewRegistration {
  readonly id: string;
  readonly content: SignUpContent;
  readonly parameters: RegistrationParameters;
  readonly actorId: string;
  readonly now: Date;
}

/** Finds registered persons, and registers new ones. */
@Injectable()
export class PersonsService {
  constructor(
    @Inject(SETTINGS)
    private readonly settings: Pick<
      Settings,
      'ACTIVE_PERSON_SEARCH_DOCUMENT_TYPES' | 'PIS_ONLINE_DEDUPLICATION_MATCH_SCORE'
    >,
    private readonly search: PersonSearchRepository,
    private readonly persons: PersonRepository,
    private readonly initialVerifications: InitialVerifications,
  ) {}

  /** Finds the person of a request among the registered ones. Too many candidates to compare count as several. */
  async findMatch(sql: Sql, person: PersonRequest, today: IsoDay): Promise<PersonMatch> {
    const keys = this.keysOf(person);
    const candidates = await this.search.candidates(sql, lookUpOf(keys, today), keys);
    if (candidates === 'too_many') return { kind: 'several' };
    const wanted = matchingPersonOf(person);
    const threshold = this.settings.PIS_ONLINE_DEDUPLICATION_MATCH_SCORE;
    const [match, another] = candidates.filter(
      (candidate) => matchScore(wanted, candidate.person) > threshold,
    );
    if (match === undefined) return { kind: 'none' };
    return another === undefined ? { kind: 'one', personId: match.id } : { kind: 'several' };
  }

  /**
   * Until the end of the transaction, serialises registrations that could match the same person, and those that share
   * one of the further texts. Call it before `findMatch`: a later statement sees what the others wrote.
   */
  async lockMatches(sql: Sql, person: PersonRequest, further: readonly string[]): Promise<void> {
    await this.search.lock(sql, this.keysOf(person), further);
  }

  /**
   * Writes a new person with their initial verifications, in the caller's transaction. The authentication method follows
   * from the relationship to the confidant person, and is written with it.
   */
  async register(sql: Sql, { id, content, parameters, actorId, now }: NewRegistration): Promise<void> {
    await this.persons.insert(sql, { id, content, actorId });
    const facts = factsOf(content.person, dayInKyiv(now));
    await this.initialVerifications.create(sql, { personId: id, facts, parameters, actorId, now });
  }

  private keysOf(person: PersonRequest): SearchKeys {
    return searchKeysOf(person, this.settings.ACTIVE_PERSON_SEARCH_DOCUMENT_TYPES);
  }
}

/** Without phones for one-time passwords: a person signed up by a confidant person has no method of their own yet. */
function matchingPersonOf(person: PersonRequest): MatchingPerson {
  const residence = person.addresses.find(({ type }) => type === 'RESIDENCE');
  return {
    firstName: person.first_name,
    lastName: person.last_name,
    secondName: person.second_name ?? null,
    birthDate: person.birth_date,
    birthSettlement: person.birth_settlement,
    gender: person.gender,
    taxId: person.tax_id ?? null,
    documents: person.documents,
    otpPhones: [],
    residenceSettlement: residence?.settlement ?? null,
  };
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
    // The only method of a person registered by a confidant person.
    authenticationMethodTypes: ['THIRD_PERSON'],
    hasConfidantPerson: true,
  };
}
