import type { Provider } from '@nestjs/common';
import { Transactions } from '../database/transactions';
import { BackgroundTaskLoops, WakeUps } from '../jobs';
import { FactsRepository } from './facts.repository';
import { VerificationJobFactory } from './verification-job.factory';
import { type AnyRegisterStream, REGISTER_STREAMS } from './stream-registry';
import { RequestedChecks } from './requested-checks.service';
import { CheckRequestRepository } from './check-request.repository';
import { CHECKS_AT_ONCE_QUEUE, type ChecksAtOnce, ReadCheck } from './check-request.service';

/** Ask for it with `@Inject(CHECKS_AT_ONCE)`: where a check is asked for that is made at once. */
export const CHECKS_AT_ONCE = Symbol('CHECKS_AT_ONCE');

const requests: Provider = {
  provide: CheckRequestRepository,
  inject: [Transactions],
  useFactory: (transactions: Transactions) => new CheckRequestRepository(transactions),
};

const checksAtOnce: Provider = {
  provide: CHECKS_AT_ONCE,
  inject: [CheckRequestRepository, WakeUps],
  useFactory: (rows: CheckRequestRepository, wakeUps: WakeUps): ChecksAtOnce => ({ requests: rows, wakeUps }),
};

const readCheck: Provider = {
  provide: ReadCheck,
  inject: [Transactions, FactsRepository, CheckRequestRepository],
  useFactory: (transactions: Transactions, facts: FactsRepository, rows: CheckRequestRepository) =>
    new ReadCheck(transactions, facts, rows),
};

/** What a process needs to ask for such checks. */
export const AT_ONCE_WORK: readonly Provider[] = [requests, checksAtOnce, readCheck];

/** Makes these checks, in a worker. */
export const checkAtOnce: Provider = {
  provide: RequestedChecks,
  inject: [VerificationJobFactory, REGISTER_STREAMS, CheckRequestRepository, BackgroundTaskLoops],
  useFactory: (
    ...given: [VerificationJobFactory, AnyRegisterStream[], CheckRequestRepository, BackgroundTaskLoops]
  ) => {
    const [makeChecks, streams, rows, loops] = given;
    const check = makeChecks.atOnce(streams, rows);
    loops.add(CHECKS_AT_ONCE_QUEUE, check);
    return check;
  },
};
