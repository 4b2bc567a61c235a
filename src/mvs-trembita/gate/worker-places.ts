import { shareOf } from './gate.rules';
import type { GateSettings, GateStore } from './gate-store';

/** What a worker's places need. */
export interface WorkerPlacesChoices {
  readonly worker: string;
  readonly settings: GateSettings;
  readonly store: GateStore;
  readonly monotonic: () => number;
}

/**
 * This worker's places at the register. Places are numbered rows up to the shared limit and belong to one worker
 * each, so however workers come, go and die, no more calls are under way than there are places: a newcomer has what
 * is free, and gets the rest of its share as the others let go of theirs.
 */
export class WorkerPlaces {
  private readonly leaseMs: number;
  private isLaidOut = false;
  private share = 0;
  private held = 0;
  private heldUntilMs = -Infinity;
  private renewedAtMs = -Infinity;

  constructor(private readonly choices: WorkerPlacesChoices) {
    this.leaseMs = choices.settings.VERIFICATION_LEASE_SECONDS * 1000;
  }

  /** Calls at once this worker may have under way now. */
  limit(): number {
    return this.choices.monotonic() < this.heldUntilMs ? Math.min(this.share, this.held) : 0;
  }

  /** Shows a sign of life, learns the share anew, and brings the places held in line with it. */
  async renew(inUse: () => number): Promise<void> {
    const { store, worker, settings, monotonic } = this.choices;
    const { TREMBITA_CONCURRENCY: shared, TREMBITA_CONCURRENCY_PER_WORKER: perWorker } = settings;
    if (!this.isLaidOut) await store.layOut(shared);
    this.isLaidOut = true;
    this.share = shareOf({ shared, perWorker, ...(await store.beat(worker, this.leaseMs)) });
    // From here on the smaller share counts. A place with a call on it is kept until the call has ended.
    const wanted = Math.max(this.share, inUse());
    const sentMs = monotonic();
    if (wanted === this.held && sentMs - this.renewedAtMs < this.leaseMs / 3) return;
    this.held = await store.holdPlaces({ worker, leaseMs: this.leaseMs, wanted, ceiling: shared });
    this.renewedAtMs = sentMs;
    this.heldUntilMs = sentMs + this.leaseMs;
  }

  /** Gives everything back. */
  async giveUp(): Promise<void> {
    this.held = 0;
    this.heldUntilMs = -Infinity;
    await this.choices.store.leave(this.choices.worker);
  }
}
