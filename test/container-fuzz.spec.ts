import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../src/domain/refusal';
import { BerReader, type Value } from '../src/signed-content/ber-reader';
import { readCertificate } from '../src/signed-content/certificate';
import { checkContainer } from '../src/signed-content/container-check';
import { archived, der, revocationListOf, TestAuthority } from '../tools/test-authority';

/** All of them in a run of their own; see docs/testing.md. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 3_000);

/** What a signature check may take before its thread is stopped (SIGNATURE_TIMEOUT_MS). */
const DEADLINE_MS = 5_000;

/** What a thread may use (`MEMORY_MB` of the pool). */
const MEMORY_BYTES = 256 * 2 ** 20;

const authority = TestAuthority.make({ nodeEnv: 'test' });
const stamper = authority.timeStamper();
const trusted = [
  ...[...authority.trustedPem.matchAll(/-----BEGIN CERTIFICATE-----([^-]+)-----END/g)].map(
    ([, base64 = '']) => readCertificate(Buffer.from(base64, 'base64')),
  ),
  readCertificate(stamper.der),
];

const SIGNED_AT = new Date('2026-05-01T10:00:00Z');
const stamp = (bytes: Uint8Array): Buffer => stamper.stamp(bytes, new Date('2026-05-01T10:01:00Z'));
const person = (drfo: string, surname: string) => ({ drfo, surname, givenName: 'Їжак', signedAt: SIGNED_AT });

const ORIGINALS = [
  authority.sign('{"person":{"first_name":"Їжак"}}', person('1234567890', 'Ґалаґан')),
  authority.sign('{"person":{"first_name":"Юрій"}}', person('9876543210', 'Вовк'), {
    stamps: { onContent: [stamp], onSignature: [stamp] },
  }),
  archived(
    authority.sign('{"person":{"first_name":"Яна"}}', person('МЮ123456', 'Щур'), { between: 'an authority' }),
    'X-Long',
    revocationListOf(2),
  ),
] as const;

/** What an accepted container says; the time-stamp on the signature may be missing, nobody signed that. */
function acceptedBy(container: Uint8Array): string {
  const { content, signer, signedAt, identity } = checkContainer(container, trusted);
  return JSON.stringify([Buffer.from(content).toString('hex'), signer, signedAt, identity]);
}

const GENUINE = new Set(ORIGINALS.map(acceptedBy));

/** A value that can be changed and written again with right lengths. */
interface Node {
  tag: number;
  content: Uint8Array | Node[];
}

function nodeOf(reader: BerReader, { tag, content, bytes }: Value): Node {
  const isConstructed = bytes.length > 0 && (tag & 0x20) !== 0;
  if (!isConstructed) return { tag, content };
  return { tag, content: reader.parts({ tag, content, bytes }).values.map((value) => nodeOf(reader, value)) };
}

const treeOf = (container: Uint8Array): Node => {
  const reader = new BerReader();
  return nodeOf(reader, reader.whole(container, 0x30));
};

const written = ({ tag, content }: Node): Buffer =>
  der(tag, ...(Array.isArray(content) ? content.map(written) : [content]));

/** Every list of values in the tree, with its members. */
const listsIn = ({ content }: Node): Node[][] =>
  Array.isArray(content) ? [content, ...content.flatMap(listsIn)] : [];

