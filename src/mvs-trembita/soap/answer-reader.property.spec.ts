import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ECHO, MESSAGE_ID, SOAP_12_TYPE, envelope } from '../../../test/fixtures/trembita/envelope';
import { readAnswer, readStatus } from './answer-reader';

/** An element before it is written: its content, in order. */
interface Made {
  readonly name: string;
  readonly content: readonly (Made | Written)[];
}

/** A piece of text, and one of the ways to write it. */
interface Written {
  readonly text: string;
  readonly as: 'plain' | 'cdata' | 'reference' | 'commented';
}

const NAMES = [
  'PasStatus',
  'PasStatus',
  'pasStatus',
  'PASSTATUS',
  'Status',
  'PasStatusText',
  'Result',
  'm:PasStatus',
];
const TEXTS = ['', ' ', '\n\t', '-1', '-2', '7', '01', '+1', '1.0', '10', '\u00A0', 'true', '&', '<', ']'];

const written: fc.Arbitrary<Written> = fc.record({
  text: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom('0', '1') },
    { weight: 6, arbitrary: fc.constantFrom(...TEXTS) },
    fc.string({ unit: 'grapheme-ascii', maxLength: 5 }),
  ),
  as: fc.constantFrom('plain', 'cdata', 'reference', 'commented'),
});

const leaf: fc.Arbitrary<Made> = fc.record({
  name: fc.constantFrom(...NAMES),
  content: fc.array(written, { minLength: 1, maxLength: 2 }),
});

/** Leaves mostly, so that answers which say something come up often. */
const { element } = fc.letrec<{ element: Made }>((tie) => ({
  element: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { weight: 6, arbitrary: leaf },
    {
      weight: 1,
      arbitrary: fc.record({
        name: fc.constantFrom(...NAMES),
        content: fc.array(tie('element'), { maxLength: 3 }),
      }),
    },
  ),
}));

const bodyChild: fc.Arbitrary<Made> = fc.record({
  name: fc.constantFrom('Answer', 'PasStatus'),
  content: fc.array(element, { maxLength: 3 }),
});
const bodyChildren = fc.oneof(
  { weight: 4, arbitrary: fc.array(bodyChild, { minLength: 1, maxLength: 1 }) },
  fc.array(bodyChild, { maxLength: 3 }),
);

function isMade(piece: Made | Written): piece is Made {
  return 'name' in piece;
}

function write(piece: Made | Written): string {
  if (isMade(piece))
    return `<${piece.name} xmlns:m="urn:m">${piece.content.map(write).join('')}</${piece.name}>`;
  const escaped = piece.text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  if (piece.as === 'cdata') return `<![CDATA[${piece.text.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`;
  if (piece.as === 'commented') return `<!--1-->${escaped}<!-- <PasStatus>0</PasStatus> -->`;
  if (piece.as === 'plain') return escaped;
  return [...piece.text].map((character) => `&#${character.codePointAt(0)};`).join('');
}

/** The rule in other words than the reader's: every status within the child, and what the only one says. */
function expectedOf(children: readonly Made[]): string | undefined {
  const [child, ...others] = children;
  if (child === undefined || others.length > 0) return undefined;
  const statuses = descendants(child).filter(({ name }) => /^(?:m:)?passtatus$/i.test(name));
  const [status] = statuses;
  if (status === undefined || statuses.length > 1 || !child.content.includes(status)) return undefined;
  if (status.content.some(isMade)) return undefined;
  const text = status.content.map((piece) => (isMade(piece) ? '' : piece.text)).join('');
  const digit = /^[ \t\r\n]*([01])[ \t\r\n]*$/.exec(text)?.[1];
  return digit === undefined ? undefined : digit === '1' ? 'FOUND' : 'NOT_FOUND';
}

function descendants(element: Made): Made[] {
  return element.content.filter(isMade).flatMap((child) => [child, ...descendants(child)]);
}

function read(bytes: Buffer): string | undefined {
  const reading = readAnswer(
    { status: 200, contentType: SOAP_12_TYPE, contentEncoding: undefined, bytes },
    {
      messageId: MESSAGE_ID,
      echo: ECHO,
      maxBytes: 1_048_576,
      readFields: (child) => readStatus(child, 'PasStatus'),
    },
  );
  return reading.ok ? reading.answer : undefined;
}

describe('whatever the register sends', () => {
  it('is found or not found exactly when the one child of the body contains one such number', () => {
    const met = { FOUND: 0, NOT_FOUND: 0, neither: 0 };
    fc.assert(
      fc.property(bodyChildren, (children) => {
        const expected = expectedOf(children);
        met[expected === 'FOUND' || expected === 'NOT_FOUND' ? expected : 'neither'] += 1;
        expect(read(Buffer.from(envelope({ body: children.map(write).join('') })))).toBe(expected);
      }),
      { numRuns: 2000 },
    );
    expect(Math.min(met.FOUND, met.NOT_FOUND, met.neither)).toBeGreaterThan(20);
  });

  it('says nothing when any part of its end is missing', () => {
    const whole = Buffer.from(
      envelope({ body: '<Answer><Note>Знайдено</Note><PasStatus>1</PasStatus></Answer>' }),
    );
    expect(read(whole)).toBe('FOUND');
    for (let length = 0; length < whole.length; length += 1)
      expect(read(whole.subarray(0, length))).toBeUndefined();
  });

  it('says nothing when it is no envelope', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.uint8Array().map((bytes) => Buffer.from(bytes)),
        ),
        (content) => {
          expect(read(Buffer.from(content as string))).toBeUndefined();
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('never turns one answer into the other by a byte that was changed outside the number', () => {
    const whole = Buffer.from(envelope({ body: '<Answer><PasStatus>1</PasStatus></Answer>' }));
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, byte) => {
        const changed = Buffer.from(whole);
        changed[at] = byte;
        if (at !== whole.indexOf('>1<') + 1) expect(read(changed)).not.toBe('NOT_FOUND');
      }),
      { numRuns: 2000 },
    );
  });
});
