import type { CallEnd, Permit, Turn } from '../register-gate';
import type { MethodBreaker } from './method-breaker';
import type { SendingTimes } from './sending-times';
import { WaitingCalls, type PermitAnswer, type WaitingCall } from './waiting-calls';

/** What the line needs to know of the gate it belongs to, and tells it. */
export interface PermitLineChoices {
  /** Calls at once that are allowed now. */
  readonly capacity: () => number;
  /** The line of sending times; null without a rate limit. */
  readonly times: SendingTimes | null;
  /** Whether the breaker's state is known well enough to decide by it. */
  readonly isReady: (breaker: MethodBreaker) => boolean;
  /** Told when somebody waits for a breaker that is not ready. */
  readonly onUnready: () => void;
  /** A permitted call ended while so many, itself included, were under way. */
  readonly onEnd: (end: CallEnd, inUse: number) => void;
  /** What ended should be told to the others at once. */
  readonly onAlarm: (breaker: MethodBreaker) => void;
  /** The database could not be asked. */
  readonly onTrouble: () => void;
}

/** Hands out permits, first come, first served: first a place, then a sending time, then the breaker's word. */
export class PermitLine {
  private readonly waiting = new WaitingCalls((call) => this.stop(call));
  private count = 0;

  constructor(private readonly choices: PermitLineChoices) {}

  /** Places taken: by calls under way, and by those that have a place and wait for their sending time. */
  get inUse(): number {
    return this.count;
  }

  get isBusy(): boolean {
    return this.count > 0 || this.waiting.size > 0;
  }

  /** The methods somebody waits for. */
  breakers(): MethodBreaker[] {
    return this.waiting.list().map((call) => call.breaker);
  }

  permit(breaker: MethodBreaker, signal: AbortSignal, turn: Turn): Promise<PermitAnswer> {
    const { isReady, times, capacity } = this.choices;
    if (isReady(breaker)) {
      const state = breaker.state();
      if (state === 'shut') return Promise.resolve('gate_shut');
      const isFree = times === null && this.waiting.lineIsEmpty && this.count < capacity();
      if (isFree && state === 'open_to_all') {
        this.count += 1;
        return Promise.resolve(this.permitOf(breaker));
      }
    }
    return new Promise((answer) => {
      this.waiting.add({ breaker, signal, turn, answer, waitsFor: 'place', forgetTime: () => undefined });
      this.givePlaces();
    });
  }

  /** Something changed: sends away who waits for a gate that is shut now, and gives free places to the others. */
  serve(): void {
    for (const call of this.waiting.list()) {
      const isShut = call.waitsFor !== 'probe' && this.choices.isReady(call.breaker);
      if (isShut && call.breaker.state() === 'shut') this.end(call, 'gate_shut');
    }
    this.choices.times?.serve();
    this.givePlaces();
  }

  /** Sends everybody who waits away. */
  close(): void {
    this.choices.times?.close();
    for (const call of this.waiting.list()) this.end(call, 'stopped');
  }

  private givePlaces(): void {
    for (let call = this.waiting.first(); call !== undefined; call = this.waiting.first()) {
      if (!this.choices.isReady(call.breaker)) return this.choices.onUnready();
      if (this.count >= this.choices.capacity()) return;
      this.place(call);
    }
  }

  private place(call: WaitingCall): void {
    this.count += 1;
    this.waiting.leaveLine(call);
    call.waitsFor = 'time';
    if (this.choices.times === null) this.pass(call);
    else call.forgetTime = this.choices.times.want(() => this.pass(call), call.turn);
  }

  /** The call has its place and its time; the breaker has the last word. */
  private pass(call: WaitingCall): void {
    const state = call.breaker.state();
    if (state === 'ajar') void this.probe(call);
    else this.end(call, state === 'shut' ? 'gate_shut' : this.permitOf(call.breaker));
  }

  private async probe(call: WaitingCall): Promise<void> {
    const { breaker } = call;
    call.waitsFor = 'probe';
    try {
      if (!(await breaker.startProbe())) {
        this.end(call, breaker.state() === 'open_to_all' ? this.permitOf(breaker) : 'gate_shut');
      } else if (!this.end(call, this.probePermitOf(breaker))) await breaker.probeEnded('not_sent');
    } catch {
      this.end(call, 'gate_shut');
      this.choices.onTrouble();
    }
    this.serve();
  }

  /** Answers a call that waits; its place goes back unless it goes on with a permit. False when it waits no more. */
  private end(call: WaitingCall, answer: PermitAnswer): boolean {
    if (!this.waiting.remove(call)) return false;
    if (call.waitsFor !== 'place' && typeof answer === 'string') this.count -= 1;
    call.answer(answer);
    return true;
  }

  private stop(call: WaitingCall): void {
    this.end(call, 'stopped');
    this.givePlaces();
  }

  private permitOf(breaker: MethodBreaker): Permit {
    const { period } = breaker;
    return this.permitWith((end) => {
      if (breaker.ended(end, period)) this.choices.onAlarm(breaker);
    });
  }

  private probePermitOf(breaker: MethodBreaker): Permit {
    return this.permitWith((end) => {
      breaker.probeEnded(end).then(
        () => this.serve(),
        () => this.choices.onTrouble(),
      );
    });
  }

  /** A permit ends once; a second word about the same call is not heard. */
  private permitWith(tell: (end: CallEnd) => void): Permit {
    let isOver = false;
    return {
      done: (end) => {
        if (isOver) return;
        isOver = true;
        this.choices.onEnd(end, this.count);
        this.count -= 1;
        tell(end);
        this.givePlaces();
      },
    };
  }
}
