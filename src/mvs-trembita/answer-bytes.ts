/** Enough for any honest answer that comes in pieces. */
const FIRST_ROOM_BYTES = 16_384;

/**
 * Collects a body up to a cap. One piece, the rule, is kept as it is. Many are copied into one
 * buffer as they come: a register that sends single bytes must not cost an object for each.
 */
export class AnswerBytes {
  #bytes: Buffer = Buffer.alloc(0);
  #length = 0;

  constructor(readonly maxBytes: number) {}

  /** False when the piece would go over the cap; then nothing is kept. */
  add(piece: Buffer): boolean {
    const length = this.#length + piece.length;
    if (length > this.maxBytes) return false;
    if (this.#length === 0) {
      this.#bytes = piece;
    } else {
      if (length > this.#bytes.length) this.#grow(length);
      piece.copy(this.#bytes, this.#length);
    }
    this.#length = length;
    return true;
  }

  /** What has come so far. */
  get bytes(): Buffer {
    return this.#bytes.length === this.#length ? this.#bytes : this.#bytes.subarray(0, this.#length);
  }

  /** Doubles, so that each byte is copied about twice however small the pieces are. */
  #grow(length: number): void {
    const room = Math.min(this.maxBytes, Math.max(FIRST_ROOM_BYTES, length * 2));
    const grown = Buffer.allocUnsafeSlow(room);
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}
