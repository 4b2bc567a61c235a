import { isDead } from './gate.rules';
import type { CallCounts } from './gate-store';

/** Calls that ended here since the last telling; an answer to a call of an older period is an answer still. */
export interface Untold extends CallCounts {
  readonly answers: number;
}

const NOTHING: Untold = { calls: 0, failures: 0, answers: 0 };

/** What this process knows of a method's calls: those of everybody as last read, and its own not told yet. */
export class CallTally {
  private window: CallCounts = NOTHING;
  private untold: Untold = NOTHING;
  private isDead = false;

  constructor(private readonly limits: { share: number; minCalls: number }) {}

  get isTold(): boolean {
    return this.untold.calls + this.untold.answers === 0;
  }

  /** Whether all that is known here already says that the register is down. Asked before every call. */
  get looksDead(): boolean {
    return this.isDead;
  }

  /** A call ended; the breaker counts it unless it belongs to an older period. */
  add(verdict: 'answer' | 'failure', isCounted: boolean): void {
    const { calls, failures, answers } = this.untold;
    this.untold = {
      calls: calls + (isCounted ? 1 : 0),
      failures: failures + (isCounted && verdict === 'failure' ? 1 : 0),
      answers: answers + (verdict === 'answer' ? 1 : 0),
    };
    this.judge();
  }

  /** Tells what there is to tell. What could not be told stays; while it is on its way it weighs all the same. */
  async tell<Answer>(telling: (untold: Untold) => Promise<Answer>): Promise<Answer> {
    const before = this.window;
    const told = this.untold;
    this.untold = NOTHING;
    this.window = sum(before, told);
    try {
      return await telling(told);
    } catch (error) {
      this.window = before;
      this.untold = { ...sum(this.untold, told), answers: this.untold.answers + told.answers };
      throw error;
    }
  }

  /** The calls of everybody were read anew; with a new period one's own old calls are void. */
  see(window: CallCounts, isNewPeriod: boolean): void {
    this.window = window;
    if (isNewPeriod) this.untold = { ...NOTHING, answers: this.untold.answers };
    this.judge();
  }

  private judge(): void {
    this.isDead = isDead(sum(this.window, this.untold), this.limits);
  }
}

function sum(a: CallCounts, b: CallCounts): CallCounts {
  return { calls: a.calls + b.calls, failures: a.failures + b.failures };
}
