import type { Provider } from '@nestjs/common';
import { Transactions } from '../../database/transactions';
import { FactsRepository } from '../facts.repository';
import type { PersonsAtHand } from '../lock-active-person';
import { MoveNhsStatus } from '../move-nhs-status';
import { NhsStatusRepository } from '../nhs-status.repository';
import { OutcomeRepository } from '../outcome.repository';
import { PersonListRepository } from '../person-list.repository';
import { ReadHistory } from '../read-history';
import { RequeueCheck } from '../requeue-check';
import { PersonVerificationChangesController } from './person-verification-changes.controller';
import { UnverifiedPersonsController } from './unverified-persons.controller';

/** The calls of officials about the verification of persons. */
export const OFFICIAL_CONTROLLERS = [UnverifiedPersonsController, PersonVerificationChangesController];

/** Where the persons are found and held whom an official names. */
const PERSONS = Symbol('PERSONS');

/** What stands behind them. */
export const OFFICIAL_WORK: readonly Provider[] = [
  NhsStatusRepository,
  {
    provide: PERSONS,
    inject: [FactsRepository, OutcomeRepository],
    useFactory: (facts: FactsRepository, outcomes: OutcomeRepository): PersonsAtHand => ({ facts, outcomes }),
  },
  {
    provide: RequeueCheck,
    inject: [Transactions, PERSONS],
    useFactory: (transactions: Transactions, persons: PersonsAtHand) =>
      new RequeueCheck(transactions, persons),
  },
  {
    provide: MoveNhsStatus,
    inject: [Transactions, PERSONS, NhsStatusRepository],
    useFactory: (transactions: Transactions, persons: PersonsAtHand, streams: NhsStatusRepository) =>
      new MoveNhsStatus(transactions, persons, streams),
  },
  {
    provide: PersonListRepository,
    inject: [Transactions],
    useFactory: (transactions: Transactions) => new PersonListRepository(transactions),
  },
  {
    provide: ReadHistory,
    inject: [Transactions, FactsRepository],
    useFactory: (transactions: Transactions, facts: FactsRepository) => new ReadHistory(transactions, facts),
  },
];
