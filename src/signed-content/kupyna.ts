/*
 * Kupyna, the digest of DSTU 7564:2014, for messages of whole bytes.
 *
 * The state is 8 or 16 columns of 8 bytes. Byte `8·j + i` of a block is row i of column j, so a column is two 32-bit words
 * in little-endian order, one for rows 0–3 and one for rows 4–7. Not constant-time: nothing secret is digested here.
 */

/** The length of a digest in bits. */
export type KupynaBits = 256 | 384 | 512;

interface Shape {
  /** Of the state and of a block. */
  readonly columns: number;
  readonly rounds: number;
  /** How far row 7 is shifted; row i of the others is shifted by i. */
  readonly lastShift: number;
}

const SMALL: Shape = { columns: 8, rounds: 10, lastShift: 7 };
const LARGE: Shape = { columns: 16, rounds: 14, lastShift: 11 };

/** The four substitutions in hexadecimal: for each byte, in order, the byte that replaces it. Row i uses number i mod 4. */
const SUBSTITUTIONS = [
  `
  a8435f066b756c5971df879517f0d8096df31dcbc94d2caf79e097fd6f4b4539
  3edda34fb4b69a0e1fbf15e149d293c692729e61d163faeef419d5ad58a4bba1
  dcf2833742e47a329cccab4a8f6e04272ee7e25a9616232bc265660fbca94741
  3448fcb76a88a55386f95bdb387bc31e2233242836c7b23b8e77baf5149f0855
  9b4cfe605cda1846cd7d21b03f1b89ffeb84693a9dd7d3706740b5de5d3091b1
  781101e5006898a0c502a6742d0ba276b3becebdaee98a311cecf19994aaf626
  2fefe88c3503d47ffb05c15e90203d82f7ea0a0d7ef8501ac40757b83c62e3c8
  ac526410d0d9130c122951b9cfd6738d8154c0ed4e44a72a8525e6ca7c8b5680`,
  `
  cebbeb92eacb13c1e93ad6b2d29017f8421556b4651c8843c55c36baf557678d
  31f664589ef422aa750f02b1df6d734d7c262ef7085d443e9f14c8ae5410d8bc
  1a6b69f3bd33abfad19b684e169591ee4c638e5bcc3c19a181497bd96f3760ca
  e72b48fd9645fc41120d79e5898ce32030dcb76c4ab53f97d4622d06a4a5835f
  2adac9007ea255bf11d59ccf0e0a3d517d931bfec44709860b8f9d6a07b9b098
  1832714bef3b70a0e440ffc3a9e678f98b46801e38e1b8a8e00c23761d252405
  f16e94289a84e8a34f77d385e252f282507a2f7453b361af3935decd1f99acad
  722cddd087be5ea6ec04c60334fbdb59b6c201f05aeda766217f8a27c7c029d7`,
  `
  93d99ab5982245fcba6adf029fdc51594a172bc294f4bba362e471d4cd7016e1
  493cc0d85c9bad8553a17ac82de0d172a62cc4e37678b7b4093b0e414cdeb290
  25a5d7031100c32e92ef4e129d7dcb3510d54f9e4da955c6d07b1897d336e648
  56818f77cc9cb9e2acb82f15a47cda381e0b05d6146e6c7e66fdb1e560af5e33
  87c9f05d6d3f888dc7f71de9eced802927cf99a8500f3724283095d23e5b4083
  b369571f071c8abc20ebce8eabee31a273f9ca3a1afb0dc1fefaf26fbd96dd43
  52b608f3aebe19893226b0ea4b6484826bf579bf015f75631b233d682a65e891
  f6ff1358f1470a7fc5a7e7615a0646444204a0db398654aa8c34218bf80c7467`,
  `
  688dca4d734b4e2ad45226b3541e191f2203463d2d4a5383138ab7d52579f5bd
  582f0d02ed519e11f23e555ed1163c66705df34540cce8945608ce1a3ad2e1df
  b5386e0ee5f4f986e94fd68523cf32993114aeeec848d330a19241b118c42c71
  724415fd37be5faa9b88d8ab899cfa60eabc620c24a6a8ec6720db7c28ddac5b
  347e10f17b8f63a0059a437721bf2709c39fb6d729c2ebc0a48b8c1dfbffc1b2
  972ef865f67507044933e4d9b9d042c76c90008e6f5001c5da473fcd69a2e27a
  a7c6930f0a06e62b96a31caf6a128439e7b082f7fe9d875c8135deb4a5fc80ef
  cbbb6b76ba5a7d780b95e3ad74983b36646ddcf059a94c177f91b8c9571be061`,
].map((text) => Buffer.from(text.replace(/\s/g, ''), 'hex'));

