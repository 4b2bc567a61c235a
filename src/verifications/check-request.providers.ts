import type { Provider } from '@nestjs/common';
import { Transactions } from '../database/transactions';
import { Bell, ErrandLoop, ErrandsModule } from '../jobs';
import { FactsRepository } from './facts.repository';
import { VerificationJobFactory } from './verification-job.factory';
import { type AnyRegisterStream, REGISTER_STREAMS } from './stream-registry';
import { RequestedChecks } from './requested-checks.service';
import { CheckRequestRepository } from './check-request.repository';
import { type ChecksAtOnce, ReadCheck } from './check-request.service';

/** The queue of the checks that somebody waits for. */
const QUEUE = 'checks-at-once';

/** Ask for it with `@Inject(CHECKS_AT_ONCE)`: where a check is asked for that is made at once. */
export const CHECKS_AT_ONCE = Symbol('CHECKS_AT_ONCE');

/** The loop of these checks, and the bell. */
export function atOnceErrands(choices: { readonly works: boolean; readonly rings: boolean }) {
  return ErrandsModule.of({ name: QUEUE, ...choices });
}

/** What a process needs to ask for such checks, and to make them if it works. */
export function atOnceWork(works: boolean): readonly Provider[] {
  return [requests, checksAtOnce, readCheck, ...(works ? [checkAtOnce] : [])];
}

const requests: Provider = {
  provide: CheckRequestRepository,
  inject: [Transactions],
  useFactory: (transactions: Transactions) => new CheckRequestRepository(transactions),
};

const checksAtOnce: Provider = {
  provide: CHECKS_AT_ONCE,
  inject: [CheckRequestRepository, Bell],
  useFactory: (rows: CheckRequestRepository, bell: Bell): ChecksAtOnce => ({ requests: rows, bell }),
};

const readCheck: Provider = {
  provide: ReadCheck,
  inject: [Transactions, FactsRepository, CheckRequestRepository],
  useFactory: (transactions: Transactions, facts: FactsRepository, rows: CheckRequestRepository) =>
    new ReadCheck(transactions, facts, rows),
};

const checkAtOnce: Provider = {
  provide: RequestedChecks,
  inject: [VerificationJobFactory, REGISTER_STREAMS, CheckRequestRepository, ErrandLoop],
  useFactory: (
    ...given: [VerificationJobFactory, AnyRegisterStream[], CheckRequestRepository, ErrandLoop]
  ) => {
    const [makeChecks, streams, rows, loop] = given;
    const check = makeChecks.atOnce(streams, rows);
    loop.does(check);
    return check;
  },
};
