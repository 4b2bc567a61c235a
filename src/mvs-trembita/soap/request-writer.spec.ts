import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ECHO } from '../../../test/fixtures/trembita/envelope';
import {
  IDENTIFIERS,
  SOAP_11,
  SOAP_12,
  XROAD,
  parseEnvelope,
  type XmlElement,
  soapMessage,
  UnsendableText,
} from './envelope';
import { requestWriter, type RequestForm } from './request-writer';

const FORM: RequestForm = {
  soapVersion: '1.2',
  ...ECHO,
  userId: 'ehealth & co',
  protocolVersion: '4.0',
  serviceCode: 'CheckPassportDMSStatus',
  bodyNamespace: 'urn:eis:mvs?a=1&b="2"',
  fields: ['PassType', 'PasSerial', 'PasNumber'],
};

function sent(
  values: readonly string[],
  form = FORM,
): { text: string; header: XmlElement; body: XmlElement } {
  const text = requestWriter(form)('an-id', values);
  const { header, bodyChild } = soapMessage(parseEnvelope(text));
  if (header === undefined) throw new Error('no header was written');
  return { text, header, body: bodyChild };
}

const leaves = (element: XmlElement | undefined) => element?.children.map(({ local, text }) => [local, text]);

describe('a request', () => {
  it('has the X-Road header in its namespaces, in order and without white space between its elements', () => {
    const { text, header } = sent(['0101', 'КВ', '123456']);
    expect(header.children.map(({ uri, local }) => [uri, local])).toEqual(
      ['client', 'service', 'userId', 'id', 'protocolVersion'].map((local) => [XROAD, local]),
    );
    const [client, service, userId, id, version] = header.children;
    expect(leaves(client)).toEqual(ECHO.client);
    expect(leaves(service)).toEqual(ECHO.service);
    expect(client?.children.every(({ uri }) => uri === IDENTIFIERS)).toBe(true);
    expect([userId?.text, id?.text, version?.text]).toEqual(['ehealth & co', 'an-id', '4.0']);
    expect(text).toContain('<xro:client iden:objectType="SUBSYSTEM">');
    expect(text).toContain('<xro:service iden:objectType="SERVICE">');
    expect(text).not.toMatch(/>\s+</);
  });

  it('has one element named like the service code, its fields in the same namespace', () => {
    const { body } = sent(['0101', '', '123456']);
    expect([body.uri, body.local]).toEqual([FORM.bodyNamespace, FORM.serviceCode]);
    expect(leaves(body)).toEqual([
      ['PassType', '0101'],
      ['PasSerial', ''],
      ['PasNumber', '123456'],
    ]);
    expect(body.children.every(({ uri }) => uri === body.uri)).toBe(true);
  });

  it('is written in either version of SOAP', () => {
    expect(sent(['a', 'b', 'c']).text).toContain(SOAP_12);
    expect(sent(['a', 'b', 'c'], { ...FORM, soapVersion: '1.1' }).text).toContain(SOAP_11);
  });

  it('brings every text across unchanged, or refuses it without naming it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(0x10ffff)).map((codes) => String.fromCodePoint(...codes)),
        fc.constantFrom('', '<', ']]>', '\r\n', '\u0000', '\uD800', '\uFFFE', '😀'),
        (text, odd) => {
          const value = text + odd;
          const isLegal = !/[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u.test(value);
          if (isLegal) expect(sent(['x', value, 'y']).body.children[1]?.text).toBe(value);
          else expect(() => sent(['x', value, 'y'])).toThrow(new UnsendableText());
        },
      ),
      { numRuns: 300 },
    );
  });
});
