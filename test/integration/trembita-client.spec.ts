import { afterEach, describe, expect, it } from 'vitest';
import { UnsendableText, type TrembitaSettings } from '../../src/mvs-trembita';
import { SOAP_11_TYPE } from '../fixtures/trembita/envelope';
import {
  askPassport,
  clientSettings,
  closeAll,
  FOUND,
  openAgainst,
  PASSPORT,
  type Opened,
} from '../fixtures/trembita/open-client';
import {
  answering,
  http,
  onRequests,
  soapAnswer,
  type OnConnection,
  type RawRequest,
} from '../fixtures/trembita/raw-register';

const UUID = /^[0-9a-f-]{36}$/;
const opened: Opened[] = [];

const against = (onConnection: OnConnection, changes?: Partial<TrembitaSettings>) =>
  openAgainst(opened, onConnection, changes);

afterEach(() => closeAll(opened));

describe('a call', () => {
  it('brings the answer, its message id and its times', async () => {
    const beforeMs = performance.now();
    const outcome = await askPassport(await against(answering(FOUND)));
    expect(outcome).toMatchObject({
      kind: 'answer',
      answer: 'FOUND',
      messageId: expect.stringMatching(UUID) as string,
    });
    if (outcome.kind !== 'answer') return;
    expect(outcome.sentAtMs).toBeGreaterThanOrEqual(beforeMs);
    expect(outcome.sentAtMs + outcome.durationMs).toBeLessThanOrEqual(performance.now());
  });

  it('follows another on the same connection, with an id of its own', async () => {
    const open = await against(answering('<PasStatus>0</PasStatus>'));
    const [first, second] = [await askPassport(open), await askPassport(open)];
    expect([first, second]).toMatchObject([{ answer: 'NOT_FOUND' }, { answer: 'NOT_FOUND' }]);
    expect(new Set(open.lines.map(({ messageId }) => messageId)).size).toBe(2);
    expect(open.register.sockets).toHaveLength(1);
  });

  it('does not wait for others: as many connections as questions', async () => {
    const waiting: (() => void)[] = [];
    const open = await against((socket) =>
      onRequests(socket, ({ body }) => {
        waiting.push(() => socket.write(http(soapAnswer(body, FOUND))));
        if (waiting.length === 50) for (const answer of waiting) answer();
      }),
    );
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => askPassport(open)));
    expect(outcomes.filter(({ kind }) => kind === 'answer')).toHaveLength(50);
  });

  it('sends the four questions under their names, and plain HTTP headers', async () => {
    const requests: RawRequest[] = [];
    const open = await against((socket) =>
      onRequests(socket, (request) => {
        requests.push(request);
        socket.write(
          http(
            soapAnswer(
              request.body,
              '<Status>1</Status><PasStatus>0</PasStatus><Description>є</Description>',
            ),
          ),
        );
      }),
    );
    const { signal } = new AbortController();
    const person = {
      familyName: "Д'яч<енко",
      givenName: 'О',
      patronymicName: null,
      dateBirth: '1990-01-01',
      unzr: '19900101-00001',
    };
    expect(await open.client.checkPassportDmsStatus(PASSPORT, signal)).toMatchObject({ answer: 'NOT_FOUND' });
    expect(await open.client.checkPassportStatus({ ...PASSPORT, series: null }, signal)).toMatchObject({
      answer: 'NOT_FOUND',
    });
    expect(await open.client.checkUnzr(person, signal)).toMatchObject({
      answer: { status: 'FOUND', description: 'є' },
    });
    expect(await open.client.unzr(person.unzr, signal)).toMatchObject({
      answer: { unknownFields: { Status: '1' } },
    });
    expect(
      requests.map(({ body }) => /<soap:Body>(.*)<\/soap:Body>/.exec(body)?.[1]?.replaceAll('m:', '')),
    ).toEqual([
      '<CheckPassportDMSStatus xmlns:m="urn:eis:mvs"><PassType>0101</PassType><PasSerial>КВ</PasSerial><PasNumber>123456</PasNumber></CheckPassportDMSStatus>',
      '<CheckPassportStatus xmlns:m="urn:eis:mvs"><PassType>0101</PassType><PasSerial></PasSerial><PasNumber>123456</PasNumber></CheckPassportStatus>',
      '<checkunzr xmlns:m="urn:eis:mvs"><familyName>Д\'яч&lt;енко</familyName><givenName>О</givenName><patronymicName></patronymicName>' +
        '<dateBirth>1990-01-01</dateBirth><UNZR>19900101-00001</UNZR></checkunzr>',
      '<unzr xmlns:m="urn:eis:mvs"><unzr>19900101-00001</unzr></unzr>',
    ]);
    expect(requests[2]?.head).toMatch(/^POST \/ HTTP\/1\.1\r\n/);
    expect(requests[2]?.head).toContain(
      'content-type: application/soap+xml;charset=UTF-8;action="urn:checkunzr"\r\n',
    );
    expect(requests[2]?.head).toContain('accept-encoding: identity');
  });

  it('speaks SOAP 1.1 where the settings demand it', async () => {
    const { methods } = clientSettings('http://127.0.0.1/');
    const heads: string[] = [];
    const open = await against(
      (socket) =>
        onRequests(socket, ({ head, body }) => {
          heads.push(head);
          socket.write(http(soapAnswer(body, FOUND), [`Content-Type: ${SOAP_11_TYPE}`]));
        }),
      {
        methods: {
          ...methods,
          CheckPassportDMSStatus: { ...methods.CheckPassportDMSStatus, soapVersion: '1.1' },
        },
      },
    );
    expect(await askPassport(open)).toMatchObject({ answer: 'FOUND' });
    expect(heads[0]).toContain(
      'content-type: text/xml;charset=UTF-8\r\nsoapaction: "urn:CheckPassportDMSStatus"',
    );
  });

  it('decides by the body, and by the status only without an envelope', async () => {
    const replies = [
      (body: string) => http(soapAnswer(body, FOUND), [], '500 Internal Server Error'),
      () => http('<html></html>', ['Content-Type: text/html'], '502 Bad Gateway'),
      () => http('', ['Location: /elsewhere'], '302 Found'),
    ];
    const open = await against((socket, index) =>
      onRequests(socket, ({ body }, nth) => void socket.write(replies[index + nth]?.(body) ?? '')),
    );
    expect(await askPassport(open)).toMatchObject({ answer: 'FOUND' });
    expect(await askPassport(open)).toMatchObject({ error: 'http_error' });
    expect(await askPassport(open)).toMatchObject({ error: 'http_error' });
    expect(open.limiter.ends).toEqual(['answered', 'http_error', 'http_error']);
  });

  it('refuses the simulator in production and nowhere else', async () => {
    const sandbox = answering(FOUND, ['x-sandbox: 1']);
    expect(await askPassport(await against(sandbox))).toMatchObject({ answer: 'FOUND' });
    expect(await askPassport(await against(sandbox, { refuseSandbox: true }))).toMatchObject({
      error: 'foreign_answer',
    });
  });

  it('logs its facts and nothing of the person', async () => {
    const odd = await against(answering(FOUND, ['uxp-transaction-id: <КВ123456>']));
    await askPassport(odd);
    expect(odd.lines[0]).not.toHaveProperty('uxpTransactionId');
    const open = await against(answering('<PasStatus>КВ123456</PasStatus>', ['uxp-transaction-id: ab-12']));
    const outcome = await askPassport(open);
    expect(open.lines).toEqual([
      {
        messageId: outcome.kind === 'technical_error' ? outcome.messageId : '',
        method: 'CheckPassportDMSStatus',
        durationMs: expect.any(Number) as number,
        end: 'unreadable_answer',
        why: 'status_not_a_number',
        uxpTransactionId: 'ab-12',
      },
    ]);
  });

  it('refuses text that XML cannot carry before it takes a permit', async () => {
    const open = await against(answering(FOUND));
    const call = open.client.checkPassportDmsStatus(
      { ...PASSPORT, number: '12\u0000' },
      new AbortController().signal,
    );
    await expect(call).rejects.toThrow(new UnsendableText());
    expect([open.limiter.held, open.limiter.ends]).toEqual([0, []]);
  });
});
