import { BaseBlock, ObjectIdentifier } from 'asn1js';
import {
  ExtKeyUsage,
  QCStatements,
  type RelativeDistinguishedNames,
  SubjectDirectoryAttributes,
} from 'pkijs';
import { Refusal } from '../domain/refusal';
import { type Certificate, DRFO_PREFIX, QUALIFIED, SUBJECT } from './certificate';

/** The person who signed, as their certificate names them. */
export interface Signer {
  /** The number of the person in the register of taxpayers. */
  readonly drfo: string;
  readonly surname: string | null;
  readonly givenName: string | null;
}

/** Longer names and numbers are ignored; X.520 allows 64 characters for most. */
const LONGEST_TEXT = 128;

function textOf(value: unknown): string | null {
  const text: unknown = value instanceof BaseBlock ? Reflect.get(value.valueBlock, 'value') : undefined;
  const trimmed = typeof text === 'string' ? text.trim() : '';
  return trimmed === '' || trimmed.length > LONGEST_TEXT || /\p{C}/u.test(trimmed) ? null : trimmed;
}

function textsIn(subject: RelativeDistinguishedNames, type: string): readonly string[] {
  const values = subject.typesAndValues.filter((attribute) => attribute.type === type);
  return values.map(({ value }) => textOf(value)).filter((text) => text !== null);
}

function textsInDirectory(certificate: Certificate, type: string): readonly string[] {
  const directory = certificate.extension('subjectDirectoryAttributes');
  if (!(directory instanceof SubjectDirectoryAttributes)) return [];
  const values = directory.attributes.filter((attribute) => attribute.type === type);
  return values.flatMap((attribute) => attribute.values.map(textOf)).filter((text) => text !== null);
}

/** The number in the directory attributes, otherwise the one after the prefix in the subject. */
function drfoOf(certificate: Certificate): string | undefined {
  const [direct] = textsInDirectory(certificate, SUBJECT.drfo);
  if (direct !== undefined) return direct;
  const serial = textsIn(certificate.parsed.subject, SUBJECT.serialNumber).find((text) =>
    text.startsWith(DRFO_PREFIX),
  );
  const number = serial?.slice(DRFO_PREFIX.length).trim() ?? '';
  return number === '' ? undefined : number;
}

function isDeclaredSeal(certificate: Certificate): boolean {
  const usages = certificate.extension('extendedKeyUsage');
  if (usages instanceof ExtKeyUsage && usages.keyPurposes.includes(QUALIFIED.sealPurpose)) return true;
  const statements = certificate.extension('qualifiedStatements');
  if (!(statements instanceof QCStatements)) return false;
  return statements.values.some(
    ({ id, type }) => id === QUALIFIED.type && kindsIn(type).includes(QUALIFIED.seal),
  );
}

function kindsIn(sequence: unknown): readonly string[] {
  const kinds: unknown =
    sequence instanceof BaseBlock ? Reflect.get(sequence.valueBlock, 'value') : undefined;
  if (!Array.isArray(kinds)) return [];
  return kinds.filter((kind) => kind instanceof ObjectIdentifier).map((kind) => kind.getValue());
}

/**
 * The person behind a certificate. Throws `signature_is_seal` for a seal: a certificate that declares itself one, or that
 * has the number of an organisation and no person's, as older seals do.
 */
export function signerOfCertificate(certificate: Certificate): Signer {
  if (isDeclaredSeal(certificate)) throw new Refusal('signature_is_seal');
  const drfo = drfoOf(certificate);
  if (drfo === undefined) {
    const isOfOrganisation = textsInDirectory(certificate, SUBJECT.edrpou).length > 0;
    throw new Refusal(isOfOrganisation ? 'signature_is_seal' : 'certificate_without_drfo');
  }
  const { subject } = certificate.parsed;
  const [surname = null] = textsIn(subject, SUBJECT.surname);
  const [givenName = null] = textsIn(subject, SUBJECT.givenName);
  return { drfo, surname, givenName };
}
