import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Certificate } from 'pkijs';
import { writeCertificate, type Certified, type Wanted } from './certificate-writer';
import { writeContainer, type Stamps, type WantedContainer } from './container-writer';
import { parseContainer } from '../../src/signed-content/container';
import { writeEvidence, type WantedEvidence } from './status-writer';
import { isDstu, signingKey, type KeyKind, type SigningKey } from './signing-key';
import { TimeStamper } from './time-stamp-writer';

/** Something that can sign as anybody must not exist where signatures count. */
function refuseProduction(nodeEnv: string): void {
  if (nodeEnv === 'production') {
    throw new Error(
      'The test authority signs for made-up people and is not available with NODE_ENV=production.',
    );
  }
}

/** Who signs and when. */
export interface MadeUpSignature {
  readonly drfo: string;
  readonly signedAt: Date;
  readonly surname?: string;
  readonly givenName?: string;
  readonly algorithm?: KeyKind;
  /** The root that certifies the person; otherwise the one that fits their key. */
  readonly certifiedBy?: RootKind;
}

/** Defects of a container, for tests. */
export interface Defects {
  /** The number of signatures; one is right. */
  readonly signatures?: number;
  readonly isDetached?: boolean;
  readonly hasSigningTime?: boolean;
  readonly carriesCertificates?: boolean;
  /** The signature names another person's certificate as its own. */
  readonly namesAnother?: boolean;
  /** Of the attribute that names the certificate. */
  readonly edition?: 1 | 2;
  /** Adds a certificate between the root and the signer: one that may issue certificates, or one that may not. */
  readonly between?: 'an authority' | 'no authority';
  /** Certificates sent along. */
  readonly sent?: readonly Certified[];
  readonly stamps?: Stamps;
  readonly certificate?: Partial<Omit<Wanted, 'issuer' | 'key' | 'drfo'>> & {
    readonly drfo?: string | null;
  };
  /** What the container carries about the status of its certificate. */
  readonly evidence?: WantedEvidence;
}

interface Credentials {
  readonly certificate: string;
  readonly privateKey: string;
}

/** The kinds of keys of roots. */
const ROOT_KINDS = ['ecdsa', 'dstu', 'dstu-kupyna'] as const;

export type RootKind = (typeof ROOT_KINDS)[number];

/** The validity of a root: longer than any date a test sets its clock to. */
const ROOT = { notBefore: new Date('2000-01-01T00:00:00Z'), notAfter: new Date('2099-12-31T23:59:59Z') };

const TIME_STAMPS = '1.3.6.1.5.5.7.3.8';

const DAY_MS = 86_400_000;

/** Each signature gets a certificate of its own, valid around the signing time. */
const LIFE = { beforeDays: 30, afterDays: 365 };

/** National roots certify national keys, a root with a key on P-256 all others. */
function rootKindOf(kind: KeyKind): RootKind {
  if (kind === 'dstu') return 'dstu';
  return isDstu(kind) ? 'dstu-kupyna' : 'ecdsa';
}

const rootKindFor = ({
  algorithm = 'ecdsa',
  certifiedBy,
}: Pick<MadeUpSignature, 'algorithm' | 'certifiedBy'>): RootKind => certifiedBy ?? rootKindOf(algorithm);

/** Creates a self-signed root. */
function makeRoot(kind: RootKind): Certified {
  const commonName = `TEST ONLY root (${kind})`;
  return writeCertificate({ ...ROOT, commonName, key: signingKey(kind), isAuthority: true });
}

/** The certificate as PEM. */
const pemOf = ({ certificate }: Certified): string => {
  const base64 = Buffer.from(certificate.toSchema().toBER()).toString('base64');
  return `-----BEGIN CERTIFICATE-----\n${base64.replace(/.{64}/g, '$&\n').trimEnd()}\n-----END CERTIFICATE-----\n`;
};

/**
 * Certifies made-up people and signs for them, for tests and `npm run sign`. The service does not load it, and in
 * production it refuses to trust its certificates.
 */
export class TestAuthority {
  private readonly keys = new Map<KeyKind, SigningKey>();

  constructor(private readonly roots: readonly Certified[]) {}

  /** A new authority with new keys. */
  static make({ nodeEnv }: { readonly nodeEnv: string }): TestAuthority {
    refuseProduction(nodeEnv);
    return new TestAuthority(ROOT_KINDS.map(makeRoot));
  }

  /** The certificates of its roots, in the format of SIGNATURE_TRUSTED_CA_FILE. */
  get trustedPem(): string {
    return this.roots.map(pemOf).join('');
  }

  /** A container with the content, signed by this person. */
  sign(content: Uint8Array | string, by: MadeUpSignature, defects: Defects = {}): Buffer {
    const { signatures = 1, isDetached = false, carriesCertificates = true, hasSigningTime = true } = defects;
    const { sent = [], stamps = {} } = defects;
    const between = defects.between === undefined ? [] : [this.between(by, defects.between)];
    const signers = Array.from({ length: signatures }, () => this.certified(by, defects, between[0]));
    const wanted: WantedContainer = {
      content: Buffer.from(content),
      signers,
      signedAt: hasSigningTime ? by.signedAt : undefined,
      isDetached,
      carriesCertificates,
      between: [...between, ...sent],
      stamps,
      ...this.evidence(defects, by, [signers[0], between[0]]),
      named: this.named(by, defects),
    };
    return writeContainer(wanted);
  }

  private evidence(
    { evidence }: Defects,
    by: MadeUpSignature,
    [signer, issuer = this.rootFor(by)]: readonly [Certified | undefined, Certified | undefined],
  ): Pick<WantedContainer, 'evidence'> {
    if (evidence === undefined || signer === undefined) return {};
    return { evidence: writeEvidence(signer, issuer, evidence) };
  }

