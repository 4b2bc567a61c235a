import type { ClaimLeaseRepository } from './claim-lease.repository';

/** Ended claims are removed together: one by one each would cost a statement. */
const REMOVE_EVERY_MS = 1_000;

interface Lease {
  readonly seconds: number;
  readonly failed: (error: unknown) => void;
}

/** The claims of one worker: keeps them alive, and lets each go when its last person is written. */
export class HeldClaims {
  private readonly left = new Map<string, number>();
  private done: string[] = [];
  private timer: NodeJS.Timeout | undefined;
  private removedAtMs = performance.now();

  constructor(
    private readonly leases: ClaimLeaseRepository,
    private readonly lease: Lease,
  ) {}

  /** Three renewals in a lease: two may be lost before anybody takes the worker for dead. */
  start(): void {
    this.timer = setInterval(() => void this.renew(), (this.lease.seconds * 1000) / 3);
  }

  opened(claimId: string, persons: number): void {
    this.left.set(claimId, persons);
  }

  /** One person under the claim is written. */
  finished(claimId: string): void {
    const left = (this.left.get(claimId) ?? 0) - 1;
    if (left > 0) this.left.set(claimId, left);
    else if (this.left.delete(claimId)) this.done.push(claimId);
  }

  /** Removes the claims nobody is held under any more, if that is due. */
  async settle(): Promise<void> {
    if (performance.now() - this.removedAtMs >= REMOVE_EVERY_MS) await this.remove();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.remove();
  }

  /** What fails now is tried again with the next. */
  private async remove(): Promise<void> {
    const done = this.done;
    if (done.length === 0) return;
    this.done = [];
    this.removedAtMs = performance.now();
    try {
      await this.leases.finish(done);
    } catch (error) {
      this.done.push(...done);
      this.lease.failed(error);
    }
  }

  private async renew(): Promise<void> {
    try {
      await this.leases.renew([...this.left.keys()], this.lease.seconds);
      await this.remove();
    } catch (error) {
      this.lease.failed(error);
    }
  }
}
