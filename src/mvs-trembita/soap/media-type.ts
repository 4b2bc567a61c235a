import { unreadable } from './answer-refused';

/** A content type taken apart; names are in small letters. */
export interface MediaType {
  readonly essence: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const PARAMETER = /;\s*([^\s=;]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))/g;

/** What an envelope may be called. The version in the name is not held against what is inside. */
const ENVELOPE_TYPES: ReadonlySet<string> = new Set(['text/xml', 'application/soap+xml']);

let lastHeader = '';
let lastType: MediaType = { essence: '', parameters: new Map() };

/** Takes `text/xml; charset="utf-8"` apart; no header gives an essence that nothing accepts. */
export function parseMediaType(header: string | undefined): MediaType {
  const text = header ?? '';
  // A register sends the same one every time.
  if (text !== lastHeader) {
    lastType = takeApart(text);
    lastHeader = text;
  }
  return lastType;
}

function takeApart(text: string): MediaType {
  const end = text.indexOf(';');
  const essence = (end < 0 ? text : text.slice(0, end)).trim().toLowerCase();
  const parameters = new Map<string, string>();
  if (end >= 0) {
    for (const [, name = '', quoted, plain] of text.slice(end).matchAll(PARAMETER)) {
      const key = name.toLowerCase();
      if (!parameters.has(key)) parameters.set(key, quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '');
    }
  }
  return { essence, parameters };
}

/** True for an envelope that stands alone. */
export function isEnvelopeType(essence: string): boolean {
  return ENVELOPE_TYPES.has(essence);
}

/** True for everything that may hold an envelope. */
export function mayHoldEnvelope(essence: string): boolean {
  return ENVELOPE_TYPES.has(essence) || essence === 'multipart/related';
}

/** Refuses every declared charset but UTF-8, in either of its spellings. */
export function mustBeUtf8(charset: string | undefined): void {
  if (charset !== undefined && !/^utf-?8$/i.test(charset.trim())) throw unreadable('charset');
}
