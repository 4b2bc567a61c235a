/** Numbers that look random and are the same in every run with the same seed: the generator known as mulberry32. */
export class SeededRandom {
  constructor(private state: number) {}

  /** A whole number from 0 to the limit, which is not included. */
  below(limit: number): number {
    return Math.floor(this.share() * limit);
  }

  pick<T>(list: readonly [T, ...T[]]): T {
    return list[this.below(list.length)] ?? list[0];
  }

  digits(count: number): string {
    return Array.from({ length: count }, () => String(this.below(10))).join('');
  }

  hexDigits(count: number): string {
    return Array.from({ length: count }, () => this.below(16).toString(16)).join('');
  }

  /** The four constants are those of the published generator. */
  private share(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}