interface Change {
  readonly container: Buffer;
  readonly other: Buffer;
  /** Three numbers that choose places and values. */
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

function changedTree(
  { container, other, a, b, c }: Change,
  change: (list: Node[], at: number, foreign: Node) => void,
): Buffer {
  const tree = treeOf(container);
  const lists = listsIn(tree).filter((list) => list.length > 0);
  const list = lists[a % lists.length] ?? [];
  const foreign = listsIn(treeOf(other)).flat();
  change(list, b % Math.max(1, list.length), foreign[c % foreign.length] ?? tree);
  return written(tree);
}

/** Places where a value begins, by walking over all of them. */
function headersIn(container: Buffer): number[] {
  const places = (node: Node, at: number): number[] => {
    const { length } = written(node);
    if (!Array.isArray(node.content)) return [at];
    const inside = node.content.reduce((sum, each) => sum + written(each).length, 0);
    let next = at + length - inside;
    const below = node.content.map((each) => {
      const start = next;
      next += written(each).length;
      return places(each, start);
    });
    return [at, ...below.flat()];
  };
  return places(treeOf(container), 0);
}

const HEADERS = new Map(ORIGINALS.map((container) => [container, headersIn(container)]));

const CHANGES: Readonly<Record<string, (change: Change) => Buffer>> = {
  'one bit': ({ container, a, b }) => flipped(container, a, 1 << (b % 8)),
  'one byte': ({ container, a, b }) => flipped(container, a, 1 + (b % 255)),
  'several bits': ({ container, a, b, c }) =>
    [a, b, c, a ^ b].reduce((bytes, place) => flipped(bytes, place, 1 << (place % 8)), container),
  'cut at the end': ({ container, a }) => container.subarray(0, a % container.length),
  'cut out': ({ container, a, b }) => {
    const from = a % container.length;
    return Buffer.concat([container.subarray(0, from), container.subarray(from + 1 + (b % 64))]);
  },
  'something in between': ({ container, other, a, b, c }) => {
    const at = a % container.length;
    const from = b % other.length;
    return Buffer.concat([
      container.subarray(0, at),
      other.subarray(from, from + (c % 300)),
      container.subarray(at),
    ]);
  },
  'a piece of another': ({ container, other, a, b, c }) => {
    const mixed = Buffer.from(container);
    other.copy(mixed, a % container.length, b % other.length, (b % other.length) + (c % 300));
    return mixed;
  },
  'another length': ({ container, a, b }) => {
    const headers = HEADERS.get(container) ?? [];
    const changed = Buffer.from(container);
    changed.writeUInt8(
      [0, 0x7f, 0x80, 0x81, 0x84, 0xff, b % 256][b % 7] ?? 0,
      (headers[a % headers.length] ?? 0) + 1,
    );
    return changed;
  },
  'another tag': ({ container, a, b }) => {
    const headers = HEADERS.get(container) ?? [];
    const changed = Buffer.from(container);
    changed.writeUInt8(b % 256, headers[a % headers.length] ?? 0);
    return changed;
  },
  'a value twice': (change) =>
    changedTree(change, (list, at) => void list.splice(at, 0, list[at] ?? { tag: 5, content: [] })),
  'a value less': (change) => changedTree(change, (list, at) => void list.splice(at, 1)),
  'two values exchanged': (change) =>
    changedTree(change, (list, at) => {
      const [first] = list.splice(at, 1);
      if (first !== undefined) list.splice((change.c * 7) % (list.length + 1), 0, first);
    }),
  'a value of another': (change) =>
    changedTree(change, (list, at, foreign) => void list.splice(at, 1, foreign)),
  'a value of another besides': (change) =>
    changedTree(change, (list, at, foreign) => void list.splice(at, 0, foreign)),
  'a value at the same place of another': ({ container, other, a }) => {
    const [tree, foreign] = [treeOf(container), treeOf(other)];
    const [lists, foreignLists] = [listsIn(tree), listsIn(foreign)];
    const at = a % Math.min(lists.length, foreignLists.length);
    lists[at]?.splice(0, Infinity, ...(foreignLists[at] ?? []));
    return written(tree);
  },
  'a list with lengths left open': (change) => {
    const tree = written(treeOf(change.container));
    return Buffer.concat([
      Buffer.from('3080', 'hex'),
      tree.subarray(tree[1] === 0x82 ? 4 : 3),
      Buffer.alloc(2),
    ]);
  },
};

function flipped(container: Buffer, place: number, mask: number): Buffer {
  const changed = Buffer.from(container);
  const at = place % container.length;
  changed.writeUInt8(changed.readUInt8(at) ^ mask, at);
  return changed;
}

const number = fc.nat({ max: 2 ** 30 });
const original = fc.constantFrom(...ORIGINALS);
const mutation = fc.tuple(
  fc.constantFrom(...Object.keys(CHANGES)),
  original,
  original,
  number,
  number,
  number,
);

describe('Changed containers', () => {
  it(
    `never change what was signed, nor crash or hang the check (${RUNS} of them)`,
    () => {
      const outcomes: Record<string, number> = {};
      const before = process.memoryUsage().rss;
      let [slowest, most] = [0, before];
      const property = fc.property(mutation, ([kind, container, other, a, b, c]) => {
        const changed = CHANGES[kind]?.({ container, other, a, b, c }) ?? container;
        const startedAt = performance.now();
        let outcome = 'accepted';
        try {
          const accepted = acceptedBy(changed);
          // Only what a genuine container says may be accepted, whatever surrounds it.
          expect(GENUINE.has(accepted), accepted).toBe(true);
        } catch (error) {
          // Anything else is a fault of the program.
          if (!(error instanceof Refusal)) throw error;
          outcome = error.code;
        }
        slowest = Math.max(slowest, performance.now() - startedAt);
        outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
        most = Math.max(most, process.memoryUsage.rss());
      });
      fc.assert(property, { numRuns: RUNS });
      const grown = most - before;
      if (process.env['FUZZ_RUNS'] !== undefined)
        process.stdout.write(
          `${JSON.stringify({ runs: RUNS, outcomes, slowestMs: Math.round(slowest), grownMiB: Math.round(grown / 2 ** 20) })}\n`,
        );
      expect(slowest).toBeLessThan(DEADLINE_MS);
      expect(grown).toBeLessThan(MEMORY_BYTES);
      // The changes reach every stage of the check.
      for (const code of ['accepted', 'signature_wrong', 'signature_container_malformed', 'time_stamp_wrong'])
        expect(outcomes[code], code).toBeGreaterThan(0);
    },
    60_000 + RUNS * 60,
  );
});
