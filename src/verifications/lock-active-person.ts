import type { Sql } from '../database/transactions';
import { Refusal } from '../domain/refusal';
import type { FactsRepository } from './facts.repository';
import type { OutcomeRepository } from './outcome.repository';

/** Where a person is found and held. */
export interface PersonsAtHand {
  readonly facts: FactsRepository;
  readonly outcomes: OutcomeRepository;
}

/**
 * Holds a person's verifications until the end of the transaction. Refuses when there is no such person, or when he is
 * not active: an official is told so before anything he asked for is looked at.
 */
export async function lockActivePerson(
  sql: Sql,
  personId: string,
  { facts, outcomes }: PersonsAtHand,
): Promise<void> {
  const [locked] = await outcomes.lock(sql, [personId]);
  const active = await facts.isActive(sql, personId);
  if (active === undefined || locked === undefined) throw new Refusal('person_not_found');
  if (!active) throw new Refusal('person_not_active');
}
