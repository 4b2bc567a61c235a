import { headerAt, malformed } from './ber-reader';

/**
 * One value in DER inside a larger array. It is walked, not parsed into a tree, and not counted: a revocation list may have
 * a million values. Throws `signature_container_malformed` where the bytes do not fit.
 */
export class EncodedValue {
  private constructor(
    /** The first byte: class, form and number. */
    readonly tag: number,
    /** With tag and length; shares memory with the array. */
    readonly whole: Uint8Array,
    /** Without them; shares memory with the array. */
    readonly content: Uint8Array,
  ) {}

  /** The value that fills these bytes. */
  static read(bytes: Uint8Array): EncodedValue {
    const value = EncodedValue.at(bytes, 0);
    if (value.whole.length !== bytes.length) throw malformed();
    return value;
  }

  private static at(bytes: Uint8Array, start: number): EncodedValue {
    const { tag, isOpen, from, length } = headerAt(bytes, start);
    const end = from + length;
    if (isOpen || end > bytes.length) throw malformed();
    return new EncodedValue(tag, bytes.subarray(start, end), bytes.subarray(from, end));
  }

  /** The values inside, one after the other. */
  *parts(): Generator<EncodedValue, undefined> {
    for (let at = 0; at < this.content.length;) {
      const part = EncodedValue.at(this.content, at);
      yield part;
      at += part.whole.length;
    }
    return undefined;
  }

  /** The content as hexadecimal, of integers and object identifiers. */
  get hex(): string {
    return Buffer.from(this.content).toString('hex');
  }
}
