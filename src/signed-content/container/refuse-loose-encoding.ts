import { Refusal } from '../../domain/refusal';

/** A container of real life has some hundred values and a dozen levels; these bounds are for hostile ones. */
export const BOUNDS = { maxDepth: 40, maxNodes: 10_000, maxContentLength: 4 * 1024 * 1024 };

const CONSTRUCTED = 0x20;
/** Five bits of the first byte; all of them set would say that the tag goes on. */
const TAG_NUMBER = 0x1f;
const OPEN = 0x80;
/** Four bytes of length tell 4 GiB, more than anybody may send. */
const LONGEST_LENGTH = 4;

/** A value that has been begun: where it ends, or that two zeros will end it. */
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

/** A byte that must be there. */
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

/** Closes the levels that end here; those left open wait for their zeros, and the outermost one is the file. */
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

/** Goes into the value that begins here, past it, or out of the open one that ends here; tells where to go on. */
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
 * Walks over the values once, without recursion and without copying, and refuses unless all lengths fit into each
 * other to the byte. The package that builds the tree forgives lengths that do not, and then each reader of the
 * same bytes may see something else in them.
 */
export function refuseLooseEncoding(bytes: Uint8Array): void {
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
