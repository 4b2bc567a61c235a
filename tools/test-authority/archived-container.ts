import { BerReader, TAG } from '../../src/signed-content/ber-reader';

/** Object identifiers of RFC 5126 and, for archives, ETSI EN 319 122-1; in DER. */
const ATTRIBUTES = {
  certificateRefs: '060b2a864886f70d0109100215',
  revocationRefs: '060b2a864886f70d0109100216',
  certificateValues: '060b2a864886f70d0109100217',
  revocationValues: '060b2a864886f70d0109100218',
  archiveTimeStamp: '060604008d450204',
} as const;

/** What a form of CAdES adds to a signature: C names the material, X-Long holds it, LT keeps it beside the certificates. */
const ADDED = {
  C: ['certificateRefs', 'revocationRefs'],
  'X-Long': ['certificateRefs', 'revocationRefs', 'certificateValues', 'revocationValues'],
  LT: [],
  LTA: ['archiveTimeStamp'],
} as const satisfies Readonly<Record<string, readonly (keyof typeof ATTRIBUTES)[]>>;

export type ArchivedForm = keyof typeof ADDED;

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

/** A value in DER. */
export function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  const digits = length.toString(16);
  const bytes = hex(digits.padStart(digits.length + (digits.length % 2), '0'));
  return Buffer.concat([Buffer.from([tag, 0x80 + bytes.length]), bytes, content]);
}

/** Serial number of 20 bytes, date and reason of a revoked certificate, as RFC 5280 writes them. */
const ENTRY = hex(
  `30 34 02 14 57${'00'.repeat(19)} 17 0d ${Buffer.from('260501100000Z').toString('hex')} 30 0d 30 0b 06 03 55 1d 15 04 04 0a 02 00 01`,
);

/** The shape of a revocation list with so many entries of 54 bytes. Nobody signed it. */
export function revocationListOf(entries: number): Buffer {
  const revoked = Buffer.alloc(entries * ENTRY.length, ENTRY);
  for (let entry = 0; entry < entries; entry += 1) revoked.writeUInt32BE(entry, entry * ENTRY.length + 5);
  const algorithm = hex('30 0a 06 08 2a 86 48 ce 3d 04 03 02');
  const time = der(0x17, Buffer.from('260501100000Z'));
  const list = der(
    TAG.sequence,
    hex('02 01 01'),
    algorithm,
    hex('30 00'),
    time,
    time,
    der(TAG.sequence, revoked),
  );
  return der(TAG.sequence, list, algorithm, hex('03 02 00 00'));
}

/** The same container in a form that keeps a revocation list; nothing that the signature protects changes. */
export function archived(container: Uint8Array, form: ArchivedForm, list: Uint8Array): Buffer {
  const reader = new BerReader();
  const outer = reader.parts(reader.whole(container, TAG.sequence));
  const type = outer.required(TAG.objectIdentifier);
  const data = reader.parts(reader.only(outer.required(TAG.around0), TAG.sequence)).values;
  const before = data.filter(({ tag }) => tag !== TAG.around1).slice(0, -1);
  const signer = data.at(-1);
  if (signer === undefined) throw new Error('A container has parts.');
  const parts = reader.parts(reader.only(signer, TAG.sequence)).values;
  const unsigned = parts.find(({ tag }) => tag === TAG.around1)?.content ?? Buffer.alloc(0);
  const added = ADDED[form].map((name) =>
    der(TAG.sequence, hex(ATTRIBUTES[name]), der(TAG.set, der(TAG.sequence, der(TAG.around0, list)))),
  );
  const kept = parts.filter(({ tag }) => tag !== TAG.around1).map(({ bytes }) => bytes);
  const attributes = unsigned.length + added.length === 0 ? [] : [der(TAG.around1, unsigned, ...added)];
  const signers = der(TAG.set, der(TAG.sequence, ...kept, ...attributes));
  const lists = form.startsWith('LT') ? [der(TAG.around1, list)] : [];
  const all = [...before.map(({ bytes }) => bytes), ...lists, signers];
  return der(TAG.sequence, type.bytes, der(TAG.around0, der(TAG.sequence, ...all)));
}
