import type { CircuitBreaker } from './circuit-breaker';
import type { CallEnd } from './limiter.rules';

/** Whether a call waits its turn, or goes first because a person waits for its answer. */
export type Turn = 'in_order' | 'next';

/** The right to send one message. */
export interface Permit {
  /** Returns the permit and reports to the circuit breaker how the call ended. A second call does nothing. */
  done(end: CallEnd): void;
}

/** What a request for a permit ends in. */
export type PermitAnswer = Permit | 'circuit_open' | 'stopped';

/** What the queue needs to know about its limiter, and what it reports to it. */
export interface PermitQueueOwner {
  /** Concurrent calls that are allowed now. */
  capacity(): number;
  /** Whether the breaker's state is known well enough to decide by it. */
  isReady(breaker: CircuitBreaker): boolean;
  /** A call waits for a breaker that is not ready. */
  onUnready(): void;
  /** A permitted call ended. `inUse` is the number of permits in use, its own included. */
  onEnd(end: CallEnd, inUse: number): void;
  /** The other workers should learn at once how calls ended. */
  onAlarm(breaker: CircuitBreaker): void;
  /** The database could not be asked. */
  onTrouble(): void;
}

/** The shared rate: when calls may be sent. */
export interface SendingTimes {
  /** Calls `go` at the next free sending time of this worker; returns a function that cancels the request. */
  schedule(go: () => void, turn: Turn): () => void;
  /** Lets calls go whose time has come, and reserves times for the others. */
  serve(): void;
  /** No call goes any more. */
  close(): void;
}

/** A call that has no permit yet: it waits for capacity, then for its sending time, then perhaps for the probe. */
interface WaitingCall {
  readonly breaker: CircuitBreaker;
  readonly signal: AbortSignal;
  readonly turn: Turn;
  readonly answer: (answer: PermitAnswer) => void;
  waitsFor: 'capacity' | 'time' | 'probe';
  /** Cancels the request for a sending time. */
  cancelTime: () => void;
}

/** Gives out permits, first come, first served. A call needs capacity, then a sending time, then a closed circuit. */
export class PermitQueue {
  private readonly waiting = new WaitingCalls((call) => this.stop(call));
  private count = 0;

  /** `rate` is null without a rate limit. */
  constructor(
    private readonly owner: PermitQueueOwner,
    private readonly rate: SendingTimes | null,
  ) {}

  /** Permits in use: by calls under way, and by calls that wait for their sending time. */
  get inUse(): number {
    return this.count;
  }

  get isBusy(): boolean {
    return this.count > 0 || this.waiting.size > 0;
  }

  /** The breakers of the waiting calls. */
  breakers(): CircuitBreaker[] {
    return this.waiting.list().map((call) => call.breaker);
  }

  permit(breaker: CircuitBreaker, signal: AbortSignal, turn: Turn): Promise<PermitAnswer> {
    const { owner, rate } = this;
    if (owner.isReady(breaker)) {
      const state = breaker.state();
      if (state === 'open') return Promise.resolve('circuit_open');
      const isFree = rate === null && !this.waiting.hasCallsWithoutCapacity && this.count < owner.capacity();
      if (isFree && state === 'closed') {
        this.count += 1;
        return Promise.resolve(this.permitOf(breaker));
      }
    }
    return new Promise((answer) => {
      this.waiting.add({
        ...{ breaker, signal, turn, answer },
        waitsFor: 'capacity',
        cancelTime: () => undefined,
      });
      this.giveCapacity();
    });
  }

  /** Something changed: refuses calls whose circuit is open now, and gives free capacity to the others. */
  serve(): void {
    for (const call of this.waiting.list()) {
      const isDecided = call.waitsFor !== 'probe' && this.owner.isReady(call.breaker);
      if (isDecided && call.breaker.state() === 'open') this.end(call, 'circuit_open');
    }
    this.rate?.serve();
    this.giveCapacity();
  }

  /** Ends all waiting calls as stopped. */
  close(): void {
    this.rate?.close();
    for (const call of this.waiting.list()) this.end(call, 'stopped');
  }

  private giveCapacity(): void {
    for (let call = this.waiting.first(); call !== undefined; call = this.waiting.first()) {
      if (!this.owner.isReady(call.breaker)) return this.owner.onUnready();
      if (this.count >= this.owner.capacity()) return;
      this.admit(call);
    }
  }

  private admit(call: WaitingCall): void {
    this.count += 1;
    this.waiting.hasCapacity(call);
    call.waitsFor = 'time';
    if (this.rate === null) this.decide(call);
    else call.cancelTime = this.rate.schedule(() => this.timeHasCome(call), call.turn);
  }

