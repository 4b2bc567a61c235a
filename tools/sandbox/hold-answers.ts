/** Which answers are held; without wishes, all of them until released. */
export interface HoldWishes {
  /** Only the answers about one document or UNZR. */
  readonly key?: string | undefined;
  /** Only so many answers to the next requests; later ones pass. */
  readonly next?: number | undefined;
}

interface Hold {
  readonly key: string | undefined;
  left: number;
  readonly held: (() => void)[];
}

/** Keeps finished answers back, so that a test can order events by states and never by time. */
export class HoldAnswers {
  private readonly holds = new Set<Hold>();

  /** Starts holding; the returned function lets go of exactly these answers. */
  start({ key, next }: HoldWishes): () => void {
    const hold: Hold = { key, left: next ?? Infinity, held: [] };
    this.holds.add(hold);
    return () => this.letGo(hold);
  }

  releaseAll(): void {
    for (const hold of [...this.holds]) this.letGo(hold);
  }

  /** Sends now, or when the hold that caught it is released. */
  pass(key: string, send: () => void): void {
    for (const hold of this.holds) {
      if (hold.left > 0 && (hold.key === undefined || hold.key === key)) {
        hold.left -= 1;
        hold.held.push(send);
        return;
      }
    }
    send();
  }

  get isHolding(): boolean {
    return this.holds.size > 0;
  }

  private letGo(hold: Hold): void {
    this.holds.delete(hold);
    for (const send of hold.held.splice(0)) send();
  }
}
