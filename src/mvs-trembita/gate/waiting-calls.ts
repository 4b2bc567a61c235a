import type { Permit, Turn } from '../register-gate';
import type { MethodBreaker } from './method-breaker';
import { TwoLines } from './two-lines';

/** What a call that asked for a permit gets in the end. */
export type PermitAnswer = Permit | 'gate_shut' | 'stopped';

/** A call on its way to a permit: it waits for a place, then for its sending time, then perhaps for the probe. */
export interface WaitingCall {
  readonly breaker: MethodBreaker;
  readonly signal: AbortSignal;
  readonly turn: Turn;
  readonly answer: (answer: PermitAnswer) => void;
  waitsFor: 'place' | 'time' | 'probe';
  /** Takes back the wish for a sending time. */
  forgetTime: () => void;
}

/** All calls that wait, in the order they came, and the signals that stop them. */
export class WaitingCalls {
  private readonly all = new Set<WaitingCall>();
  /** Those without a place. */
  private readonly line = new TwoLines<WaitingCall>();
  /** One listener per signal: hundreds of calls share the signal of their run. */
  private readonly bySignal = new Map<AbortSignal, { calls: Set<WaitingCall>; listener: () => void }>();

  constructor(private readonly onStop: (call: WaitingCall) => void) {}

  get size(): number {
    return this.all.size;
  }

  /** Whether nobody waits for a place. */
  get lineIsEmpty(): boolean {
    return this.line.size === 0;
  }

  add(call: WaitingCall): void {
    this.all.add(call);
    this.line.add(call, call.turn);
    this.callsOf(call.signal).add(call);
  }

  /** Who is next to get a place. */
  first(): WaitingCall | undefined {
    return this.line.first();
  }

  /** The call has its place and waits for what comes next. */
  leaveLine(call: WaitingCall): void {
    this.line.delete(call);
  }

  /** The call waits no more. False when it had been answered before. */
  remove(call: WaitingCall): boolean {
    if (!this.all.delete(call)) return false;
    this.line.delete(call);
    call.forgetTime();
    const stopped = this.bySignal.get(call.signal);
    stopped?.calls.delete(call);
    if (stopped?.calls.size === 0) {
      call.signal.removeEventListener('abort', stopped.listener);
      this.bySignal.delete(call.signal);
    }
    return true;
  }

  /** A copy, so that the calls may be answered while they are gone through. */
  list(): WaitingCall[] {
    return [...this.all];
  }

  private callsOf(signal: AbortSignal): Set<WaitingCall> {
    const known = this.bySignal.get(signal);
    if (known !== undefined) return known.calls;
    const calls = new Set<WaitingCall>();
    const listener = (): void => [...calls].forEach((call) => this.onStop(call));
    signal.addEventListener('abort', listener);
    this.bySignal.set(signal, { calls, listener });
    return calls;
  }
}
