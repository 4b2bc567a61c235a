/** What has to be ended at the end, whatever came in between. */
export class CleanUp {
  private readonly steps: (() => Promise<unknown>)[] = [];

  /** Remembers how to end what has just begun. */
  later(step: () => Promise<unknown>): void {
    this.steps.push(step);
  }

  /** Ends everything, the latest first; what cannot be ended does not keep the rest. */
  async run(): Promise<void> {
    for (let step = this.steps.pop(); step !== undefined; step = this.steps.pop()) {
      await step().catch(() => undefined);
    }
  }
}

/** Why the demo cannot go on, in a sentence of our own that may be shown. */
export class DemoFailed extends Error {}