  /** A time-stamp authority that the root for this kind of key has certified. */
  timeStamper(algorithm: KeyKind = 'ecdsa', changed: Partial<Wanted> = {}): TimeStamper {
    const certified = writeCertificate({
      ...ROOT,
      commonName: 'TEST ONLY time-stamp authority',
      key: signingKey(algorithm),
      issuer: this.rootFor({ algorithm }),
      purposes: [TIME_STAMPS],
      arePurposesCritical: true,
      qualified: 'no',
      ...changed,
    });
    return new TimeStamper(certified);
  }

  /** The certificate of such a signature and its issuer with its key, for answers about its status. */
  issued(
    by: MadeUpSignature,
    defects: Defects = {},
  ): { readonly subject: Certified; readonly issuer: Certified } {
    return { subject: this.certified(by, defects, undefined), issuer: this.rootFor(by) };
  }

  /** The signer of a container that this authority made, and the root that certified them. */
  signerIn(container: Uint8Array): { readonly subject: Certified; readonly issuer: Certified } {
    const [parsed] = parseContainer(container).certificates;
    const issuer = this.roots.find(({ certificate }) => parsed?.parsed.issuer.isEqual(certificate.subject));
    if (parsed === undefined || issuer === undefined) throw new Error('This authority did not make it.');
    return { subject: { certificate: parsed.parsed, key: issuer.key }, issuer };
  }

  /** A certificate of a service of this authority, such as an OCSP responder. */
  service(by: MadeUpSignature, wanted: Partial<Wanted>): Certified {
    const commonName = 'TEST ONLY service';
    return writeCertificate({
      ...ROOT,
      commonName,
      key: signingKey(rootKindFor(by)),
      issuer: this.rootFor(by),
      ...wanted,
    });
  }

  /** The certificate and the private key of such a signature, as PEM, for other programs. */
  credentials(by: MadeUpSignature, defects: Defects = {}): Credentials {
    const certified = this.certified(by, defects, undefined);
    return { certificate: pemOf(certified), privateKey: certified.key.kept };
  }

  private named(
    by: MadeUpSignature,
    { edition = 2, namesAnother = false }: Defects,
  ): WantedContainer['named'] {
    return { edition, ...(namesAnother ? { certificate: this.certified(by, {}, undefined) } : {}) };
  }

  private certified(by: MadeUpSignature, defects: Defects, between: Certified | undefined): Certified {
    const { drfo = by.drfo, ...changed } = defects.certificate ?? {};
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
    const key = signingKey(rootKindFor(by));
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

  /** All people of this authority share one key of each kind: generating keys is slow. */
  private keyOf(kind: KeyKind): SigningKey {
    const key = this.keys.get(kind) ?? signingKey(kind);
    this.keys.set(kind, key);
    return key;
  }

  private rootFor(by: Pick<MadeUpSignature, 'algorithm' | 'certifiedBy'>): Certified {
    const kind = rootKindFor(by);
    const root = this.roots.find(({ key }) => key.kind === kind);
    if (root === undefined)
      throw new Error(`The test authority has no ${kind} root: remove its folder, a new one gets all roots.`);
    return root;
  }
}

/** File names. SIGNATURE_TRUSTED_CA_FILE of a local installation points to the first one. */
const TRUSTED = 'ca.pem';

const KEYS = 'TEST-ONLY-keys.json';

/** A key can sign as anybody, even if only on this installation. */
const OWNER_ONLY = { mode: 0o600 };

interface StoredRoot {
  readonly kind: RootKind;
  readonly certificate: string;
  readonly privateKey: string;
}

function writeAuthority(folder: string): void {
  mkdirSync(dirname(folder), { recursive: true });
  const beside = mkdtempSync(`${folder}.new-`);
  const roots = ROOT_KINDS.map(makeRoot);
  const kept = roots.map((root) => {
    return { kind: root.key.kind, certificate: pemOf(root), privateKey: root.key.kept };
  });
  writeFileSync(join(beside, TRUSTED), roots.map(pemOf).join(''));
  const warning = 'TEST ONLY: keys of made-up authorities. Never trust them anywhere else.';
  writeFileSync(
    join(beside, KEYS),
    `${JSON.stringify({ warning, roots: kept }, undefined, 2)}\n`,
    OWNER_ONLY,
  );
  try {
    renameSync(beside, folder);
  } catch (error) {
    rmSync(beside, { recursive: true });
    // Another process was faster; both use what it wrote.
    if (!existsSync(join(folder, KEYS))) throw error;
  }
}

function readAuthority(folder: string): Certified[] {
  const { roots } = JSON.parse(readFileSync(join(folder, KEYS), 'utf8')) as { roots: StoredRoot[] };
  return roots.map(({ kind, certificate, privateKey }) => {
    const base64 = certificate.replace(/-----[A-Z ]+-----/g, '');
    const parsed = Certificate.fromBER(Buffer.from(base64, 'base64'));
    return { certificate: parsed, key: signingKey(kind, privateKey) };
  });
}

/**
 * The authority stored in a folder; created there when it does not exist. The folder appears complete or not at all, so
 * that a command and a server that start together use the same authority.
 */
export function openTestAuthority(path: string, { nodeEnv }: { readonly nodeEnv: string }): TestAuthority {
  refuseProduction(nodeEnv);
  const folder = resolve(path);
  if (!existsSync(join(folder, KEYS))) writeAuthority(folder);
  return new TestAuthority(readAuthority(folder));
}

/** The certificate file of an authority in that folder. */
export const trustedFileIn = (path: string): string => join(resolve(path), TRUSTED);
