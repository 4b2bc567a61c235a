import { createConnection } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ANSWER_NAMES,
  SCRIPTED_ANSWERS,
  startSandbox,
  type AnswerName,
  type Sandbox,
} from '../../tools/sandbox';
import { ask, contentTypeOf, post, questionXml } from './ask-sandbox';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(() => sandbox.stop());

const PAS_STATUS = /<(?:\w+:)?PasStatus>([^]*?)<\/(?:\w+:)?PasStatus>/g;
const statusesIn = (text: string) => [...text.matchAll(PAS_STATUS)].map((match) => match[1]);

/** What whole answers contain; a name without a line here must have a test of its own below. */
const WHOLE_ANSWERS: Partial<Record<AnswerName, { http: number; says: string | RegExp }>> = {
  FOUND: { http: 200, says: '<ns:PasStatus>1</ns:PasStatus>' },
  NOT_FOUND: { http: 200, says: '<ns:PasStatus>0</ns:PasStatus>' },
  MINUS_1: { http: 200, says: '<ns:PasStatus>-1</ns:PasStatus>' },
  MINUS_2: { http: 200, says: '<ns:PasStatus>-2</ns:PasStatus>' },
  OTHER_PREFIXES: {
    http: 200,
    says: /<ns3:protocolVersion>.*<ns3:client.*<tns:AppDataRes .*<tns:PasStatus>1</,
  },
  DEFAULT_NAMESPACE: { http: 200, says: /^<\?xml[^>]*><Envelope xmlns=.*<PasStatus>0</ },
  CDATA: { http: 200, says: '<ns:PasStatus><![CDATA[1]]></ns:PasStatus>' },
  CHARACTER_REFERENCE: { http: 200, says: '<ns:PasStatus>&#x31;</ns:PasStatus>' },
  COMMENT: { http: 200, says: '<ns:PasStatus><!-- 0 -->1</ns:PasStatus>' },
  PADDED: { http: 200, says: /<ns:PasStatus>\s+0\s+<\/ns:PasStatus>/ },
  MULTIPART: { http: 200, says: /^--sandbox-part\r\n.*<ns:PasStatus>1<.*--sandbox-part--\r\n$/s },
  SLOW: { http: 200, says: '<ns:PasStatus>0</ns:PasStatus>' },
  PHOTO: { http: 200, says: '<ns:PasStatus>1</ns:PasStatus>' },
  NO_DOCUMENTS: { http: 200, says: '<ns:PasStatus>1</ns:PasStatus>' },
  MANY_DOCUMENTS: { http: 200, says: '<ns:PasStatus>1</ns:PasStatus>' },
  EMPTY_STATUS: { http: 200, says: '<ns:PasStatus></ns:PasStatus>' },
  MISSING_STATUS: { http: 200, says: /<ns:CheckPassportDMSStatusResponse [^>]*><\/ns:/ },
  REPEATED_STATUS: { http: 200, says: '<ns:PasStatus>1</ns:PasStatus><ns:PasStatus>1</ns:PasStatus>' },
  LEADING_ZERO: { http: 200, says: '<ns:PasStatus>01</ns:PasStatus>' },
  DECIMAL_STATUS: { http: 200, says: '<ns:PasStatus>1.0</ns:PasStatus>' },
  WORD_STATUS: { http: 200, says: '<ns:PasStatus>true</ns:PasStatus>' },
  UNKNOWN_STATUS: { http: 200, says: '<ns:PasStatus>7</ns:PasStatus>' },
  FOREIGN_ID: { http: 200, says: '<xro:id>00000000-0000-4000-8000-00000000dead</xro:id>' },
  FOREIGN_SERVICE: { http: 200, says: '<iden:serviceCode>CheckPassportDMSStatus-foreign<' },
  FOREIGN_CLIENT: { http: 200, says: '<iden:memberCode>11-foreign<' },
  MISSING_ID: { http: 200, says: /^(?!.*<xro:id>).*<xro:client/ },
  NO_HEADER: { http: 200, says: /^(?!.*Header>).*<ns:PasStatus>1</ },
  CUT_OFF: { http: 200, says: /(?<!Envelope>)$/ },
  DOCTYPE: { http: 200, says: /^<\?xml[^>]*\?><!DOCTYPE Envelope \[<!ENTITY e0 "a">.*&e9;/ },
  DEEP_NESTING: { http: 200, says: '<d>'.repeat(100_000) },
  TWO_BODY_CHILDREN: { http: 200, says: /<ns:PasStatus>1<.*<ns:PasStatus>0</ },
  NO_BODY_CHILD: { http: 200, says: '<soap:Body></soap:Body>' },
  WINDOWS_1251: { http: 200, says: '<ns:PasStatus>1</ns:PasStatus>' },
  GARBAGE: { http: 200, says: 'not an envelope &' },
  HTML: { http: 200, says: '<h1>It works</h1>' },
  NOTHING: { http: 200, says: /^$/ },
  FAULT_11: {
    http: 500,
    says: /schemas\.xmlsoap.*<faultcode>Server\.ServerProxy\.ServiceFailed\.NetworkError</,
  },
  FAULT_12: { http: 500, says: /2003\/05.*Receiver<.*<soap:Subcode><soap:Value>Server\.ServerProxy/ },
  FAULT_HTTP_200: { http: 200, says: '<faultcode>Server.ClientProxy.NetworkError<' },
  FAULT_WITH_HEADER: { http: 500, says: /<soap:Header>.*<xro:id>.*<soap:Fault>/ },
  FAULT_OF_REGISTER: { http: 500, says: /Code><soap:Value>soap:Receiver<\/soap:Value><\/soap:Code>/ },
  FAULT_CONFIGURATION: { http: 200, says: '<faultcode>Server.ServerProxy.AccessDenied<' },
  FAULT_CONFIGURATION_12: { http: 500, says: '<soap:Value>server.serverproxy.access_denied<' },
  FAULT_CLIENT: { http: 200, says: '<faultcode>Client.InvalidSoap<' },
  FAULT_SENDER: { http: 400, says: '<soap:Value>soap:Sender</soap:Value></soap:Code>' },
  HTTP_503: { http: 503, says: /^Service Unavailable$/ },
  REDIRECT: { http: 307, says: /^$/ },
};

/** These are seen on the wire and not in a whole answer; each has its own test below. */
const SEEN_ON_THE_WIRE: readonly AnswerName[] = [
  ...(['BYTE_ORDER_MARK', 'PREVIOUS_ANSWER', 'HANG', 'HANG_AFTER_HEADERS', 'DRIP', 'CLOSED'] as const),
  ...(['RESET', 'CLOSED_MID_BODY', 'ENDLESS_HEADERS', 'HUGE', 'GZIP_BOMB'] as const),
];

const asking = (name: AnswerName) => ({ key: SCRIPTED_ANSWERS[name].passport });

/** Reads raw bytes of the answer until there are enough of them, or the connection ends. */
function readRaw(name: AnswerName, enough: number): Promise<{ text: string; reset: boolean }> {
  const body = questionXml(asking(name));
  const head = `POST / HTTP/1.1\r\nhost: x\r\ncontent-type: ${contentTypeOf('1.2')}\r\n`;
  return new Promise((resolve) => {
    let text = '';
    const socket = createConnection(sandbox.port, '127.0.0.1');
    socket.write(`${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      if (text.length >= enough) socket.destroy();
    });
    socket.on('error', () => resolve({ text, reset: true }));
    socket.on('close', () => resolve({ text, reset: false }));
  });
}

describe('the documented answers', () => {
  it('have a test each', () => {
    const tested = [...Object.keys(WHOLE_ANSWERS), ...SEEN_ON_THE_WIRE].sort();
    expect(tested).toEqual([...ANSWER_NAMES].sort());
  });

  it.each(Object.entries(WHOLE_ANSWERS))('%s is sent for its passport', async (name, { http, says }) => {
    const { statusCode, headers, text } = await ask(sandbox.url, asking(name as AnswerName));
    expect(statusCode).toBe(http);
    expect(text).toMatch(says);
    expect(headers['x-sandbox']).toBe('1');
    expect(headers['uxp-transaction-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('BYTE_ORDER_MARK starts with the three bytes of the mark', async () => {
    const { body } = await post(sandbox.url, asking('BYTE_ORDER_MARK'));
    expect(Buffer.from(await body.arrayBuffer()).subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]));
  });

  it('PREVIOUS_ANSWER carries the id of the message before', async () => {
    const messageId = '5f9d8c5e-8a4f-4b5e-9d0c-0a4b6a1d2e3f';
    await ask(sandbox.url, { ...asking('NOT_FOUND'), messageId });
    const { text } = await ask(sandbox.url, asking('PREVIOUS_ANSWER'));
    expect(text).toContain(`<xro:id>${messageId}</xro:id>`);
  });

  it('HANG stays silent while others are answered, until the client goes', async () => {
    const patience = new AbortController();
    const silent = post(sandbox.url, asking('HANG'), patience.signal);
    await sandbox.waitForRequests(1, SCRIPTED_ANSWERS.HANG.passport);
    expect((await ask(sandbox.url, asking('FOUND'))).statusCode).toBe(200);
    expect(sandbox.requestsFor(SCRIPTED_ANSWERS.HANG.passport)[0]?.ended).toBe('open');
    patience.abort();
    await expect(silent).rejects.toThrow(/abort/i);
  });

  it('HANG_AFTER_HEADERS sends a header and no body', async () => {
    const { statusCode, body } = await post(sandbox.url, asking('HANG_AFTER_HEADERS'));
    expect(statusCode).toBe(200);
    expect((await ask(sandbox.url, asking('FOUND'))).statusCode).toBe(200);
    expect(body.readableLength).toBe(0);
    body.on('error', () => undefined).destroy();
  });

  it('DRIP sends one byte at a time', async () => {
    const { body } = await post(sandbox.url, asking('DRIP'));
    const sizes: number[] = [];
    for await (const chunk of body) {
      sizes.push((chunk as Buffer).length);
      if (sizes.length === 2) break;
    }
    expect(sizes).toEqual([1, 1]);
  });

  it('CLOSED and RESET end the connection without a byte', async () => {
    expect(await readRaw('CLOSED', 1)).toEqual({ text: '', reset: false });
    expect(await readRaw('RESET', 1)).toEqual({ text: '', reset: true });
  });

  it('CLOSED_MID_BODY ends before the promised length', async () => {
    const { body } = await post(sandbox.url, asking('CLOSED_MID_BODY'));
    await expect(body.text()).rejects.toThrow();
  });

  it('ENDLESS_HEADERS never ends the header', async () => {
    const { text } = await readRaw('ENDLESS_HEADERS', 1_000_000);
    expect(text.length).toBeGreaterThanOrEqual(1_000_000);
    expect(text).not.toContain('\r\n\r\n');
  });

  it('HUGE goes on after eight megabytes, under an envelope that began well', async () => {
    const { text } = await readRaw('HUGE', 8 * 1024 * 1024);
    expect(text.length).toBeGreaterThanOrEqual(8 * 1024 * 1024);
    expect(statusesIn(text)).toEqual(['1']);
  });

  it('GZIP_BOMB unpacks to more than any cap', async () => {
    const { headers, body } = await post(sandbox.url, asking('GZIP_BOMB'));
    expect(headers['content-encoding']).toBe('gzip');
    const packed = Buffer.from(await body.arrayBuffer());
    expect(packed.length).toBeLessThan(2 * 1024 * 1024);
    const unpack = () => gunzipSync(packed, { maxOutputLength: 32 * 1024 * 1024 });
    expect(unpack).toThrow(expect.objectContaining({ code: 'ERR_BUFFER_TOO_LARGE' }));
  });
});

describe('the method unzr', () => {
  const askFor = async (key: string) => (await ask(sandbox.url, { method: 'unzr', key })).text;

  it('answers a whole person, the same each time', async () => {
    const text = await askFor(SCRIPTED_ANSWERS.MANY_DOCUMENTS.unzr);
    for (const field of ['firstName', 'lastName', 'middleName', 'rnokpp', 'gender']) {
      expect(text).toMatch(new RegExp(`<ns:${field}>[^<]+</ns:${field}>`));
    }
    expect(text).toContain('<ns:dateBirth>1990-01-01</ns:dateBirth>');
    expect(text.match(/<ns:documents>/g)).toHaveLength(12);
    const personIn = (answer: string) => answer.slice(answer.indexOf('<ns:firstName>'));
    expect(personIn(await askFor(SCRIPTED_ANSWERS.MANY_DOCUMENTS.unzr))).toBe(personIn(text));
  });

  it('answers a person without documents', async () => {
    const text = await askFor(SCRIPTED_ANSWERS.NO_DOCUMENTS.unzr);
    expect(text).toContain('<ns:firstName>');
    expect(text).not.toContain('documents');
  });

  it('answers an empty body child for a UNZR that is not in the register', async () => {
    const text = await askFor(SCRIPTED_ANSWERS.NOT_FOUND.unzr);
    expect(text).toMatch(/<ns:unzrResponse [^>]*><\/ns:unzrResponse>/);
  });

  it('answers a photo of 900 KB as an element nobody asked for', async () => {
    const text = await askFor(SCRIPTED_ANSWERS.PHOTO.unzr);
    expect(/<ns:photo>([^<]*)</.exec(text)?.[1]).toHaveLength(900 * 1024);
  });

  it('fails where the other methods would answer a wrong status', async () => {
    expect(await askFor(SCRIPTED_ANSWERS.MINUS_2.unzr)).toContain('<soap:Fault>');
  });
});
