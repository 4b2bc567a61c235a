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
  /** Times that writing was due so far. */
  private groups = 0;
  private isClaiming = false;
  private isTimed = false;
  /** What is gathered came of age while a group was being written. */
  private isOverdue = false;

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
      else this.writeInTime();
      this.ask();
    });
  }

  /** One timer at a time; one whose group was full before it ran out means nothing any more. */
  private writeInTime(): void {
    if (this.isTimed) return;
    this.isTimed = true;
    const group = this.groups;
    this.parts.clock.after(GROUP_AGE_MS, () => {
      if (group === this.groups) this.write();
    });
  }

  private write(): void {
    const { thread, connections, costs, clock } = this.parts;
    this.groups += 1;
    this.isTimed = false;
    this.isOverdue = this.gathered > (this.inWrite > 0 ? 0 : FULL_GROUP);
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
          if (this.isOverdue) this.write();
          this.claim();
        });
      });
    });
  }
}
