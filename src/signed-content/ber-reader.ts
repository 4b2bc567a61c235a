import { type AsnType, fromBER } from 'asn1js';
import { Refusal } from '../domain/refusal';

/** A real container has some hundred values that are read and a dozen levels; these bounds are for hostile ones. */
export const BOUNDS = { maxDepth: 40, maxNodes: 10_000, maxContentLength: 4 * 1024 * 1024 };

/** First bytes of values, from X.690. `around0` and `around1` are the context-specific tags [0] and [1] around something. */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  octetString: 0x04,
  objectIdentifier: 0x06,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
  primitive0: 0x80,
  around0: 0xa0,
  around1: 0xa1,
} as const;

const CONSTRUCTED = 0x20;

/** Five bits of the first byte; all of them set mean that the tag continues. */
const TAG_NUMBER = 0x1f;

const OPEN = 0x80;

/** Four bytes of length express 4 GiB, more than any request may have. */
const LONGEST_LENGTH = 4;

/** A value that is not closed yet: where it ends, or (`isOpen`) that two zeros will end it. */
interface Level {
  readonly end: number;
  readonly isOpen: boolean;
}

/** Tag and length of a value; the content begins at `from`. */
interface Header {
  readonly tag: number;
  readonly isConstructed: boolean;
  readonly isOpen: boolean;
  readonly isEnd: boolean;
  readonly from: number;
  readonly length: number;
}

export const malformed = (): Refusal => new Refusal('signature_container_malformed');

/** Throws when the byte is missing. */
function byteAt(bytes: Uint8Array, place: number): number {
  const byte = bytes[place];
  if (byte === undefined) throw malformed();
  return byte;
}

/** The header of the value at this place. */
export function headerAt(bytes: Uint8Array, at: number): Header {
  const tag = byteAt(bytes, at);
  const first = byteAt(bytes, at + 1);
  const isConstructed = (tag & CONSTRUCTED) !== 0;
  const isOpen = first === OPEN;
  const lengthBytes = first > OPEN ? first - OPEN : 0;
  const isUnusual =
    (tag & TAG_NUMBER) === TAG_NUMBER || lengthBytes > LONGEST_LENGTH || (isOpen && !isConstructed);
  if (isUnusual) throw malformed();
  let length = first < OPEN ? first : 0;
  for (let place = 0; place < lengthBytes; place += 1) length = length * 256 + byteAt(bytes, at + 2 + place);
  return { tag, isConstructed, isOpen, isEnd: tag === 0, from: at + 2 + lengthBytes, length };
}

/** Closes the levels that end here. Levels of open length end with their zeros; the outermost level is the file. */
function closeEnded(levels: Level[], at: number): void {
  let top = levels.at(-1);
  while (levels.length > 1 && top?.isOpen === false && top.end === at) {
    levels.pop();
    top = levels.at(-1);
  }
}

function enter(levels: Level[], { from, length, isOpen }: Header): void {
  const around = levels.at(-1);
  const limit = around?.end ?? Infinity;
  if (levels.length >= BOUNDS.maxDepth || from + length > limit) throw malformed();
  levels.push({ end: isOpen ? limit : from + length, isOpen });
}

/** Enters the value at this place, skips it, or leaves the open one that ends here; returns the next place. */
function step(bytes: Uint8Array, levels: Level[], at: number): number {
  const header = headerAt(bytes, at);
  if (header.isEnd) {
    const ended = levels.pop();
    if (ended?.isOpen !== true || header.length > 0 || header.from > ended.end) throw malformed();
    return header.from;
  }
  enter(levels, header);
  if (header.isConstructed) return header.from;
  levels.pop();
  return header.from + header.length;
}

/** A value by its place in the bytes; nothing of it is parsed or copied. */
export interface Value {
  /** The first byte: class, constructed or not, and number. */
  readonly tag: number;
  /** Its header and its content. */
  readonly bytes: Uint8Array;
  readonly content: Uint8Array;
}

/** Takes the parts of a constructed value in their order; a part that is missing or left over is malformed. */
export class Parts {
  private place = 0;

  constructor(readonly values: readonly Value[]) {}

  optional(tag: number): Value | undefined {
    const value = this.values[this.place];
    if (value?.tag !== tag) return undefined;
    this.place += 1;
    return value;
  }

  required(tag: number): Value {
    const value = this.optional(tag);
    if (value === undefined) throw malformed();
    return value;
  }

  end(): void {
    if (this.place < this.values.length) throw malformed();
  }
}

/**
 * Reads BER (X.690) by its lengths, within bounds that one reader counts over everything it reads. What nobody asks for
 * is skipped whole, however large: it is neither parsed nor counted. Throws `signature_container_malformed`.
 */
export class BerReader {
  private visited = 0;

  /** The only value in the bytes, of this tag. */
  whole(bytes: Uint8Array, tag: number): Value {
    const value = this.valueAt(bytes, 0);
    if (value.tag !== tag || value.bytes.length !== bytes.length) throw malformed();
    return value;
  }

  /** The direct parts of a constructed value. */
  parts({ tag, content }: Value): Parts {
    if ((tag & CONSTRUCTED) === 0) throw malformed();
    const values: Value[] = [];
    for (let at = 0; at < content.length;) {
      const value = this.valueAt(content, at);
      values.push(value);
      at += value.bytes.length;
    }
    return new Parts(values);
  }

  /** The only part, of this tag. */
  only(value: Value, tag: number): Value {
    const parts = this.parts(value);
    const part = parts.required(tag);
    parts.end();
    return part;
  }

  /** Parses a value with everything in it. */
  parse({ bytes }: Value): AsnType {
    this.refuseMalformedLengths(bytes);
    const { offset, result } = fromBER(bytes, { ...BOUNDS, parseEmbedded: false });
    if (offset !== bytes.length) throw malformed();
    return result;
  }

  /**
   * Throws unless all lengths fit into each other to the byte. One pass, without recursion or copies. The parser accepts
   * lengths that do not fit, and then different readers could see different values in the same bytes.
   */
  refuseMalformedLengths(bytes: Uint8Array): void {
    const levels: Level[] = [{ end: bytes.length, isOpen: false }];
    let at = 0;
    do {
      this.count();
      at = step(bytes, levels, at);
      closeEnded(levels, at);
    } while (levels.length > 1);
    if (at !== bytes.length) throw malformed();
  }

  private count(): void {
    this.visited += 1;
    if (this.visited > BOUNDS.maxNodes) throw malformed();
  }

  private valueAt(bytes: Uint8Array, at: number): Value {
    this.count();
    const header = headerAt(bytes, at);
    const next = header.isOpen ? this.endOfOpen(bytes, header.from) : header.from + header.length;
    if (header.isEnd || next > bytes.length) throw malformed();
    const end = header.isOpen ? next - 2 : next;
    return { tag: header.tag, bytes: bytes.subarray(at, next), content: bytes.subarray(header.from, end) };
  }

  /** The place behind the two zeros that end a value of open length. Values of definite length in it are skipped whole. */
  private endOfOpen(bytes: Uint8Array, start: number): number {
    let at = start;
    for (let open = 1; open > 0;) {
      this.count();
      const { isEnd, isOpen, from, length } = headerAt(bytes, at);
      if (open > BOUNDS.maxDepth || (isEnd && from + length !== at + 2)) throw malformed();
      if (isEnd) open -= 1;
      else if (isOpen) open += 1;
      at = from + length;
    }
    return at;
  }
}

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
