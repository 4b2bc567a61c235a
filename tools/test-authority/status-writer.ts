import {
  type Any,
  BitString,
  Constructed,
  Enumerated,
  fromBER,
  GeneralizedTime,
  Integer,
  OctetString,
  Primitive,
  Sequence,
  UTCTime,
} from 'asn1js';
import {
  AlgorithmIdentifier,
  Attribute,
  BasicOCSPResponse,
  CertID,
  CertificateRevocationList,
  Extension,
  OCSPResponse,
  OtherRevocationInfoFormat,
  ResponseBytes,
  ResponseData,
  SingleResponse,
} from 'pkijs';
import { createHash } from 'node:crypto';
import { digestNamed, digestOf } from '../../src/signed-content/signature-algorithm';
import { wrapped, type Certified } from './certificate-writer';

/** What an authority says about one of its certificates. */
export interface WantedStatus {
  readonly status: 'good' | 'revoked' | 'unknown';
  readonly since?: Date;
  /** Certificate hold: the reason of a suspension. */
  readonly isOnHold?: boolean;
  readonly thisUpdate: Date;
  readonly nextUpdate?: Date;
}

/** An OCSP response to write. Everything below the second line can make it defective. */
export interface WantedAnswer extends WantedStatus {
  readonly digest?: string;
  readonly nonce?: Uint8Array | undefined;
  readonly producedAt?: Date;
  /** Who signs, if not the issuer; sent along unless `isAlone`. */
  readonly responder?: Certified;
  readonly isAlone?: boolean;
  readonly named?: 'name' | 'key';
  /** The certificate that is answered about, if another one. */
  readonly serial?: Buffer;
  readonly issuer?: Certified;
  readonly hasWrongSignature?: boolean;
}

/** A revocation list to write. */
export interface WantedList extends WantedStatus {
  readonly signer?: Certified;
  /** Further extensions as DER of their values. */
  readonly extensions?: readonly {
    readonly id: string;
    readonly critical: boolean;
    readonly value: Uint8Array;
  }[];
  readonly hasWrongSignature?: boolean;
}

const SHA1 = '1.3.14.3.2.26';
const OID = {
  basic: '1.3.6.1.5.5.7.48.1.1',
  nonce: '1.3.6.1.5.5.7.48.1.2',
  reason: '2.5.29.21',
  /** RFC 5126 and RFC 5940. */
  values: '1.2.840.113549.1.9.16.2.24',
  responseInList: '1.3.6.1.5.5.7.16.2',
} as const;
const CONTEXT = 3;
const HOLD = 6;
const KEY_COMPROMISE = 1;

const bufferOf = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;
const octets = (bytes: Uint8Array): OctetString => new OctetString({ valueHex: bufferOf(bytes) });
const keyBitsOf = ({ certificate }: Certified): Uint8Array =>
  new Uint8Array(certificate.subjectPublicKeyInfo.subjectPublicKey.valueBlock.valueHexView);
const serialOf = ({ certificate }: Certified): Buffer =>
  Buffer.from(certificate.serialNumber.valueBlock.valueHexView);

const digest = (id: string, bytes: Uint8Array): Buffer =>
  id === SHA1 ? createHash('sha1').update(bytes).digest() : digestOf(bytes, digestNamed(id));

function certIdOf(subject: Certified, issuer: Certified, wanted: WantedAnswer): CertID {
  const { digest: id = SHA1 } = wanted;
  const named = wanted.issuer ?? issuer;
  return new CertID({
    hashAlgorithm: new AlgorithmIdentifier({ algorithmId: id }),
    issuerNameHash: octets(digest(id, new Uint8Array(named.certificate.subject.toSchema().toBER()))),
    issuerKeyHash: octets(digest(id, keyBitsOf(named))),
    serialNumber: new Integer({ valueHex: bufferOf(wanted.serial ?? serialOf(subject)) }),
  });
}

function certStatusOf({ status, since, isOnHold = false }: WantedStatus): Constructed | Primitive {
  const idBlock = { tagClass: CONTEXT, tagNumber: status === 'good' ? 0 : 2 };
  if (status !== 'revoked') return new Primitive({ idBlock });
  const reason = new Enumerated({ value: isOnHold ? HOLD : KEY_COMPROMISE });
  return new Constructed({
    idBlock: { tagClass: CONTEXT, tagNumber: 1 },
    value: [
      new GeneralizedTime({ valueDate: since ?? new Date(0) }),
      new Constructed({ idBlock: { tagClass: CONTEXT, tagNumber: 0 }, value: [reason] }),
    ],
  });
}

function signatureBy(signer: Certified, signed: Uint8Array, isWrong = false): BitString {
  const signature = Buffer.from(wrapped(signer.key, signer.key.sign(signed)));
  if (isWrong) signature.writeUInt8(signature.readUInt8(signature.length - 1) ^ 1, signature.length - 1);
  return new BitString({ valueHex: bufferOf(signature) });
}

