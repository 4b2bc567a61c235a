import { Inject, Injectable } from '@nestjs/common';
import type { Settings } from '../config/env';
import { SETTINGS } from '../config/settings.module';
import type { Sql } from '../database/transactions';
import type { IsoDay } from '../domain/calendar-day';
import { matchScore } from '../domain/person/matching/match-score';
import type { MatchingPerson } from '../domain/person/matching/compared-person';
import { lookUpOf, searchKeysOf, type SearchKeys } from '../domain/person/matching/search-keys';
import type { PersonRequest } from '../domain/person/person-request';
import { PersonSearchRepository } from './person-search.repository';

/** Whether the person of a request is registered already. */
export type FoundPerson =
  | { readonly kind: 'none' }
  | { readonly kind: 'one'; readonly personId: string }
  | { readonly kind: 'several' };

/** Finds the person of a request among those who are registered. */
@Injectable()
export class FindRegisteredPerson {
  constructor(
    @Inject(SETTINGS)
    private readonly settings: Pick<
      Settings,
      'ACTIVE_PERSON_SEARCH_DOCUMENT_TYPES' | 'PIS_ONLINE_DEDUPLICATION_MATCH_SCORE'
    >,
    private readonly search: PersonSearchRepository,
  ) {}

  /** Too many candidates to compare are several: the person cannot be told from them. */
  async run(sql: Sql, person: PersonRequest, today: IsoDay): Promise<FoundPerson> {
    const keys = this.keysOf(person);
    const candidates = await this.search.candidates(sql, lookUpOf(keys, today), keys);
    if (candidates === 'too_many') return { kind: 'several' };
    const wanted = matchingPersonOf(person);
    const threshold = this.settings.PIS_ONLINE_DEDUPLICATION_MATCH_SCORE;
    const [match, another] = candidates.filter((found) => matchScore(wanted, found.person) > threshold);
    if (match === undefined) return { kind: 'none' };
    return another === undefined ? { kind: 'one', personId: match.id } : { kind: 'several' };
  }

  /**
   * Serialises registrations that could meet the same person, and those that share one of the further texts, until the
   * end of the transaction. Called before `run`, in an earlier statement: what the others wrote is then seen.
   */
  async lock(sql: Sql, person: PersonRequest, further: readonly string[]): Promise<void> {
    await this.search.lock(sql, this.keysOf(person), further);
  }

  private keysOf(person: PersonRequest): SearchKeys {
    return searchKeysOf(person, this.settings.ACTIVE_PERSON_SEARCH_DOCUMENT_TYPES);
  }
}

/** A request has no phone for one-time passwords: who signs up through a confidant has no method of his own yet. */
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
