import { Refusal, type RefusalCode } from '../domain/refusal';
import type { Signer } from './certificate/signer-of-certificate';
import type { SignedContent } from './check-container';

/** How a check ended, as it is told from one thread to another. */
export type CheckEnd =
  | {
      readonly kind: 'signed';
      readonly content: Uint8Array;
      readonly signedAtMs: number;
      readonly signer: Signer;
    }
  | { readonly kind: 'refused'; readonly code: RefusalCode }
  /** A fault of the program. Only where it happened is told: words of an error may quote what was signed. */
  | { readonly kind: 'failed'; readonly places: readonly string[] };

/** Places as the engine knows them; the text of a stack begins with the words of the error. */
function placesOf(error: unknown): readonly string[] {
  const before = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace');
  Error.prepareStackTrace = (_, sites) =>
    sites.map((site) => `${site.getFileName() ?? 'unknown'}:${site.getLineNumber() ?? 0}`);
  const stack: unknown = error instanceof Error ? error.stack : undefined;
  if (before === undefined) Reflect.deleteProperty(Error, 'prepareStackTrace');
  else Object.defineProperty(Error, 'prepareStackTrace', before);
  return Array.isArray(stack) ? (stack as string[]) : [];
}

/** Makes a check and tells how it ended; never throws. */
export function endOf(check: () => SignedContent): CheckEnd {
  try {
    const { content, signedAt, signer } = check();
    return { kind: 'signed', content: new Uint8Array(content), signedAtMs: signedAt.getTime(), signer };
  } catch (error) {
    if (error instanceof Refusal) return { kind: 'refused', code: error.code };
    return { kind: 'failed', places: placesOf(error) };
  }
}

/** What came of it; the other side of `endOf`. */
export function contentOf(end: CheckEnd): SignedContent {
  if (end.kind === 'refused') throw new Refusal(end.code);
  if (end.kind === 'failed') throw failureIn(end.places);
  return { content: end.content, signedAt: new Date(end.signedAtMs), signer: end.signer };
}

/** An error that leads to where it happened in the thread, and says nothing else. */
function failureIn(places: readonly string[]): Error {
  const error = new Error('A signature could not be checked.');
  error.stack = [`Error: ${error.message}`, ...places.map((place) => `    at ${place}:1`)].join('\n');
  return error;
}
