import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { S3Store } from '../../src/media-storage/s3-store';
import { describeError } from '../../src/observability';
import { S3_KEY, S3Server } from '../support/media';

const KEY = '6f9b0c3e-58a1-4f0e-9d55-0a4f5d3f7c11/signed_content';
const place = { bucket: 'persons-dev', key: KEY };
const object = (text: string) => ({ ...place, bytes: Buffer.from(text) });
const soon = (): AbortSignal => AbortSignal.timeout(10_000);

describe('S3', () => {
  let s3: S3Server;
  let store: S3Store;
  beforeEach(async () => {
    s3 = await S3Server.start();
    store = new S3Store({ url: s3.url, ...S3_KEY });
  });
  afterEach(() => s3.stop());

  it('receives the object byte by byte, signed, as application/octet-stream', async () => {
    // A view into something larger: the rest must not go with it.
    const bytes = new Uint8Array([9, 9, 0, 255, 13, 10, 9]).subarray(2, 6);
    await store.put({ ...place, bytes }, soon());
    expect([...s3.objects]).toEqual([
      [KEY, { bytes: Buffer.from([0, 255, 13, 10]), contentType: 'application/octet-stream' }],
    ]);
    expect(s3.answered).toEqual([`PUT /persons-dev/${KEY} 200`]);
  });

  it('never overwrites an object', async () => {
    await store.put(object('first'), soon());
    await expect(store.put(object('second'), soon())).rejects.toMatchObject({ trouble: 'key_taken' });
    expect(s3.objects.get(KEY)?.bytes.toString()).toBe('first');
  });

  it('removes an object, and treats a missing one as removed', async () => {
    await store.put(object('first'), soon());
    await store.remove(place, soon());
    expect(s3.objects.size).toBe(0);
    await expect(store.remove(place, soon())).resolves.toBeUndefined();
  });

  it.each([
    ['another secret', { secretKey: 'another-secret' }, 'access_denied'],
    ['an unknown key', { accessKey: 'nobody' }, 'access_denied'],
    ['another region', { region: 'us-east-1' }, 'failed'],
  ])('refuses %s, and logs the reason without the words of the other side', async (_, other, trouble) => {
    const stranger = new S3Store({ url: s3.url, ...S3_KEY, ...other });
    const failure = await stranger.put(object('mine'), soon()).catch((error: unknown) => error);
    expect(failure).toMatchObject({ trouble });
    expect(String(describeError(failure))).not.toContain('secret words');
    expect(s3.objects.size).toBe(0);
  });

  it('reports a missing bucket', async () => {
    const put = store.put({ ...object('mine'), bucket: 'another' }, soon());
    await expect(put).rejects.toMatchObject({ trouble: 'no_bucket' });
    await expect(store.remove({ ...place, bucket: 'another' }, soon())).rejects.toMatchObject({
      trouble: 'no_bucket',
    });
  });

  it('is never called for a key that leads elsewhere', async () => {
    await expect(store.put({ ...object('mine'), key: '../a' }, soon())).rejects.toThrow('harmless');
    await expect(store.remove({ ...place, bucket: '..' }, soon())).rejects.toThrow('harmless');
    expect(s3.answered).toEqual([]);
  });

  it('that is gone is reported as such', async () => {
    const { url } = s3;
    await s3.stop();
    const unreachable = new S3Store({ url, ...S3_KEY });
    await expect(unreachable.put(object('mine'), soon())).rejects.toMatchObject({ trouble: 'unreachable' });
    s3 = await S3Server.start();
  });
});

describe('A server in place of S3', () => {
  let server: Server;
  let open: Set<Socket>;
  let store: S3Store;

  async function serve(behave: (socket: Socket) => void): Promise<void> {
    open = new Set();
    server = createServer((socket) => {
      open.add(socket);
      socket.on('error', () => undefined).on('close', () => open.delete(socket));
      behave(socket);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    store = new S3Store({ url: `http://127.0.0.1:${port}`, ...S3_KEY });
  }

  afterEach(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });

  const OK = 'HTTP/1.1 200 OK\r\nETag: "a"\r\n';
  const BUSY = 'HTTP/1.1 503 Busy\r\nContent-Length: 1000\r\n\r\n<Error>';

  it.each<[string, (socket: Socket) => void, string]>([
    ['never answers', () => undefined, 'too_late'],
    [
      'begins an answer and does not end it',
      (socket) => socket.write(`${OK}Content-Length: 9\r\n\r\n`),
      'too_late',
    ],
    [
      'sends the head of its answer letter by letter',
      (socket) => {
        const timer = setInterval(() => socket.write('x'), 20);
        socket.write('HTTP/1.1 200 OK\r\nX-Slow: ');
        socket.on('close', () => clearInterval(timer));
      },
      'too_late',
    ],
    ['hangs up', (socket) => socket.once('data', () => socket.destroy()), 'unreachable'],
    ['answers with rubbish', (socket) => socket.once('data', () => socket.end('rubbish\r\n\r\n')), 'failed'],
    ['is too busy', (socket) => socket.once('data', () => socket.write(BUSY)), 'failed'],
  ])('that %s fails within the deadline, after one call', async (_, behave, trouble) => {
    let connections = 0;
    const deadline = new AbortController();
    await serve((socket) => {
      connections += 1;
      behave(socket);
      // From here on, as a busy machine may need longer to come to the call; what ends by itself needs no deadline.
      if (trouble === 'too_late') setTimeout(() => deadline.abort(), 300);
    });
    const begun = performance.now();
    await expect(store.put(object('mine'), deadline.signal)).rejects.toMatchObject({ trouble });
    // Far from the ten seconds of other deadlines, and wide enough for a busy machine.
    expect(performance.now() - begun).toBeLessThan(5_000);
    expect(connections).toBe(1);
  });

  it('leaves no connection behind, however it answered', async () => {
    const gone: Promise<unknown>[] = [];
    await serve((socket) => {
      gone.push(once(socket, 'close'));
      socket.once('data', () => socket.write(BUSY));
    });
    await expect(store.put(object('mine'), new AbortController().signal)).rejects.toMatchObject({
      trouble: 'failed',
    });
    await Promise.all(gone);
    expect(gone).toHaveLength(1);
  });
});
