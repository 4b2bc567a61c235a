import { refuseProduction } from './refuse-production';
import { signingKey, type KeyKind, type SigningKey } from './signing-key';
import { writeCertificate, type Certified, type Wanted } from './write-certificate';
import { writeContainer, type WantedContainer } from './write-container';

/** Who signs and when. */
export interface MadeUpSignature {
  readonly drfo: string;
  readonly signedAt: Date;
  readonly surname?: string;
  readonly givenName?: string;
  readonly algorithm?: KeyKind;
}

/** What departs from a good container; made for tests. */
export interface Departures {
  /** How often it is signed; one is right. */
  readonly signatures?: number;
  readonly isDetached?: boolean;
  readonly hasSigningTime?: boolean;
  readonly carriesCertificates?: boolean;
  /** The signature names the certificate of somebody else as its own. */
  readonly namesAnother?: boolean;
  /** Of the attribute that names the certificate. */
  readonly edition?: 1 | 2;
  /** Puts an authority between the root and the signer; may it issue? */
  readonly between?: 'an authority' | 'no authority';
  readonly certificate?: Partial<Omit<Wanted, 'issuer' | 'key' | 'drfo'>> & {
    readonly drfo?: string | null;
  };
}

/** What roots sign with. */
export const ROOT_KINDS = ['ecdsa', 'dstu'] as const;
export type RootKind = (typeof ROOT_KINDS)[number];

/** A root's life: longer than any date a test sets its clock to. */
const ROOT = { notBefore: new Date('2000-01-01T00:00:00Z'), notAfter: new Date('2099-12-31T23:59:59Z') };
const DAY_MS = 86_400_000;
/** A certificate is made for each signature, so its life is told from there. */
const LIFE = { beforeDays: 30, afterDays: 365 };

/** National keys are certified by a national root, all others by one with a key on P-256. */
const rootKindOf = (kind: KeyKind): RootKind => (kind === 'dstu' ? 'dstu' : 'ecdsa');

/** Makes a root that certifies itself. */
export function makeRoot(kind: RootKind): Certified {
  const commonName = `TEST ONLY root (${kind})`;
  return writeCertificate({ ...ROOT, commonName, key: signingKey(kind), isAuthority: true });
}

/** The certificate as PEM. */
export const pemOf = ({ certificate }: Certified): string => {
  const base64 = Buffer.from(certificate.toSchema().toBER()).toString('base64');
  return `-----BEGIN CERTIFICATE-----\n${base64.replace(/.{64}/g, '$&\n').trimEnd()}\n-----END CERTIFICATE-----\n`;
};

/**
 * Certifies made-up people and signs for them. It belongs to proofs and to the command line; the program neither
 * loads it nor, in production, trusts what it certified.
 */
export class TestAuthority {
  private readonly keys = new Map<KeyKind, SigningKey>();

  constructor(private readonly roots: readonly Certified[]) {}

  /** An authority nobody knew before. */
  static make({ nodeEnv }: { readonly nodeEnv: string }): TestAuthority {
    refuseProduction(nodeEnv);
    return new TestAuthority(ROOT_KINDS.map(makeRoot));
  }

  /** The certificates of its roots, as SIGNATURE_TRUSTED_CA_FILE has them. */
  get trustedPem(): string {
    return this.roots.map(pemOf).join('');
  }

  /** A container around the content, signed as told. */
  sign(content: Uint8Array | string, by: MadeUpSignature, departures: Departures = {}): Buffer {
    const {
      signatures = 1,
      isDetached = false,
      carriesCertificates = true,
      hasSigningTime = true,
    } = departures;
    const between = departures.between === undefined ? [] : [this.between(by, departures.between)];
    const signers = Array.from({ length: signatures }, () => this.certified(by, departures, between[0]));
    const wanted: WantedContainer = {
      content: Buffer.from(content),
      signers,
      signedAt: hasSigningTime ? by.signedAt : undefined,
      isDetached,
      carriesCertificates,
      between,
      named: {
        edition: departures.edition ?? 2,
        ...(departures.namesAnother === true ? { certificate: this.certified(by, {}, undefined) } : {}),
      },
    };
    return writeContainer(wanted);
  }

  /** The certificate and the private key behind such a signature, as PEM, for other programs. */
  credentials(by: MadeUpSignature): { readonly certificate: string; readonly privateKey: string } {
    const certified = this.certified(by, {}, undefined);
    return { certificate: pemOf(certified), privateKey: certified.key.kept };
  }

  private certified(by: MadeUpSignature, departures: Departures, between: Certified | undefined): Certified {
    const { drfo = by.drfo, ...changed } = departures.certificate ?? {};
    return writeCertificate({
      ...this.lifeAround(by.signedAt),
      commonName: 'TEST ONLY person',
      key: this.keyOf(by.algorithm ?? 'ecdsa'),
      issuer: between ?? this.rootFor(by),
      ...(by.surname === undefined ? {} : { surname: by.surname }),
      ...(by.givenName === undefined ? {} : { givenName: by.givenName }),
      ...(drfo === null ? {} : { drfo }),
      ...changed,
    });
  }

  private between(by: MadeUpSignature, which: 'an authority' | 'no authority'): Certified {
    const isAuthority = which === 'an authority';
    const key = signingKey(rootKindOf(by.algorithm ?? 'ecdsa'));
    const commonName = 'TEST ONLY authority in between';
    return writeCertificate({ ...ROOT, commonName, key, issuer: this.rootFor(by), isAuthority });
  }

  private lifeAround(moment: Date): Pick<Wanted, 'notBefore' | 'notAfter'> {
    const wholeSecondMs = moment.getTime() - (moment.getTime() % 1000);
    return {
      notBefore: new Date(wholeSecondMs - LIFE.beforeDays * DAY_MS),
      notAfter: new Date(wholeSecondMs + LIFE.afterDays * DAY_MS),
    };
  }

  /** One key of each kind serves all people of this authority: making keys is what costs. */
  private keyOf(kind: KeyKind): SigningKey {
    const key = this.keys.get(kind) ?? signingKey(kind);
    this.keys.set(kind, key);
    return key;
  }

  private rootFor({ algorithm = 'ecdsa' }: MadeUpSignature): Certified {
    const root = this.roots.find(({ key }) => key.kind === rootKindOf(algorithm));
    if (root === undefined) throw new Error(`The test authority has no root for ${algorithm}.`);
    return root;
  }
}
