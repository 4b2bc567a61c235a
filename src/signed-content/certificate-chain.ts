import { Refusal } from '../domain/refusal';
import type { Certificate } from './certificate';

/** National chains have two or three certificates; longer ones are attempts to waste time. */
const MOST_CERTIFICATES = 5;

/** An authority renews its certificate under the same name, so several chains are possible, but not many. */
const MOST_CHAINS = 8;

interface Around {
  /** The certificates in the container; none of them is trusted by itself. */
  readonly sent: readonly Certificate[];
  readonly authorities: readonly Certificate[];
}

/** Every chain from the certificate up to an authority, by names only; no signature is verified yet. */
function* chainsAbove(
  path: readonly [Certificate, ...Certificate[]],
  around: Around,
): Generator<Certificate[]> {
  const [top] = path;
  for (const authority of around.authorities) {
    if (top.namesAsIssuer(authority)) yield [authority, ...path];
  }
  // One place remains for the authority itself.
  if (path.length >= MOST_CERTIFICATES - 1) return;
  for (const issuer of around.sent) {
    if (top.namesAsIssuer(issuer) && !path.includes(issuer)) yield* chainsAbove([issuer, ...path], around);
  }
}

/** Verifies from the trusted end down: a key is used only after its certificate has been verified. */
function isChainVerified(chain: readonly Certificate[]): boolean {
  return chain.every((certificate, place) => {
    const issuer = chain[place - 1];
    // Below the issuer are the authorities between it and the signer.
    const mayBe = issuer?.mayIssue({ authoritiesBelow: chain.length - place - 1 }) ?? true;
    return mayBe && certificate.hasOnlyUnderstoodDemands && (!issuer || certificate.isSignedBy(issuer));
  });
}

/**
 * Throws `certificate_not_trusted` when no chain leads to a trusted authority, and `certificate_not_valid_then` when a
 * certificate of every such chain was not valid at that moment. Revocation is not checked.
 */
export function refuseUnlessTrusted(signer: Certificate, around: Around & { readonly at: Date }): void {
  let isVerified = false;
  let tried = 0;
  for (const chain of chainsAbove([signer], around)) {
    if (++tried > MOST_CHAINS) break;
    if (!isChainVerified(chain)) continue;
    isVerified = true;
    if (chain.every((certificate) => certificate.wasValidAt(around.at))) return;
  }
  throw new Refusal(isVerified ? 'certificate_not_valid_then' : 'certificate_not_trusted');
}
