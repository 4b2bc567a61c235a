import Redis from 'ioredis';

type Kind = 'client' | 'subscriber' | 'bclient';

/** The longest pause between two attempts to reach Redis: back at work within a second of its return. */
const RECONNECT_WITHIN_MS = 1_000;
/** A command of the producer that takes longer has failed; its caller does not wait for it anyway. */
const COMMAND_TIMEOUT_MS = 2_000;

/**
 * After a reconnect the client subscribes again by itself and looks at nobody's answer: cut off at that moment, it would
 * leave a rejection that nobody catches, and that ends the process. Whoever does wait for an answer is told all the same.
 */
class WatchedRedis extends Redis {
  override sendCommand(...[command, stream]: Parameters<Redis['sendCommand']>): unknown {
    command.promise.catch(() => undefined);
    return super.sendCommand(command, stream);
  }
}

/**
 * The connections Bull works with. The producer keeps no queue of its own while Redis is away, or the memory would fill
 * with bells nobody needs; the two that listen wait for ever. Bull does not close connections it was given: we do.
 */
export class RedisConnections {
  private readonly open = new Set<Redis>();

  constructor(
    private readonly url: string,
    private readonly failed: (error: unknown) => void,
  ) {}

  readonly create = (kind: Kind): Redis => {
    const redis = new WatchedRedis(this.url, {
      retryStrategy: (attempts: number) => Math.min(attempts * 50, RECONNECT_WITHIN_MS),
      ...(kind === 'client'
        ? { maxRetriesPerRequest: null, enableOfflineQueue: false, commandTimeout: COMMAND_TIMEOUT_MS }
        : { maxRetriesPerRequest: null, enableReadyCheck: false }),
    });
    // Without a listener a lost connection would end the process.
    redis.on('error', this.failed);
    this.open.add(redis);
    return redis;
  };

  /** Whether Redis answers the producer. */
  async ping(): Promise<boolean> {
    const client = [...this.open].find(({ options }) => options.enableOfflineQueue === false);
    if (client?.status !== 'ready') return false;
    return (await client.ping()) === 'PONG';
  }

  closeAll(): void {
    for (const redis of this.open) redis.disconnect();
    this.open.clear();
  }
}
