import type { Provider } from '@nestjs/common';
import { Transactions } from '../../database/transactions';
import { CHECKS_AT_ONCE } from '../check-request.providers';
import type { ChecksAtOnce } from '../check-request.service';
import { PersonListRepository } from '../person-list.repository';
import { FactsRepository } from '../facts.repository';
import { type PersonsAtHand, RequeueCheck } from '../stream-restart.service';
import { NhsStatusService, NhsStatusRepository } from '../nhs-status.service';
import { OutcomeRepository } from '../outcome.repository';
import { PersonCardRepository, ReadHistory, ReadVerification } from '../verification-reader.service';
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
    provide: NhsStatusService,
    inject: [Transactions, PERSONS_AT_HAND, NhsStatusRepository],
    useFactory: (transactions: Transactions, persons: PersonsAtHand, streams: NhsStatusRepository) =>
      new NhsStatusService(transactions, persons, streams),
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
