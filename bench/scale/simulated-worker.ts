import type { Thread } from './cores';
import type { EventClock } from './event-clock';
import type { Cost } from './installation';

/** The program's own numbers: a claim takes a hundred, a group is written when it is full or this old. */
const CLAIM = 100;
const FULL_GROUP = 500;
const GROUP_AGE_MS = 100;
/** Two wait for every call under way before nobody more is claimed. */
const WAITING_PER_CALL = 2;
const MOST_UNWRITTEN = 2_000;

/** Of what a person costs the database, the claim takes about a third and the write the rest. */
const CLAIM_SHARE = 1 / 3;
/** Of what a person costs a worker, about a third is spent before the call. */
const ASK_SHARE = 1 / 3;

export interface WorkerParts {
  readonly clock: EventClock;
  readonly costs: { readonly worker: Cost; readonly database: Cost; readonly commitMs: number };
  /** Calls at once. */
  readonly calls: number;
  readonly thread: Thread;
  /** A claim and a write may be under way together. */
  readonly connections: { readonly claim: Thread; readonly write: Thread };
  readonly ask: (then: () => void) => void;
}

/** One worker of the model: claims, asks, gathers, writes. */
export class SimulatedWorker {
  written = 0;
  private waiting = 0;
  private asking = 0;
  private gathered = 0;
  private inWrite = 0;
  private isClaiming = false;
  /** Runs from the first that is gathered; without it, what is gathered is due. */
  private timer: symbol | undefined;

  constructor(private readonly parts: WorkerParts) {}

  start(): void {
    this.claim();
  }

  private claim(): void {
    const { calls, connections, costs, clock } = this.parts;
    const isEnough = this.waiting + this.asking >= calls * (1 + WAITING_PER_CALL);
    if (this.isClaiming || isEnough || this.gathered + this.inWrite > MOST_UNWRITTEN) return;
    this.isClaiming = true;
    connections.claim.compute(CLAIM * costs.database.perPersonMs * CLAIM_SHARE, () => {
      clock.after(costs.commitMs, () => {
        this.isClaiming = false;
        this.waiting += CLAIM;
        this.ask();
        this.claim();
      });
    });
  }

  private ask(): void {
    const { calls, thread, costs, ask } = this.parts;
    while (this.waiting > 0 && this.asking < calls) {
      this.waiting -= 1;
      this.asking += 1;
      thread.compute(costs.worker.perPersonMs * ASK_SHARE, () => ask(() => this.read()));
    }
    this.claim();
  }

  private read(): void {
    const { thread, costs } = this.parts;
    thread.compute(costs.worker.perPersonMs * (1 - ASK_SHARE), () => {
      this.asking -= 1;
      this.gathered += 1;
      if (this.gathered >= FULL_GROUP) this.write();
      else if (this.gathered === 1) this.writeInTime();
      this.ask();
    });
  }

  /** A timer whose group was full before it ran out means nothing any more. */
  private writeInTime(): void {
    const timer = Symbol('timer');
    this.timer = timer;
    this.parts.clock.after(GROUP_AGE_MS, () => {
      if (timer === this.timer) this.write();
    });
  }

  private write(): void {
    const { thread, connections, costs, clock } = this.parts;
    this.timer = undefined;
    if (this.inWrite > 0 || this.gathered === 0) return;
    const persons = Math.min(FULL_GROUP, this.gathered);
    this.gathered -= persons;
    this.inWrite = persons;
    const { perGroupMs, perPersonMs } = costs.database;
    thread.compute(costs.worker.perGroupMs, () => {
      connections.write.compute(perGroupMs + persons * perPersonMs * (1 - CLAIM_SHARE), () => {
        clock.after(costs.commitMs, () => {
          this.inWrite = 0;
          this.written += persons;
          if (this.timer === undefined) this.write();
          this.claim();
        });
      });
    });
  }
}
