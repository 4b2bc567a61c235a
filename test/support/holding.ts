import type { Ambush, Deed } from './database-wire';
import { waitUntil } from './wait-until';

/** Holds every statement of one name, in the order in which they come, until it is let go. */
export class Holding {
  private readonly waiting: (() => void)[] = [];
  private isOver = false;

  constructor(private readonly name: string) {}

  readonly ambush: Ambush = ({ name }) => {
    if (name !== this.name || this.isOver) return 'pass';
    return new Promise<Deed>((resolve) => this.waiting.push(() => resolve('pass')));
  };

  /** Resolves when so many in all have come. */
  async arrived(count: number): Promise<void> {
    const what = `${count} statements ${this.name}`;
    await waitUntil(() => this.waiting.length >= count, { what });
  }

  /** How many have come so far. */
  get count(): number {
    return this.waiting.length;
  }

  /** The one that came as number so many, counted from one. */
  letGo(number: number): void {
    this.waiting[number - 1]?.();
  }

  /** Those who have come, and whoever comes later. */
  letAllGo(): void {
    this.isOver = true;
    for (const letGo of this.waiting) letGo();
  }
}

/** Before the statement arrives, or when it is carried out and before the program knows. */
export type Moment = 'before' | 'after';

/** Holds the first statement of this name for ever, and tells when it is held. */
export function standstill(
  at: string,
  moment: Moment,
): { readonly ambush: Ambush; readonly held: Promise<void> } {
  let tell: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (tell = resolve));
  const stand = (): Promise<never> => {
    tell();
    return new Promise<never>(() => undefined);
  };
  const ambush: Ambush = ({ name }) => {
    if (name !== at) return 'pass';
    return moment === 'before' ? stand() : { onAnswer: stand };
  };
  return { ambush, held };
}
