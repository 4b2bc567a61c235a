import type { ReadEnvironment, Program } from './settings.schema';

/** One setting that cannot be used. The value is left out on purpose: it may be a password. */
export interface Fault {
  name: string;
  /** Continues the name: "must be a port, for example 3000". */
  problem: string;
}

/** What the last call needs after its own deadline: its answer is written and the rest is released. */
const WRITING_AFTER_LAST_CALL_MS = 5_000;

/** A rule between the settings `names`. It is skipped while one of them cannot be read at all. */
interface Rule {
  names: readonly (keyof ReadEnvironment)[];
  /** The programs it applies to; all when absent. */
  programs?: readonly Program[];
  faultIn(settings: ReadEnvironment): Fault | undefined;
}

/** The three ways to name Redis. */
export const REDIS_WAYS = ['REDIS_URL', 'REDIS_SENTINELS', 'REDIS_CLUSTER_NODES'] as const;

/** With two servers, some processes would send wake-ups to one and wait for them at the other. */
const redisIsNamedOnce: Rule = {
  names: REDIS_WAYS,
  faultIn(settings) {
    const [, second] = REDIS_WAYS.filter((way) => settings[way] !== undefined);
    if (second === undefined) return undefined;
    return {
      name: second,
      problem: 'must not be set beside another way to name Redis, for example REDIS_URL alone',
    };
  },
};

/** A password that nobody uses would make an operator believe in a protection that does not exist. */
const redisCredentialsAreUsed: Rule = {
  names: ['REDIS_URL', 'REDIS_USERNAME', 'REDIS_PASSWORD', 'REDIS_TLS'],
  faultIn(settings) {
    if (settings.REDIS_URL === undefined) return undefined;
    const problem = 'belongs into REDIS_URL, for example rediss://name:password@redis.example.org:6379';
    if (settings.REDIS_USERNAME !== undefined) return { name: 'REDIS_USERNAME', problem };
    if (settings.REDIS_PASSWORD !== undefined) return { name: 'REDIS_PASSWORD', problem };
    return settings.REDIS_TLS ? { name: 'REDIS_TLS', problem } : undefined;
  },
};

const graceOutlastsACall: Rule = {
  names: ['SHUTDOWN_GRACE_SECONDS', 'TREMBITA_TIMEOUT_MS'],
  faultIn(settings) {
    const needed = settings.TREMBITA_TIMEOUT_MS + WRITING_AFTER_LAST_CALL_MS;
    if (settings.SHUTDOWN_GRACE_SECONDS * 1000 > needed) return undefined;
    const example = Math.floor(needed / 1000) + 1;
    return {
      name: 'SHUTDOWN_GRACE_SECONDS',
      problem: `must be more than TREMBITA_TIMEOUT_MS and 5 seconds together, for example ${example}`,
    };
  },
};

const capIsNotBelowFirstWait: Rule = {
  names: ['VERIFICATION_RETRY_CAP_SECONDS', 'VERIFICATION_RETRY_FIRST_SECONDS'],
  faultIn(settings) {
    if (settings.VERIFICATION_RETRY_CAP_SECONDS >= settings.VERIFICATION_RETRY_FIRST_SECONDS)
      return undefined;
    return {
      name: 'VERIFICATION_RETRY_CAP_SECONDS',
      problem: 'must not be less than VERIFICATION_RETRY_FIRST_SECONDS, for example 21600',
    };
  },
};

const portsDiffer: Rule = {
  names: ['HTTP_HOST', 'HTTP_PORT', 'INTERNAL_HOST', 'INTERNAL_PORT'],
  faultIn(settings) {
    if (settings.HTTP_PORT === 0 || settings.HTTP_PORT !== settings.INTERNAL_PORT) return undefined;
    if (settings.HTTP_HOST !== settings.INTERNAL_HOST) return undefined;
    return {
      name: 'INTERNAL_PORT',
      problem: 'must differ from HTTP_PORT on the same host, for example 3001',
    };
  },
};

const certificateComesWithItsKey: Rule = {
  names: ['TREMBITA_TLS_CERT', 'TREMBITA_TLS_KEY'],
  faultIn({ TREMBITA_TLS_CERT: certificate, TREMBITA_TLS_KEY: key }) {
    if ((certificate === undefined) === (key === undefined)) return undefined;
    return certificate === undefined
      ? {
          name: 'TREMBITA_TLS_CERT',
          problem: 'is missing beside TREMBITA_TLS_KEY, for example /etc/trembita/client.pem',
        }
      : {
          name: 'TREMBITA_TLS_KEY',
          problem: 'is missing beside TREMBITA_TLS_CERT, for example /etc/trembita/client.key',
        };
  },
};