/** The first row of the matrix that mixes a column; each further row is rotated right by one. */
const MIX = [0x01, 0x01, 0x05, 0x01, 0x08, 0x06, 0x07, 0x04];

/** x^8 + x^4 + x^3 + x^2 + 1, the polynomial of the field of bytes. */
const POLYNOMIAL = 0x11d;

const ROWS = 8;
const WORD_BYTES = 4;
const COLUMN_BYTES = 8;
const BYTES = 256;
/** The length of the message, in bits, is at the end of the last block. */
const LENGTH_BYTES = 12;

function product(one: number, other: number): number {
  let [sum, shifted] = [0, one];
  for (let rest = other; rest > 0; rest >>= 1) {
    if ((rest & 1) === 1) sum ^= shifted;
    shifted <<= 1;
    if (shifted >= BYTES) shifted ^= POLYNOMIAL;
  }
  return sum;
}

/** What a byte of a row adds to its column after substitution and mixing: four rows of the column, from row `first` on. */
function mixTable(first: number): Int32Array {
  const table = new Int32Array(ROWS * BYTES);
  for (let place = 0; place < table.length; place += 1) {
    const row = place >> 8;
    const substituted = SUBSTITUTIONS[row % 4]?.[place % BYTES] ?? 0;
    let word = 0;
    for (let out = 0; out < WORD_BYTES; out += 1) {
      const factor = MIX[(row - first - out + ROWS) % ROWS] ?? 0;
      word |= product(substituted, factor) << (8 * out);
    }
    table[place] = word;
  }
  return table;
}

const LOW = mixTable(0);
const HIGH = mixTable(WORD_BYTES);

// Every place is within its array. A check in this innermost function would cost a third of the speed.
const wordAt = (words: Int32Array, place: number): number => words[place] as number;

/**
 * Substitutes, shifts and mixes `from` into `to`. The shift only chooses the column a byte is taken from: row i of a column
 * comes from i columns before it, around the state. What the tables hold of row i begins at 256·i. Written out row by row
 * because this is where the time goes.
 */
function mixColumns(from: Int32Array, to: Int32Array, lastShift: number): void {
  const around = from.length - 1;
  for (let at = 0; at < from.length; at += 2) {
    const a = wordAt(from, at) & 0xff;
    const b = 0x100 | ((wordAt(from, (at - 2) & around) >>> 8) & 0xff);
    const c = 0x200 | ((wordAt(from, (at - 4) & around) >>> 16) & 0xff);
    const d = 0x300 | (wordAt(from, (at - 6) & around) >>> 24);
    const e = 0x400 | (wordAt(from, (at + 1 - 8) & around) & 0xff);
    const f = 0x500 | ((wordAt(from, (at + 1 - 10) & around) >>> 8) & 0xff);
    const g = 0x600 | ((wordAt(from, (at + 1 - 12) & around) >>> 16) & 0xff);
    const h = 0x700 | (wordAt(from, (at + 1 - 2 * lastShift) & around) >>> 24);
    const upper = wordAt(LOW, a) ^ wordAt(LOW, b) ^ wordAt(LOW, c) ^ wordAt(LOW, d);
    to[at] = upper ^ wordAt(LOW, e) ^ wordAt(LOW, f) ^ wordAt(LOW, g) ^ wordAt(LOW, h);
    const lower = wordAt(HIGH, a) ^ wordAt(HIGH, b) ^ wordAt(HIGH, c) ^ wordAt(HIGH, d);
    to[at + 1] = lower ^ wordAt(HIGH, e) ^ wordAt(HIGH, f) ^ wordAt(HIGH, g) ^ wordAt(HIGH, h);
  }
}

/** The constant of permutation T⊕: one byte in row 0 of each column. */
function exclusiveConstant(words: Int32Array, round: number): void {
  for (let at = 0; at < words.length; at += 2) words[at] = wordAt(words, at) ^ ((at << 3) ^ round);
}

