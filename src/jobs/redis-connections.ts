import { Inject, Injectable } from '@nestjs/common';
import Redis, { Cluster, type DNSLookupFunction, type RedisOptions } from 'ioredis';
import type { Settings } from '../config/settings.schema';
import type { ServerPlace } from '../config/setting-kinds';
import { SETTINGS } from '../config/settings.module';
import { Log, type LogFields } from '../observability';

/** How the program logs in to the servers, and whether connections are encrypted. */
interface RedisCredentials {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly tls: boolean;
}

/** The settings that say where Redis is. */
export type RedisSettings = Pick<
  Settings,
  | 'REDIS_URL'
  | 'REDIS_SENTINELS'
  | 'REDIS_MASTER_NAME'
  | 'REDIS_SENTINEL_PASSWORD'
  | 'REDIS_CLUSTER_NODES'
  | 'REDIS_USERNAME'
  | 'REDIS_PASSWORD'
  | 'REDIS_TLS'
>;

/** Where Redis is. */
type RedisPlace =
  | { readonly kind: 'server'; readonly url: string }
  | {
      readonly kind: 'sentinels';
      readonly sentinels: readonly ServerPlace[];
      readonly master: string;
      readonly sentinelPassword?: string | undefined;
      readonly credentials: RedisCredentials;
    }
  | {
      readonly kind: 'cluster';
      readonly nodes: readonly ServerPlace[];
      readonly credentials: RedisCredentials;
    };

function redisPlaceOf(settings: RedisSettings): RedisPlace {
  const credentials = {
    username: settings.REDIS_USERNAME,
    password: settings.REDIS_PASSWORD,
    tls: settings.REDIS_TLS,
  };
  if (settings.REDIS_SENTINELS !== undefined) {
    return {
      kind: 'sentinels',
      sentinels: settings.REDIS_SENTINELS,
      master: settings.REDIS_MASTER_NAME,
      sentinelPassword: settings.REDIS_SENTINEL_PASSWORD,
      credentials,
    };
  }
  if (settings.REDIS_CLUSTER_NODES !== undefined) {
    return { kind: 'cluster', nodes: settings.REDIS_CLUSTER_NODES, credentials };
  }
  return { kind: 'server', url: settings.REDIS_URL ?? '' };
}

const DEFAULT_PORT = 6379;

type Kind = 'client' | 'subscriber' | 'bclient';

/** The longest pause between two attempts to reach Redis: back at work within a second of its return. */
const RECONNECT_WITHIN_MS = 1_000;

/** A command of the producer that takes longer has failed; its caller does not wait for it anyway. */
const COMMAND_TIMEOUT_MS = 2_000;

/**
 * After a reconnect the client subscribes again by itself and does not look at the answer: if the connection is lost at that moment,
 * nobody catches the rejection, and that ends the process. A caller that does wait for the answer still gets it.
 */
class WatchedRedis extends Redis {
  override sendCommand(...[command, stream]: Parameters<Redis['sendCommand']>): unknown {
    command.promise.catch(() => undefined);
    return super.sendCommand(command, stream);
  }
}

/** The same for the connections to a cluster. */
class WatchedCluster extends Cluster {
  override sendCommand(...given: Parameters<Cluster['sendCommand']>): unknown {
    given[0].promise.catch(() => undefined);
    return super.sendCommand(...given);
  }
}

const pauseBefore = (attempts: number): number => Math.min(attempts * 50, RECONNECT_WITHIN_MS);

/**
 * The client would look up a node's name first and then seek the address in its certificate, which is about the name.
 * Given as it is, the name is looked up, and compared, by the connection itself.
 */
const byItsName: DNSLookupFunction = (host, answer) => answer(null, host);

/**
 * The connections Bull works with. The producer keeps no queue of its own while Redis is away, or the memory would fill
 * with wake-ups nobody needs; the two that listen wait for ever. Bull does not close connections it was given: we do.
 */
@Injectable()
export class RedisConnections {
  private readonly open = new Set<Redis | Cluster>();
  private readonly place: RedisPlace;
  private readonly server: LogFields;

  constructor(
    @Inject(SETTINGS) settings: RedisSettings,
    private readonly log: Log,
  ) {
    this.place = redisPlaceOf(settings);
    this.server = serverOf(this.place);
  }

  readonly create = (kind: Kind): Redis | Cluster => {
    const redis = connect(this.place, kind);
    // Without a listener a lost connection would end the process.
    redis.on('error', (error) =>
      this.log.error('Redis connection failed, check the REDIS_ settings; trying again', error, this.server),
    );
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

/** What a log line may say of the server: of several the first, and never a user or a password. */
function serverOf(place: RedisPlace): LogFields {
  if (place.kind === 'server') {
    const { hostname, port } = new URL(place.url);
    return { host: hostname, port: Number(port || DEFAULT_PORT) };
  }
  const [first] = place.kind === 'sentinels' ? place.sentinels : place.nodes;
  return { host: first?.host, port: first?.port };
}

function connect(place: RedisPlace, kind: Kind): Redis | Cluster {
  if (place.kind === 'server') {
    return new WatchedRedis(place.url, { ...optionsOf(kind), retryStrategy: pauseBefore });
  }
  if (place.kind === 'cluster') {
    return new WatchedCluster([...place.nodes], {
      clusterRetryStrategy: pauseBefore,
      enableOfflineQueue: kind !== 'client',
      ...(place.credentials.tls ? { dnsLookup: byItsName } : {}),
      redisOptions: { ...optionsOf(kind), ...known(place.credentials) },
    });
  }
  return new WatchedRedis({
    ...optionsOf(kind),
    ...known(place.credentials),
    retryStrategy: pauseBefore,
    sentinels: [...place.sentinels],
    name: place.master,
    sentinelRetryStrategy: pauseBefore,
    ...(place.sentinelPassword === undefined ? {} : { sentinelPassword: place.sentinelPassword }),
    // Sentinels that watch servers over TLS use TLS among themselves, and announce their TLS ports.
    ...(place.credentials.tls ? { enableTLSForSentinelMode: true, sentinelTLS: {} } : {}),
    // The former master answers that it is read-only: ask the sentinels again.
    reconnectOnError: ({ message }) => message.startsWith('READONLY'),
  });
}

function optionsOf(kind: Kind): RedisOptions {
  return kind === 'client'
    ? { maxRetriesPerRequest: null, enableOfflineQueue: false, commandTimeout: COMMAND_TIMEOUT_MS }
    : { maxRetriesPerRequest: null, enableReadyCheck: false };
}

function known({ username, password, tls }: RedisCredentials): RedisOptions {
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls ? { tls: {} } : {}),
  };
}
