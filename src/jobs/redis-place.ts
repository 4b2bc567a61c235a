import type { Settings } from '../config/env';
import type { ServerPlace } from '../config/setting-kinds';

/** Who we are to the servers, and whether the way to them is encrypted. */
export interface RedisCredentials {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly tls: boolean;
}

/** Where Redis is. */
export type RedisPlace =
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

export function redisPlaceOf(settings: Settings): RedisPlace {
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
