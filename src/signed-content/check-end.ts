import type { RefusalCode } from '../domain/refusal';
import type { Signer } from './certificate/signer-of-certificate';

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
