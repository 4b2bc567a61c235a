import type { IncomingMessage } from 'node:http';

/** The message is longer than the sandbox reads. */
export class BodyTooLong extends Error {}

/** A question takes two kilobytes, so this is generous; it keeps a mistaken upload out of memory. */
const LONGEST_BODY_BYTES = 64 * 1024;

/** Hands over the whole body once it is there; nothing is called when the sender goes away before. */
export function readBody(
  incoming: IncomingMessage,
  done: (outcome: Buffer | BodyTooLong) => void,
  longest = LONGEST_BODY_BYTES,
): void {
  const chunks: Buffer[] = [];
  let length = 0;
  incoming.on('error', () => undefined);
  incoming.on('data', (chunk: Buffer) => {
    const wasWithin = length <= longest;
    length += chunk.length;
    if (length <= longest) chunks.push(chunk);
    else if (wasWithin) done(new BodyTooLong());
  });
  incoming.on('end', () => {
    const [first] = chunks;
    if (length <= longest) done(chunks.length === 1 && first ? first : Buffer.concat(chunks));
  });
}
