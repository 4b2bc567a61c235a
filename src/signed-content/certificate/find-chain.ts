import { Refusal } from '../../domain/refusal';
import type { Certificate } from './certificate';

/** National chains have two or three certificates; longer ones are made to cost time. */
const MOST_CERTIFICATES = 5;

/** An authority renews its certificate under its old name, so there can be several ways up, but not many. */
const MOST_CHAINS = 8;

interface Around {
  /** What came with the signature; none of it is believed by itself. */
  readonly sent: readonly Certificate[];
  readonly authorities: readonly Certificate[];
}

/** Every way from the certificate up to an authority, by names only; nothing is computed yet. */
function* waysUp(path: readonly [Certificate, ...Certificate[]], around: Around): Generator<Certificate[]> {
  const [top] = path;
  for (const authority of around.authorities) {
    if (top.namesAsIssuer(authority)) yield [authority, ...path];
  }
  // One place is left for the authority itself.
  if (path.length >= MOST_CERTIFICATES - 1) return;
  for (const issuer of around.sent) {
    if (top.namesAsIssuer(issuer) && !path.includes(issuer)) yield* waysUp([issuer, ...path], around);
  }
}

/** From the trusted end down: a key is used only after the certificate it is in has been proved. */
function isProved(chain: readonly Certificate[]): boolean {
  return chain.every((certificate, place) => {
    const issuer = chain[place - 1];
    // Below the issuer stand the authorities between it and the signer.
    const mayBe = issuer?.mayIssue({ authoritiesBelow: chain.length - place - 1 }) ?? true;
    return mayBe && certificate.hasOnlyUnderstoodDemands && (!issuer || certificate.isSignedBy(issuer));
  });
}

/**
 * Refuses unless an authority that is trusted vouches for the certificate and the whole chain was valid at that
 * moment. Nobody is asked whether a certificate has been revoked.
 */
export function refuseUnlessTrusted(signer: Certificate, around: Around & { readonly at: Date }): void {
  let isProvedOnce = false;
  let looked = 0;
  for (const chain of waysUp([signer], around)) {
    if (++looked > MOST_CHAINS) break;
    if (!isProved(chain)) continue;
    isProvedOnce = true;
    if (chain.every((certificate) => certificate.wasValidAt(around.at))) return;
  }
  throw new Refusal(isProvedOnce ? 'certificate_not_valid_then' : 'certificate_not_trusted');
}
