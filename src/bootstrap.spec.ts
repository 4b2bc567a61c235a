import {
  Injectable,
  Module,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ANY_PORT, httpPlatform } from '../test/support/http-platform';
import { closeOnSignal } from './bootstrap';
import { createApplication, HttpModule, startListening } from './http';
import { Log } from './observability';

const SETTINGS = { ...ANY_PORT, SHUTDOWN_GRACE_SECONDS: 40 };

const log = new Log({ LOG_LEVEL: 'silent' });

/** What happened to a worker, in order. */
const events: string[] = [];
let [isStarting, letStart] = [(): void => undefined, (): void => undefined];

/** A worker that takes a while to start, such as one that waits for its database. */
@Injectable()
class SlowWorker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  async onApplicationBootstrap(): Promise<void> {
    events.push('starts');
    isStarting();
    await new Promise<void>((resolve) => (letStart = resolve));
    events.push('works');
  }

  beforeApplicationShutdown(): void {
    events.push('stops');
  }
}

/** Asks the process of the test to end, as the signal would, and gives the status with which it would have ended. */
function signalTo(close: () => void): { readonly send: () => void; readonly exit: Promise<unknown> } {
  const handlers: (() => void)[] = [];
  const listening = vi.spyOn(process, 'on').mockImplementation((name, handler) => {
    if (name === 'SIGTERM') handlers.push(handler as () => void);
    return process;
  });
  close();
  listening.mockRestore();
  const exit = new Promise((resolve) =>
    vi.spyOn(process, 'exit').mockImplementation(((status: unknown) => resolve(status)) as never),
  );
  return { send: () => handlers.forEach((handler) => handler()), exit };
}

describe('A process that is asked to end', () => {
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it('while it starts first ends its start, so that nothing starts after it was closed', async () => {
    @Module({ imports: [httpPlatform({ log }), HttpModule], providers: [SlowWorker] })
    class TestModule {}
    const begun = new Promise<void>((resolve) => (isStarting = resolve));
    const app = await createApplication(TestModule, log);
    const starting = startListening(app, SETTINGS, 'worker').then(() => undefined);
    const { send, exit } = signalTo(() => closeOnSignal(app, { settings: SETTINGS, log, starting }));
    await begun;
    // The end by force would end the process of the tests.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    send();
    await new Promise((resolve) => setImmediate(resolve));
    letStart();
    expect(await exit).toBe(0);
    expect(events).toEqual(['starts', 'works', 'stops']);
  });

  it('while its start fails is closed all the same', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const app = { close: vi.fn(() => Promise.resolve()) };
    const starting = Promise.reject(new Error('a port is taken'));
    const { send, exit } = signalTo(() => closeOnSignal(app, { settings: SETTINGS, log, starting }));
    send();
    expect(await exit).toBe(0);
    expect(app.close).toHaveBeenCalledOnce();
  });
});
