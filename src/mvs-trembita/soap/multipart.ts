import { unreadable } from './answer-refused';
import { isEnvelopeType, mustBeUtf8, parseMediaType, type MediaType } from './media-type';

/** Ten is more than the two parts ever seen; the loop must end on a body made of boundaries. */
const MOST_PARTS = 10;
const HEADERS_END = '\r\n\r\n';
/** What leaves the bytes as they are. */
const PLAIN_TRANSFER = /^(?:7bit|8bit|binary)$/i;

interface Part {
  readonly headers: ReadonlyMap<string, string>;
  readonly bytes: Buffer;
}

/** Finds the part that holds the envelope: the one named by `start`, else the first. */
export function rootPart(body: Buffer, type: MediaType): Buffer {
  const boundary = type.parameters.get('boundary');
  if (boundary === undefined || boundary === '' || boundary.length > 70) throw unreadable('multipart');
  const parts = readParts(body, boundary);
  const start = type.parameters.get('start');
  const root = start === undefined ? parts[0] : onlyPartNamed(parts, start);
  if (root === undefined) throw unreadable('multipart');
  mustHoldEnvelope(root);
  return root.bytes;
}

function onlyPartNamed(parts: readonly Part[], contentId: string): Part | undefined {
  const named = parts.filter((part) => part.headers.get('content-id') === contentId);
  return named.length === 1 ? named[0] : undefined;
}

function mustHoldEnvelope({ headers }: Part): void {
  const type = parseMediaType(headers.get('content-type'));
  if (!isEnvelopeType(type.essence) && type.essence !== 'application/xop+xml')
    throw unreadable('content_type');
  mustBeUtf8(type.parameters.get('charset'));
  if (!PLAIN_TRANSFER.test(headers.get('content-transfer-encoding') ?? '8bit')) throw unreadable('multipart');
}

/** The closing delimiter must be there: without it the body may have been cut off. */
function readParts(body: Buffer, boundary: string): Part[] {
  const delimiter = `\r\n--${boundary}`;
  const parts: Part[] = [];
  let at = body.indexOf(`--${boundary}`);
  if (at > 0) at = body.indexOf(delimiter);
  let from = at < 0 ? -1 : at + boundary.length + (at === 0 ? 2 : 4);
  while (from >= 0 && body.toString('latin1', from, from + 2) !== '--') {
    const end = body.indexOf(delimiter, from);
    if (end < 0 || parts.length === MOST_PARTS) throw unreadable('multipart');
    parts.push(readPart(body.subarray(from, end)));
    from = end + delimiter.length;
  }
  return parts;
}

/** What comes in starts right after the delimiter, so also a part without headers has the blank line. */
function readPart(bytes: Buffer): Part {
  const end = bytes.indexOf(HEADERS_END);
  if (end < 0) throw unreadable('multipart');
  const headers = new Map<string, string>();
  for (const line of bytes.toString('latin1', 0, end).split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return { headers, bytes: bytes.subarray(end + HEADERS_END.length) };
}
