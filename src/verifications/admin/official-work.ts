import type { Provider } from '@nestjs/common';
import { Transactions } from '../../database/transactions';
import { CHECKS_AT_ONCE } from '../at-once/at-once-work';
import type { ChecksAtOnce } from '../at-once/checks-at-once';
import { CannotBeCheckedRepository } from '../cannot-be-checked.repository';
import { FactsRepository } from '../facts.repository';
import type { PersonsAtHand } from '../lock-active-person';
import { MoveNhsStatus } from '../move-nhs-status';
import { NhsStatusRepository } from '../nhs-status.repository';
import { OutcomeRepository } from '../outcome.repository';
import { PersonCardRepository } from '../person-card.repository';
import { PersonListRepository } from '../person-list.repository';
import { ReadHistory } from '../read-history';
import { ReadVerification } from '../read-verification';
import { RequeueCheck } from '../requeue-check';
import { PersonNodes } from './person-nodes';
import { PersonVerificationChangesController } from './person-verification-changes.controller';
import { PersonVerificationChangesResolver } from './person-verification-changes.resolver';
import { PersonsResolver } from './persons.resolver';
import { UnverifiedPersonsController } from './unverified-persons.controller';

/** The calls of officials about the verification of persons. */
export const OFFICIAL_CONTROLLERS = [UnverifiedPersonsController, PersonVerificationChangesController];

/** Where the persons are found and held whom an official names. */
const PERSONS_AT_HAND = Symbol('PERSONS_AT_HAND');

/** What stands behind them. */
export const OFFICIAL_WORK: readonly Provider[] = [
  PersonsResolver,
  PersonVerificationChangesResolver,
  {
    provide: PersonNodes,
    inject: [ReadVerification, Transactions],
    useFactory: (readVerification: ReadVerification, transactions: Transactions) =>
      new PersonNodes(readVerification, new PersonCardRepository(transactions)),
  },
  NhsStatusRepository,
  {
    provide: PERSONS_AT_HAND,
    inject: [FactsRepository, OutcomeRepository],
    useFactory: (facts: FactsRepository, outcomes: OutcomeRepository): PersonsAtHand => ({ facts, outcomes }),
  },
  {
    provide: RequeueCheck,
    inject: [Transactions, PERSONS_AT_HAND, CHECKS_AT_ONCE],
    useFactory: (...given: [Transactions, PersonsAtHand, ChecksAtOnce]) => new RequeueCheck(...given),
  },
  {
    provide: MoveNhsStatus,
    inject: [Transactions, PERSONS_AT_HAND, NhsStatusRepository],
    useFactory: (transactions: Transactions, persons: PersonsAtHand, streams: NhsStatusRepository) =>
      new MoveNhsStatus(transactions, persons, streams),
  },
  {
    provide: PersonListRepository,
    inject: [Transactions],
    useFactory: (transactions: Transactions) => new PersonListRepository(transactions),
  },
  {
    provide: CannotBeCheckedRepository,
    inject: [Transactions],
    useFactory: (transactions: Transactions) => new CannotBeCheckedRepository(transactions),
  },
  {
    provide: ReadHistory,
    inject: [Transactions, FactsRepository],
    useFactory: (transactions: Transactions, facts: FactsRepository) => new ReadHistory(transactions, facts),
  },
];
