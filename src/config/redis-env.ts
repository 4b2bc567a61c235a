import { connectionUrl, optionalText, secret, servers, text, yesOrNo } from './setting-kinds';
import { URL_EXAMPLES } from './needs';

/** Where Redis is: one server by its address, a group that its sentinels watch, or a cluster. One of the three. */
export const REDIS_ENVIRONMENT = {
  REDIS_URL: connectionUrl(['redis:', 'rediss:'], URL_EXAMPLES.REDIS_URL),
  REDIS_SENTINELS: servers('10.0.0.1:26379,10.0.0.2:26379,10.0.0.3:26379'),
  /** As in the configuration of the sentinels, which call it so unless told otherwise. */
  REDIS_MASTER_NAME: text('mymaster'),
  REDIS_CLUSTER_NODES: servers('10.0.0.1:6379,10.0.0.2:6379,10.0.0.3:6379'),
  /** Of the servers that sentinels watch, or of the nodes; an address carries its own. TLS is spoken to sentinels, too. */
  REDIS_USERNAME: optionalText('verification'),
  REDIS_PASSWORD: secret({ minBytes: 1 }),
  REDIS_TLS: yesOrNo(false),
  REDIS_SENTINEL_PASSWORD: secret({ minBytes: 1 }),
} as const;
