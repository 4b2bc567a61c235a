/** Ends what the demo started, also after a failure. */
export class CleanUp {
  private readonly steps: (() => Promise<unknown>)[] = [];

  /** Registers how to end what was just started. */
  later(step: () => Promise<unknown>): void {
    this.steps.push(step);
  }

  /** Ends everything, the latest first; a failing step does not stop the others. */
  async endAll(): Promise<void> {
    for (let step = this.steps.pop(); step !== undefined; step = this.steps.pop()) {
      await step().catch(() => undefined);
    }
  }
}

/** Why the demo cannot continue, in a sentence that may be shown. */
export class DemoFailed extends Error {}