const CARRY = 0x1_0000_0000;
const ADDED_LOW = 0xf0f0f0f3;
const ADDED_HIGH = 0x00f0f0f0;

/** The constant of permutation T+: a number added to each column, modulo 2^64. */
function addedConstant(words: Int32Array, round: number): void {
  for (let at = 0; at < words.length; at += 2) {
    const low = (wordAt(words, at) >>> 0) + ADDED_LOW;
    const last = ((words.length - 2 - at) << 3) ^ round;
    words[at] = low | 0;
    words[at + 1] = (wordAt(words, at + 1) + ADDED_HIGH + (last << 24) + (low >= CARRY ? 1 : 0)) | 0;
  }
}

/** All rounds of a permutation, in place; their number is even. */
function permute(
  words: Int32Array,
  scratch: Int32Array,
  { rounds, lastShift }: Shape,
  addConstant: (words: Int32Array, round: number) => void,
): void {
  for (let round = 0; round < rounds; round += 2) {
    addConstant(words, round);
    mixColumns(words, scratch, lastShift);
    addConstant(scratch, round + 1);
    mixColumns(scratch, words, lastShift);
  }
}

/** The message behind its last whole block: the rest, a bit 1, zeros, and the length of the message in bits. */
function lastBlocks(message: Uint8Array, blockBytes: number): Buffer {
  const rest = message.length % blockBytes;
  const isShort = rest + 1 + LENGTH_BYTES <= blockBytes;
  const blocks = Buffer.alloc(isShort ? blockBytes : 2 * blockBytes);
  blocks.set(message.subarray(message.length - rest));
  blocks[rest] = 0x80;
  blocks.writeBigUInt64LE(BigInt(message.length) * 8n, blocks.length - LENGTH_BYTES);
  return blocks;
}

class State {
  readonly words: Int32Array;
  private readonly inExclusive: Int32Array;
  private readonly inAdded: Int32Array;
  private readonly scratch: Int32Array;

  constructor(private readonly shape: Shape) {
    const length = 2 * shape.columns;
    this.words = new Int32Array(length);
    this.words[0] = shape.columns * COLUMN_BYTES;
    this.inExclusive = new Int32Array(length);
    this.inAdded = new Int32Array(length);
    this.scratch = new Int32Array(length);
  }

  /** h ← T⊕(h ⊕ m) ⊕ T+(m) ⊕ h for every whole block m. */
  absorb(blocks: Buffer): void {
    const { words, inExclusive, inAdded, scratch, shape } = this;
    const blockBytes = shape.columns * COLUMN_BYTES;
    for (let start = 0; start + blockBytes <= blocks.length; start += blockBytes) {
      for (let at = 0; at < words.length; at += 1) {
        const word = blocks.readInt32LE(start + at * WORD_BYTES);
        inAdded[at] = word;
        inExclusive[at] = wordAt(words, at) ^ word;
      }
      permute(inExclusive, scratch, shape, exclusiveConstant);
      permute(inAdded, scratch, shape, addedConstant);
      for (let at = 0; at < words.length; at += 1)
        words[at] = wordAt(words, at) ^ wordAt(inExclusive, at) ^ wordAt(inAdded, at);
    }
  }

  /** T⊕(h) ⊕ h as bytes. */
  end(): Buffer {
    const { words, inExclusive, scratch, shape } = this;
    inExclusive.set(words);
    permute(inExclusive, scratch, shape, exclusiveConstant);
    const bytes = Buffer.alloc(words.length * WORD_BYTES);
    inExclusive.forEach((word, at) => bytes.writeInt32LE(word ^ wordAt(words, at), at * WORD_BYTES));
    return bytes;
  }
}

/** The digest of a message; its bytes are in the order in which digests are printed. */
export function kupyna(message: Uint8Array, bits: KupynaBits): Buffer {
  const shape = bits <= 256 ? SMALL : LARGE;
  const state = new State(shape);
  state.absorb(Buffer.from(message.buffer, message.byteOffset, message.length));
  state.absorb(lastBlocks(message, shape.columns * COLUMN_BYTES));
  return state.end().subarray(-bits / 8);
}
