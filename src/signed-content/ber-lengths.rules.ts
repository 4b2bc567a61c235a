import { Refusal } from '../domain/refusal';

/** A real container has some hundred values and a dozen levels; these bounds are for hostile ones. */
export const BOUNDS = { maxDepth: 40, maxNodes: 10_000, maxContentLength: 4 * 1024 * 1024 };

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

interface Header {
  readonly isConstructed: boolean;
  readonly isOpen: boolean;
  readonly isEnd: boolean;
  readonly from: number;
  readonly length: number;
}

const malformed = (): Refusal => new Refusal('signature_container_malformed');

/** Throws when the byte is missing. */
function byteAt(bytes: Uint8Array, place: number): number {
  const byte = bytes[place];
  if (byte === undefined) throw malformed();
  return byte;
}

function headerAt(bytes: Uint8Array, at: number): Header {
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
  return { isConstructed, isOpen, isEnd: tag === 0, from: at + 2 + lengthBytes, length };
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

/**
 * Throws `signature_container_malformed` unless all lengths fit into each other to the byte. One pass, without recursion
 * or copies. The parser accepts lengths that do not fit, and then different readers could see different values in the same
 * bytes.
 */
export function refuseMalformedLengths(bytes: Uint8Array): void {
  const levels: Level[] = [{ end: bytes.length, isOpen: false }];
  let [at, values] = [0, 0];
  do {
    values += 1;
    if (values > BOUNDS.maxNodes) throw malformed();
    at = step(bytes, levels, at);
    closeEnded(levels, at);
  } while (levels.length > 1);
  if (at !== bytes.length) throw malformed();
}
