import { randomUUID } from 'node:crypto';
import { request, type Dispatcher } from 'undici';
import type { Method } from '../../tools/sandbox';

/** A question as a foreign client would write it: built here by hand, so that it checks the sandbox and not our client. */
export interface Question {
  method?: Method;
  key: string;
  soap?: '1.1' | '1.2';
  messageId?: string;
  /** Fields that replace the usual ones. */
  fields?: Record<string, string>;
}

const ENVELOPES = {
  '1.1': 'http://schemas.xmlsoap.org/soap/envelope/',
  '1.2': 'http://www.w3.org/2003/05/soap-envelope',
};

export const contentTypeOf = (soap: '1.1' | '1.2') =>
  soap === '1.2' ? 'application/soap+xml;charset=UTF-8' : 'text/xml;charset=UTF-8';

function fieldsOf(method: Method, key: string): Record<string, string> {
  if (method === 'unzr') return { unzr: key };
  if (method === 'checkunzr') {
    const name = { familyName: 'Гнатюк', givenName: 'Леся', patronymicName: '' };
    return { ...name, dateBirth: '1990-01-01', UNZR: key };
  }
  return { PassType: '0101', PasSerial: key.slice(0, 2), PasNumber: key.slice(2) };
}

/** The text of a question. */
export function questionXml(question: Question): string {
  const { key, method = 'CheckPassportDMSStatus', soap = '1.2', messageId = randomUUID() } = question;
  const elements = (prefix: string, fields: Record<string, string>) =>
    Object.entries(fields)
      .map(([name, text]) => `<${prefix}:${name}>${text}</${prefix}:${name}>`)
      .join('');
  const client = { xRoadInstance: 'T', memberClass: 'GOV', memberCode: '11', subsystemCode: 'ehealth' };
  const service = { ...client, memberCode: '22', subsystemCode: '20_EIS_prod', serviceCode: method };
  return (
    `<s:Envelope xmlns:s="${ENVELOPES[soap]}" xmlns:x="http://x-road.eu/xsd/xroad.xsd" ` +
    `xmlns:i="http://x-road.eu/xsd/identifiers"><s:Header>` +
    `<x:client i:objectType="SUBSYSTEM">${elements('i', client)}</x:client>` +
    `<x:service i:objectType="SERVICE">${elements('i', service)}</x:service>` +
    elements('x', { userId: 'user', id: messageId, protocolVersion: '4.0' }) +
    `</s:Header><s:Body><m:${method} xmlns:m="urn:eis:mvs">` +
    elements('m', question.fields ?? fieldsOf(method, key)) +
    `</m:${method}></s:Body></s:Envelope>`
  );
}

/** Posts a question and returns as soon as the header of the answer is there. */
export function post(
  url: string,
  question: Question,
  signal?: AbortSignal,
): Promise<Dispatcher.ResponseData> {
  const headers = { 'content-type': contentTypeOf(question.soap ?? '1.2') };
  return request(url, { method: 'POST', headers, body: questionXml(question), signal: signal ?? null });
}

/** Asks and reads the whole answer. */
export async function ask(url: string, question: Question) {
  const { statusCode, headers, body } = await post(url, question);
  return { statusCode, headers, text: await body.text() };
}

/** Posts any text as if it were a question. */
export async function postText(url: string, text: string, contentType = contentTypeOf('1.2')) {
  const headers = { 'content-type': contentType };
  const { statusCode, body } = await request(url, { method: 'POST', headers, body: text });
  return { statusCode, text: await body.text() };
}
