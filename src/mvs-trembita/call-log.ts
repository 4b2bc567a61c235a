import { TECHNICAL_ERROR_KINDS } from '../domain/technical-error';
import { type Log, type Metrics, startAtZero } from '../observability';
import type { RegisterMethod } from './register-gate';
import type { WhyRefused } from './soap/answer-refused';
import { METHODS } from './soap/methods.table';

/** How a message that was sent may end. */
const CALL_ENDS = ['answered', 'stopped', ...TECHNICAL_ERROR_KINDS] as const;

/** What may be known about a message afterwards. There is no room here for anybody's data. */
export interface CallFacts {
  messageId: string;
  method: RegisterMethod;
  durationMs: number;
  end: (typeof CALL_ENDS)[number];
  /** Which rule the answer broke; only for answers that could not be read. */
  why?: WhyRefused;
  /** What the security server's operators ask for when they are asked for help. */
  uxpTransactionId?: string;
}

/** Hears of every message that was sent, once. */
export interface CallLog {
  called(facts: CallFacts): void;
}

/** Ask for it with `@Inject(CALL_LOG) log: CallLog`. */
export const CALL_LOG = Symbol('CALL_LOG');

/**
 * One line a message. A good answer is told only to those who look closely (the audit log keeps its message id);
 * refused access is an alarm, because only people can mend it.
 */
export class CallLines implements CallLog {
  constructor(
    private readonly log: Log,
    private readonly metrics: Metrics,
  ) {
    startAtZero(metrics.registerCalls, { method: Object.keys(METHODS), end: CALL_ENDS });
  }

  called({ messageId, method, durationMs, end, why, uxpTransactionId }: CallFacts): void {
    this.metrics.registerCalls.inc({ method, end });
    this.metrics.registerCallSeconds.observe({ method }, durationMs / 1000);
    const line = {
      message_id: messageId,
      method,
      duration_ms: Math.round(durationMs),
      end,
      why,
      uxp_transaction_id: uxpTransactionId,
    };
    if (end === 'answered' || end === 'stopped') this.log.debug('register called', line);
    else if (end === 'fault_configuration') this.log.error('register refuses us', undefined, line);
    else this.log.warn('register gave no answer', line);
  }
}

/** For callers without a log of their own. */
export const NOBODY_LISTENS: CallLog = { called: () => undefined };