/** Certificates beside a plain http address would make an operator believe in a protection that does not exist. */
const certificatesMeanHttps: Rule = {
  names: ['TREMBITA_URL', 'TREMBITA_TLS_CERT', 'TREMBITA_TLS_CA'],
  faultIn({ TREMBITA_URL: url, TREMBITA_TLS_CERT: certificate, TREMBITA_TLS_CA: authority }) {
    const plain = url?.toLowerCase().startsWith('http:') ?? false;
    if (!plain || (certificate === undefined && authority === undefined)) return undefined;
    return {
      name: 'TREMBITA_URL',
      problem:
        'must start with https:// beside TREMBITA_TLS_CERT or TREMBITA_TLS_CA, for example https://127.0.0.1:8443/',
    };
  },
};

/** A secret generated at start would differ between processes and be lost at a restart. */
const sessionsHaveASecret: Rule = {
  programs: ['http'],
  names: ['NODE_ENV', 'PIS_SESSION_SECRET'],
  faultIn(settings) {
    if (settings.NODE_ENV !== 'production' || settings.PIS_SESSION_SECRET !== undefined) return undefined;
    return {
      name: 'PIS_SESSION_SECRET',
      problem: 'is missing with NODE_ENV=production, for example the output of a password generator',
    };
  },
};

/** Hosts of this machine, as `URL` writes them: traffic to them does not leave it. */
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** Plain traffic to the register lets others on the way read personal data and decide who is refused care. */
const registerIsReachedSafely: Rule = {
  programs: ['http', 'worker', 'job'],
  names: ['NODE_ENV', 'TREMBITA_URL'],
  faultIn({ NODE_ENV, TREMBITA_URL }) {
    if (NODE_ENV !== 'production' || TREMBITA_URL === undefined) return undefined;
    const { protocol, hostname } = new URL(TREMBITA_URL);
    if (protocol === 'https:' || LOOPBACK.test(hostname)) return undefined;
    return {
      name: 'TREMBITA_URL',
      problem:
        'must start with https:// with NODE_ENV=production unless the host is this machine, for example https://trembita.example.org/',
    };
  },
};

/** Without the comparison an answer to somebody else's question could decide about a person. */
const answersAreCompared: Rule = {
  programs: ['http', 'worker', 'job'],
  names: ['NODE_ENV', 'TREMBITA_ECHO_CHECK'],
  faultIn({ NODE_ENV, TREMBITA_ECHO_CHECK }) {
    if (NODE_ENV !== 'production' || TREMBITA_ECHO_CHECK) return undefined;
    return { name: 'TREMBITA_ECHO_CHECK', problem: 'must be true with NODE_ENV=production' };
  },
};

/** Only S3 needs an address and keys. */
const storageIsReachable: Rule = {
  programs: ['http', 'worker'],
  names: [
    'MEDIA_STORAGE',
    'MEDIA_STORAGE_S3_URL',
    'MEDIA_STORAGE_S3_ACCESS_KEY',
    'MEDIA_STORAGE_S3_SECRET_KEY',
  ],
  faultIn(settings) {
    if (settings.MEDIA_STORAGE !== 's3') return undefined;
    const missing = 'is missing beside MEDIA_STORAGE=s3, for example';
    if (settings.MEDIA_STORAGE_S3_URL === undefined)
      return { name: 'MEDIA_STORAGE_S3_URL', problem: `${missing} https://s3.example.org` };
    if (settings.MEDIA_STORAGE_S3_ACCESS_KEY === undefined)
      return { name: 'MEDIA_STORAGE_S3_ACCESS_KEY', problem: `${missing} the-name-of-the-key` };
    if (settings.MEDIA_STORAGE_S3_SECRET_KEY === undefined)
      return { name: 'MEDIA_STORAGE_S3_SECRET_KEY', problem: `${missing} the key that belongs to it` };
    return undefined;
  },
};

const RULES: readonly Rule[] = [
  redisIsNamedOnce,
  redisCredentialsAreUsed,
  sessionsHaveASecret,
  registerIsReachedSafely,
  answersAreCompared,
  storageIsReachable,
  graceOutlastsACall,
  capIsNotBelowFirstWait,
  portsDiffer,
  certificateComesWithItsKey,
  certificatesMeanHttps,
];

/** The program the settings are for, and the settings that are wrong by themselves. */
export interface CheckedProgram {
  readonly program: Program;
  readonly faulty: ReadonlySet<string>;
}

/** Faults between settings that are each valid by themselves. */
export function faultsBetween(settings: ReadEnvironment, { program, faulty }: CheckedProgram): Fault[] {
  return RULES.filter(({ programs }) => programs?.includes(program) ?? true)
    .filter(({ names }) => !names.some((name) => faulty.has(name)))
    .map((rule) => rule.faultIn(settings))
    .filter((fault) => fault !== undefined);
}
