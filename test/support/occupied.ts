import { Refusal } from '../../src/domain/refusal';
import type { CheckThreads } from '../../src/signed-content/check-threads';

/**
 * Checks of signatures that never leave a place free: where one ends the next one begins, before anything that comes
 * from outside can be noticed.
 */
export class Occupied {
  private isOver = false;
  private readonly places: Promise<void>[] = [];

  constructor(
    private readonly threads: CheckThreads,
    private readonly container: Uint8Array,
  ) {
    let before: number;
    do {
      before = threads.size;
      this.places.push(this.occupy());
      // As soon as one is refused there was no place left.
    } while (threads.size > before);
  }

  /** Resolves when all places are free again. */
  async end(): Promise<void> {
    this.isOver = true;
    await Promise.all(this.places);
  }

  private async occupy(): Promise<void> {
    while (!this.isOver) {
      const isTaken = await this.threads.run(this.container).then(
        () => true,
        (error: unknown) => {
          if (error instanceof Refusal && error.code === 'signature_checks_busy') return false;
          throw error;
        },
      );
      if (!isTaken) return;
    }
  }
}