/** The inner response of RFC 6960, as containers carry it. */
export function writeBasicResponse(subject: Certified, issuer: Certified, wanted: WantedAnswer): Buffer {
  const { thisUpdate, nextUpdate, nonce, responder = issuer, named = 'name', isAlone = false } = wanted;
  const data = new ResponseData({
    responderID:
      named === 'name'
        ? responder.certificate.subject
        : octets(createHash('sha1').update(keyBitsOf(responder)).digest()),
    producedAt: wanted.producedAt ?? thisUpdate,
    responses: [
      new SingleResponse({
        certID: certIdOf(subject, issuer, wanted),
        certStatus: certStatusOf(wanted),
        thisUpdate,
        ...(nextUpdate === undefined ? {} : { nextUpdate }),
      }),
    ],
  });
  if (nonce !== undefined)
    data.responseExtensions = [
      new Extension({ extnID: OID.nonce, critical: false, extnValue: octets(nonce).toBER() }),
    ];
  const signed = data.toSchema(true) as Sequence;
  data.tbsView = new Uint8Array(signed.toBER());
  const response = new BasicOCSPResponse({
    tbsResponseData: data,
    signatureAlgorithm: responder.key.algorithm(),
    signature: signatureBy(responder, data.tbsView, wanted.hasWrongSignature),
    ...(isAlone || responder === issuer ? {} : { certs: [responder.certificate] }),
  });
  return Buffer.from(response.toSchema().toBER());
}

/** The response of a responder; with a status other than 0 it has no content. */
export function writeResponse(status: number, basic?: Uint8Array): Buffer {
  const response = new OCSPResponse({ responseStatus: new Enumerated({ value: status }) });
  if (basic !== undefined)
    response.responseBytes = new ResponseBytes({ responseType: OID.basic, response: octets(basic) });
  return Buffer.from(response.toSchema().toBER());
}

function entryOf(subject: Certified, { since, isOnHold = false }: WantedStatus): Sequence {
  const reason = new Enumerated({ value: isOnHold ? HOLD : KEY_COMPROMISE });
  const extension = new Extension({ extnID: OID.reason, critical: false, extnValue: reason.toBER() });
  return new Sequence({
    value: [
      new Integer({ valueHex: bufferOf(serialOf(subject)) }),
      new UTCTime({ valueDate: since ?? new Date(0) }),
      new Sequence({ value: [extension.toSchema()] }),
    ],
  });
}

/** A complete revocation list (RFC 5280, version 2) with one other certificate in it, or with this one too. */
export function writeRevocationList(subject: Certified, issuer: Certified, wanted: WantedList): Buffer {
  const { thisUpdate, nextUpdate, signer = issuer, extensions = [] } = wanted;
  const other = new Sequence({
    value: [new Integer({ value: 77 }), new UTCTime({ valueDate: new Date('2020-01-01T00:00:00Z') })],
  });
  const entries = wanted.status === 'revoked' ? [other, entryOf(subject, wanted)] : [other];
  const written = extensions.map(({ id, critical, value }) =>
    new Extension({ extnID: id, critical, extnValue: bufferOf(value) }).toSchema(),
  );
  const tbs = new Sequence({
    value: [
      new Integer({ value: 1 }),
      signer.key.algorithm().toSchema(),
      issuer.certificate.subject.toSchema(),
      new UTCTime({ valueDate: thisUpdate }),
      ...(nextUpdate === undefined ? [] : [new UTCTime({ valueDate: nextUpdate })]),
      new Sequence({ value: entries }),
      ...(written.length === 0
        ? []
        : [
            new Constructed({
              idBlock: { tagClass: CONTEXT, tagNumber: 0 },
              value: [new Sequence({ value: written })],
            }),
          ]),
    ],
  });
  const signature = signatureBy(signer, new Uint8Array(tbs.toBER()), wanted.hasWrongSignature);
  return Buffer.from(new Sequence({ value: [tbs, signer.key.algorithm().toSchema(), signature] }).toBER());
}

/** Where a container carries what shows that its certificate was not revoked. */
export interface WantedEvidence {
  readonly answer?: WantedAnswer;
  readonly list?: WantedList;
  /** The unsigned attribute of CAdES, or the lists of signed data. */
  readonly in?: 'attribute' | 'lists';
}

/** The evidence as a part of a container: an unsigned attribute, or members of `crls`. */
export interface WrittenEvidence {
  readonly unsigned: readonly Attribute[];
  readonly lists: readonly (CertificateRevocationList | OtherRevocationInfoFormat)[];
}

const around = (tagNumber: number, members: readonly Uint8Array[]): Constructed[] =>
  members.length === 0
    ? []
    : [
        new Constructed({
          idBlock: { tagClass: CONTEXT, tagNumber },
          value: [new Sequence({ value: members.map((each) => fromBER(each).result) })],
        }),
      ];

/** Writes what a container of this signer carries. */
export function writeEvidence(
  subject: Certified,
  issuer: Certified,
  wanted: WantedEvidence,
): WrittenEvidence {
  const basic = wanted.answer === undefined ? [] : [writeBasicResponse(subject, issuer, wanted.answer)];
  const lists = wanted.list === undefined ? [] : [writeRevocationList(subject, issuer, wanted.list)];
  if (wanted.in === 'lists') {
    const answers = basic.map((each) => {
      const otherRevInfo = fromBER(writeResponse(0, each)).result as Any;
      return new OtherRevocationInfoFormat({ otherRevInfoFormat: OID.responseInList, otherRevInfo });
    });
    return {
      unsigned: [],
      lists: [...lists.map((each) => CertificateRevocationList.fromBER(each)), ...answers],
    };
  }
  const values = new Sequence({ value: [...around(0, lists), ...around(1, basic)] });
  return { unsigned: [new Attribute({ type: OID.values, values: [values] })], lists: [] };
}
