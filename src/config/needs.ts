/** The settings that name a server. They have no default, only an example to show who left one out. */
export const URL_EXAMPLES = {
  DATABASE_URL: 'postgres://app@127.0.0.1:5432/ehealth',
  REDIS_URL: 'redis://127.0.0.1:6379',
  TREMBITA_URL: 'http://127.0.0.1:8080/',
} as const;

/** The name of a setting that names a server. */
export type UrlSetting = keyof typeof URL_EXAMPLES;

/**
 * Which servers each program cannot do without. A missing one stops the program at start: it must never
 * mean made-up answers. A single run asks the database for its work and so can do without Redis.
 */
export const NEEDED_URLS = {
  http: ['DATABASE_URL', 'REDIS_URL', 'TREMBITA_URL'],
  worker: ['DATABASE_URL', 'REDIS_URL', 'TREMBITA_URL'],
  job: ['DATABASE_URL', 'TREMBITA_URL'],
  migrate: ['DATABASE_URL'],
  token: ['DATABASE_URL'],
  /** Brings up, by itself, each server whose address is not set. */
  demo: [],
  sandbox: [],
  sign: [],
} as const satisfies Record<string, readonly UrlSetting[]>;

/** Something that is started from the command line and reads settings. */
export type Program = keyof typeof NEEDED_URLS;

/** The addresses a program can rely on. Redis may be named by its sentinels or nodes instead of by an address. */
export type UrlNeededBy<P extends Program> = Exclude<(typeof NEEDED_URLS)[P][number], 'REDIS_URL'>;
