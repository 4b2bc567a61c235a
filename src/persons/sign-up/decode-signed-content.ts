import { Refusal } from '../../domain/refusal';

/** What a request carries beside the session. */
export interface EncodedContent {
  readonly signed_content: string;
  readonly signed_content_encoding: string;
}

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** Rows 2 and 3: the container, from base64 as RFC 4648 writes it, without line breaks and with its padding. */
export function decodeSignedContent({
  signed_content: text,
  signed_content_encoding,
}: EncodedContent): Buffer {
  if (!BASE64.test(text)) throw new Refusal('signed_content_invalid');
  const bytes = Buffer.from(text, 'base64');
  // The reader skips what it does not understand; only what it writes the same way was understood whole.
  if (bytes.toString('base64') !== text) throw new Refusal('signed_content_invalid');
  if (signed_content_encoding !== 'base64') {
    const entry = '$.signed_content_encoding';
    throw new Refusal('validation_failed', {
      faults: [{ entry, rule: 'invalid', description: 'is invalid', params: [] }],
    });
  }
  return bytes;
}
