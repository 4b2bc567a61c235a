/** What tests against real servers are built with. */
export { emptyDatabase, freshDatabase } from './fresh-database';
export type { FreshDatabase } from './fresh-database';
export { freshRedis } from './fresh-redis';
export type { FreshRedis } from './fresh-redis';
export { waitUntil } from './wait-until';
export type { Waiting } from './wait-until';