  /** A call that is refused now leaves its capacity to those that wait for some. */
  private timeHasCome(call: WaitingCall): void {
    this.decide(call);
    this.giveCapacity();
  }

  /** The call has capacity and a sending time; the circuit breaker decides. */
  private decide(call: WaitingCall): void {
    const state = call.breaker.state();
    if (state === 'half_open') void this.probe(call);
    else this.end(call, state === 'open' ? 'circuit_open' : this.permitOf(call.breaker));
  }

  private async probe(call: WaitingCall): Promise<void> {
    const { breaker } = call;
    call.waitsFor = 'probe';
    try {
      if (!(await breaker.startProbe())) {
        this.end(call, breaker.state() === 'closed' ? this.permitOf(breaker) : 'circuit_open');
      } else if (!this.end(call, this.probePermitOf(breaker))) await breaker.probeEnded('not_sent');
    } catch {
      this.end(call, 'circuit_open');
      this.owner.onTrouble();
    }
    this.serve();
  }

  /** Answers a waiting call; without a permit its capacity is free again. False when it does not wait any more. */
  private end(call: WaitingCall, answer: PermitAnswer): boolean {
    if (!this.waiting.remove(call)) return false;
    if (call.waitsFor !== 'capacity' && typeof answer === 'string') this.count -= 1;
    call.answer(answer);
    return true;
  }

  private stop(call: WaitingCall): void {
    this.end(call, 'stopped');
    this.giveCapacity();
  }

  private permitOf(breaker: CircuitBreaker): Permit {
    const { period } = breaker;
    return this.permitWith((end) => {
      if (breaker.callEnded(end, period)) this.owner.onAlarm(breaker);
    });
  }

  private probePermitOf(breaker: CircuitBreaker): Permit {
    return this.permitWith((end) => {
      breaker.probeEnded(end).then(
        () => this.serve(),
        () => this.owner.onTrouble(),
      );
    });
  }

  private permitWith(report: (end: CallEnd) => void): Permit {
    let isOver = false;
    return {
      done: (end) => {
        if (isOver) return;
        isOver = true;
        this.owner.onEnd(end, this.count);
        this.count -= 1;
        report(end);
        this.giveCapacity();
      },
    };
  }
}

/** All waiting calls in the order in which they arrived, and the signals that stop them. */
class WaitingCalls {
  private readonly all = new Set<WaitingCall>();
  private readonly withoutCapacity = new TurnQueue<WaitingCall>();
  /** One listener per signal: hundreds of calls share the signal of their run. */
  private readonly bySignal = new Map<AbortSignal, { calls: Set<WaitingCall>; listener: () => void }>();

  constructor(private readonly onStop: (call: WaitingCall) => void) {}

  get size(): number {
    return this.all.size;
  }

  get hasCallsWithoutCapacity(): boolean {
    return this.withoutCapacity.size > 0;
  }

  add(call: WaitingCall): void {
    this.all.add(call);
    this.withoutCapacity.add(call, call.turn);
    this.callsOf(call.signal).add(call);
  }

  /** The call that gets capacity next. */
  first(): WaitingCall | undefined {
    return this.withoutCapacity.first();
  }

  /** The call has capacity and waits for its sending time. */
  hasCapacity(call: WaitingCall): void {
    this.withoutCapacity.delete(call);
  }

  /** The call waits no more. False when it had been answered before. */
  remove(call: WaitingCall): boolean {
    if (!this.all.delete(call)) return false;
    this.withoutCapacity.delete(call);
    call.cancelTime();
    const stopped = this.bySignal.get(call.signal);
    stopped?.calls.delete(call);
    if (stopped?.calls.size === 0) {
      call.signal.removeEventListener('abort', stopped.listener);
      this.bySignal.delete(call.signal);
    }
    return true;
  }

  /** A copy, so that calls may be answered during the iteration. */
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

/** A queue, first come, first served, in which the few calls that a person waits for go before all others. */
export class TurnQueue<Waiting> {
  private readonly queues: Readonly<Record<Turn, Set<Waiting>>> = { next: new Set(), in_order: new Set() };

  get size(): number {
    return this.queues.next.size + this.queues.in_order.size;
  }

  add(waiting: Waiting, turn: Turn): void {
    this.queues[turn].add(waiting);
  }

  /** A set keeps the order and lets an entry leave from the middle. */
  delete(waiting: Waiting): void {
    if (!this.queues.next.delete(waiting)) this.queues.in_order.delete(waiting);
  }

  first(): Waiting | undefined {
    for (const queue of [this.queues.next, this.queues.in_order]) {
      for (const waiting of queue) return waiting;
    }
    return undefined;
  }

  clear(): void {
    this.queues.next.clear();
    this.queues.in_order.clear();
  }
}
