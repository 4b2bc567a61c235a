import { setImmediate } from 'node:timers/promises';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { openClient, type OpenClient } from '../fixtures/trembita/open-client';
import {
  http,
  onRequests,
  rawRegister,
  soapAnswer,
  type RawRegister,
} from '../fixtures/trembita/raw-register';

const PASSPORT = { passType: '0101', series: 'КВ', number: '123456' };
const FOUND = '<PasStatus>1</PasStatus>';

const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';
const PROCESSING = 'HTTP/1.1 102 Processing\r\nX-Step: 1\r\n\r\n';
const HINTS = 'HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\nLink: </more>\r\n\r\n';
const SWITCHING = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n';

let register: RawRegister;
let open: OpenClient;

afterEach(async () => {
  await open.close();
  await register.close();
});

/** Sends the interim answers and the final one as these pieces, each in a packet of its own where the kernel allows it. */
async function sendPieces(socket: Socket, pieces: readonly Buffer[]): Promise<void> {
  for (const piece of pieces) {
    socket.write(piece);
    await setImmediate();
  }
}

const whole = (bytes: Buffer): Buffer[] => [bytes];
const singleBytes = (bytes: Buffer): Buffer[] => [...bytes].map((byte) => Buffer.from([byte]));

/** A register that sends this before every answer. */
async function sending(interim: string, cut: (bytes: Buffer) => Buffer[]): Promise<void> {
  register = await rawRegister((socket) => {
    socket.setNoDelay(true);
    onRequests(socket, ({ body }) => {
      const answer = Buffer.concat([Buffer.from(interim), http(soapAnswer(body, FOUND))]);
      void sendPieces(socket, cut(answer));
    });
  });
  open = await openClient(register.url);
}

const ask = () => open.client.checkPassportDmsStatus(PASSPORT, new AbortController().signal);

describe.each([
  ['in one piece', whole],
  ['byte by byte', singleBytes],
])('Answers with a status 1xx, %s', (_, cut) => {
  it.each([
    ['100', CONTINUE],
    ['100 of HTTP/1.0, without a reason', 'HTTP/1.0 100\r\n\r\n'],
    ['100 with bare line feeds', CONTINUE.replaceAll('\r', '')],
    ['102', PROCESSING],
    ['103', HINTS],
    ['101, though nobody asked for it', SWITCHING],
    ['many of all kinds', (CONTINUE + HINTS + PROCESSING + CONTINUE).repeat(50)],
  ])('are skipped: %s', async (_title, interim) => {
    await sending(interim, cut);
    expect(await ask()).toMatchObject({ kind: 'answer', answer: 'FOUND' });
    expect(await ask()).toMatchObject({ kind: 'answer', answer: 'FOUND' });
    expect(open.limiter.ends).toEqual(['answered', 'answered']);
    expect(register.sockets).toHaveLength(1);
  });
});

describe('An answer with a status 1xx', () => {
  it('that is followed by the end of the connection is no answer', async () => {
    register = await rawRegister((socket) => onRequests(socket, () => void socket.end(CONTINUE)));
    open = await openClient(register.url);
    expect(await ask()).toMatchObject({ kind: 'technical_error', error: 'connection' });
  });

  it('whose head does not end is too large', async () => {
    const endless = `HTTP/1.1 100 Continue\r\nX-More: ${'x'.repeat(40_000)}`;
    register = await rawRegister((socket) => onRequests(socket, () => void socket.write(endless)));
    open = await openClient(register.url);
    expect(await ask()).toMatchObject({ kind: 'technical_error', error: 'too_large' });
  });

  it('is none of ours when it is the text of an answer', async () => {
    register = await rawRegister((socket) =>
      onRequests(socket, ({ body }) => {
        const quoted = soapAnswer(body, FOUND).replace('<Answer>', `<Answer><!-- ${CONTINUE} -->`);
        const bytes = http(quoted);
        const at = bytes.indexOf('HTTP/1.1 100');
        void sendPieces(socket, [bytes.subarray(0, at), bytes.subarray(at)]);
      }),
    );
    open = await openClient(register.url);
    expect(await ask()).toMatchObject({ kind: 'answer', answer: 'FOUND' });
  });
});
