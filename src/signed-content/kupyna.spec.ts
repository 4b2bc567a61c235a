import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kupyna, type KupynaBits } from './kupyna';

interface Vector {
  readonly bits: number;
  readonly messageBits: number;
  readonly message: string;
  readonly digest: string;
}

const FIXTURES = join(__dirname, '../../test/fixtures/signed-content');
const read = <T>(file: string): T => JSON.parse(readFileSync(join(FIXTURES, file), 'utf8')) as T;
const { vectors } = read<{ vectors: Vector[] }>('kupyna-vectors.json');
const { sboxes } = read<{ sboxes: string[] }>('kupyna-sboxes.json');
const substitutions = sboxes.map((text) => [...Buffer.from(text, 'hex')]);

/** The definition step by step, on a matrix of bytes: `state[row][column]`. */
type Matrix = number[][];

const ROWS = [0, 1, 2, 3, 4, 5, 6, 7];
const MATRIX_ROW = [1, 1, 5, 1, 8, 6, 7, 4];

function times(one: number, other: number): number {
  let result = 0n;
  for (let bit = 0n; bit < 8n; bit += 1n) if ((other >> Number(bit)) & 1) result ^= BigInt(one) << bit;
  for (let degree = 14n; degree >= 8n; degree -= 1n)
    if ((result >> degree) & 1n) result ^= 0x11dn << (degree - 8n);
  return Number(result);
}

const matrixOf = (bytes: readonly number[]): Matrix =>
  ROWS.map((row) => bytes.filter((_, place) => place % 8 === row));
const bytesOf = (matrix: Matrix): number[] =>
  (matrix[0] ?? []).flatMap((_, column) => ROWS.map((row) => matrix[row]?.[column] ?? 0));
const sum = (one: Matrix, other: Matrix): Matrix =>
  one.map((row, i) => row.map((byte, j) => byte ^ (other[i]?.[j] ?? 0)));

function exclusive(state: Matrix, round: number): Matrix {
  return state.map((row, i) => row.map((byte, j) => (i === 0 ? byte ^ (j << 4) ^ round : byte)));
}

function added(state: Matrix, round: number): Matrix {
  const columns = state[0]?.length ?? 0;
  const numbers = Array.from({ length: columns }, (_, j) => {
    const column = ROWS.map((row) => BigInt(state[row]?.[j] ?? 0) << BigInt(8 * row));
    const constant = 0x00f0f0f0f0f0f0f3n + (BigInt(((columns - 1 - j) << 4) ^ round) << 56n);
    return column.reduce((whole, part) => whole + part, constant);
  });
  return ROWS.map((row) => numbers.map((number) => Number((number >> BigInt(8 * row)) & 0xffn)));
}

function mixed(state: Matrix): Matrix {
  const columns = state[0]?.length ?? 0;
  const shifted = state.map((row, i) => {
    const shift = i === 7 && columns === 16 ? 11 : i;
    return row.map((_, j) => {
      const byte = row[(j - shift + columns) % columns] ?? 0;
      return substitutions[i % 4]?.[byte] ?? 0;
    });
  });
  return ROWS.map((out) =>
    Array.from({ length: columns }, (_, j) =>
      ROWS.reduce((all, row) => all ^ times(shifted[row]?.[j] ?? 0, MATRIX_ROW[(row - out + 8) % 8] ?? 0), 0),
    ),
  );
}

type AddConstant = typeof exclusive;

function permuted(state: Matrix, addConstant: AddConstant): Matrix {
  const rounds = state[0]?.length === 16 ? 14 : 10;
  return Array.from({ length: rounds }, (_, round) => round).reduce(
    (before, round) => mixed(addConstant(before, round)),
    state,
  );
}

function padded(message: readonly number[], messageBits: number, stateBits: number): number[] {
  const bits = message
    .flatMap((byte) => ROWS.map((place) => (byte >> (7 - place)) & 1))
    .slice(0, messageBits);
  bits.push(1);
  while ((bits.length + 96) % stateBits !== 0) bits.push(0);
  const bytes = Array.from({ length: bits.length / 8 }, (_, place) =>
    bits.slice(8 * place, 8 * place + 8).reduce((byte, bit) => 2 * byte + bit, 0),
  );
  const length = Array.from({ length: 12 }, (_, place) =>
    Number((BigInt(messageBits) >> BigInt(8 * place)) & 0xffn),
  );
  return [...bytes, ...length];
}

function naive(message: Uint8Array, bits: number, messageBits = 8 * message.length): string {
  const stateBytes = bits <= 256 ? 64 : 128;
  const blocks = padded([...message], messageBits, 8 * stateBytes);
  let state = matrixOf([stateBytes, ...Array<number>(stateBytes - 1).fill(0)]);
  for (let start = 0; start < blocks.length; start += stateBytes) {
    const block = matrixOf(blocks.slice(start, start + stateBytes));
    state = sum(sum(permuted(sum(state, block), exclusive), permuted(block, added)), state);
  }
  const end = bytesOf(sum(permuted(state, exclusive), state));
  return Buffer.from(end.slice(-bits / 8)).toString('hex');
}

const SIZES = [256, 384, 512] as const;
const isOurs = ({ bits, messageBits }: Vector): boolean =>
  (SIZES as readonly number[]).includes(bits) && messageBits % 8 === 0;

const nameOf = ({ bits, messageBits }: Vector): string => `${bits} bits of ${messageBits}`;
const hexOf = (message: Uint8Array, bits: KupynaBits): string => kupyna(message, bits).toString('hex');

describe('Kupyna', () => {
  it.each(vectors.filter(isOurs).map((vector) => [nameOf(vector), vector] as const))(
    'gives the published digest: %s',
    (_, { bits, message, digest }) => {
      expect(hexOf(Buffer.from(message, 'hex'), bits as KupynaBits)).toBe(digest);
    },
  );

  it('has 27 published vectors of whole bytes', () => {
    expect(vectors.filter(isOurs)).toHaveLength(27);
  });

  it.each([
    [256, [0, 1, 50, 51, 52, 63, 64, 65, 115, 116, 127, 128, 129]],
    [384, [0, 1, 114, 115, 116, 127, 128, 129, 243, 244]],
    [512, [0, 1, 114, 115, 116, 127, 128, 129, 243, 244]],
  ] as const)('pads messages at the edges of blocks, %i bits', (bits, lengths) => {
    for (const length of lengths) {
      const message = Buffer.from(Array.from({ length }, (_, place) => (7 * place + length) & 0xff));
      expect(hexOf(message, bits)).toBe(naive(message, bits));
    }
  });

  it('agrees with the definition for any message', () => {
    const messages = fc.uint8Array({ maxLength: 300 });
    const agrees = fc.property(messages, fc.constantFrom(...SIZES), (message, bits) => {
      expect(hexOf(message, bits)).toBe(naive(message, bits));
    });
    fc.assert(agrees, { numRuns: 60 });
  });

  it('reads only the bytes of a view, and leaves them as they were', () => {
    const whole = Buffer.from('xxabcxx');
    expect(hexOf(whole.subarray(2, 5), 256)).toBe(hexOf(Buffer.from('abc'), 256));
    expect(whole.toString()).toBe('xxabcxx');
  });
});

describe('The definition of Kupyna in this test', () => {
  it.each(vectors.map((vector) => [nameOf(vector), vector] as const))(
    'gives every published digest: %s',
    (_, { bits, message, messageBits, digest }) => {
      expect(naive(Buffer.from(message, 'hex'), bits, messageBits)).toBe(digest);
    },
  );
});
