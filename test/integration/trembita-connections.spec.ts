import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import {
  askPassport,
  closeAll,
  FOUND,
  openAgainst,
  openClient,
  OpenLimiter,
  PASSPORT,
  type Opened,
} from '../fixtures/trembita/open-client';
import {
  answering,
  http,
  onRequests,
  rawRegister,
  soapAnswer,
  type OnConnection,
} from '../fixtures/trembita/raw-register';

const TLS = join(__dirname, '../fixtures/trembita/tls');
const opened: Opened[] = [];

const against = (onConnection: OnConnection) => openAgainst(opened, onConnection);

afterEach(() => closeAll(opened));

describe('a stale connection', () => {
  /** Answers the first question of the first connection and resets it at the second. */
  const stale =
    (otherwise: OnConnection, atSecond?: string): OnConnection =>
    (socket, index) => {
      if (index > 0) return otherwise(socket, index);
      onRequests(socket, ({ body }, nth) => {
        if (nth === 0) return void socket.write(http(soapAnswer(body, FOUND)));
        if (atSecond === undefined) return void socket.resetAndDestroy();
        socket.write(atSecond, () => socket.destroy());
      });
    };

  it('costs one more message, with a new id and a new permit', async () => {
    const open = await against(stale(answering('<PasStatus>0</PasStatus>')));
    await askPassport(open);
    expect(await askPassport(open)).toMatchObject({
      answer: 'NOT_FOUND',
      messageId: open.lines[2]?.messageId,
    });
    expect(open.limiter.ends).toEqual(['answered', 'connection', 'answered']);
    expect(new Set(open.lines.map(({ messageId }) => messageId)).size).toBe(3);
  });

  it('is repeated only once', async () => {
    const open = await against(stale((socket) => onRequests(socket, () => void socket.resetAndDestroy())));
    await askPassport(open);
    expect(await askPassport(open)).toMatchObject({ error: 'connection' });
    expect(open.limiter.ends).toEqual(['answered', 'connection', 'connection']);
  });

  it('is not repeated once a byte of the answer has arrived', async () => {
    const open = await against(stale(answering(FOUND), 'HTTP/1.1 200'));
    await askPassport(open);
    expect(await askPassport(open)).toMatchObject({ error: 'connection' });
    expect(open.limiter.ends).toEqual(['answered', 'connection']);
  });

  it('keeps the first error when the circuit has opened in the meantime', async () => {
    const { url } = await against(stale(answering(FOUND))).then(({ register }) => register);
    const open = new OpenLimiter();
    const permits = [open.permit(), open.permit(), Promise.resolve('circuit_open' as const)];
    const { client, close } = await openClient(
      url,
      {},
      () => permits.shift() ?? Promise.resolve('circuit_open' as const),
    );
    await client.checkPassportDmsStatus(PASSPORT, new AbortController().signal);
    const outcome = await client.checkPassportDmsStatus(PASSPORT, new AbortController().signal);
    expect(outcome).toMatchObject({ kind: 'technical_error', error: 'connection' });
    await close();
  });
});

describe('a call that is stopped', () => {
  it('before it started requests no permit', async () => {
    const open = await against(answering(FOUND));
    expect(await askPassport(open, AbortSignal.abort())).toEqual({ kind: 'not_asked', why: 'stopped' });
    expect(open.limiter.ends).toEqual([]);
  });

  it('in flight returns its permit, closes its connection and is not counted by the breaker', async () => {
    const stop = new AbortController();
    const open = await against((socket) => onRequests(socket, () => stop.abort()));
    expect(await askPassport(open, stop.signal)).toEqual({ kind: 'not_asked', why: 'stopped' });
    expect(open.limiter.ends).toEqual(['not_sent']);
    expect(open.lines).toMatchObject([{ end: 'stopped' }]);
    await open.register.allClosed();
  });

  it.each(['circuit_open', 'stopped'] as const)('by the limiter (%s) sends nothing', async (why) => {
    const register = await rawRegister(answering(FOUND));
    const open = await openClient(register.url, {}, () => Promise.resolve(why));
    opened.push({ register, open });
    expect(await open.client.unzr('19900101-00001', new AbortController().signal)).toEqual({
      kind: 'not_asked',
      why,
    });
    expect(register.sockets).toHaveLength(0);
  });
});

describe('mutual TLS', () => {
  const file = (name: string) => join(TLS, name);
  const server = () => ({
    key: readFileSync(file('server.key')),
    cert: readFileSync(file('server.pem')),
    ca: readFileSync(file('ca.pem')),
    requestCert: true,
    rejectUnauthorized: true,
  });

  it('shows our certificate and checks theirs', async () => {
    const register = await rawRegister(answering(FOUND), server());
    const own = await openClient(register.url, {
      tls: { ca: file('ca.pem'), cert: file('client.pem'), key: file('client.key') },
    });
    const nameless = await openClient(register.url, { tls: { ca: file('ca.pem') } });
    const trusting = await openClient(register.url, {
      tls: { cert: file('client.pem'), key: file('client.key') },
    });
    for (const open of [own, nameless, trusting])
      opened.push({ register: { ...register, close: () => Promise.resolve() }, open });
    expect(await askPassport(own)).toMatchObject({ answer: 'FOUND' });
    expect(await askPassport(nameless)).toMatchObject({ error: 'connection' });
    expect(await askPassport(trusting)).toMatchObject({ error: 'connection' });
    await register.close();
  });
});
