import type { Fault } from './configuration-fault';
import type { ReadEnvironment } from './env';
import type { Program } from './needs';
import { REDIS_WAYS, redisCredentialsUnused, redisNamedTwice } from './redis.rules';

/** What a last call needs beyond its own deadline: writing its answer and releasing the rest. */
const WRITING_AFTER_LAST_CALL_MS = 5_000;

/** A rule between settings. `names` is which ones: a rule is silent while one of them cannot be read at all. */
interface Rule {
  names: readonly (keyof ReadEnvironment)[];
  /** Programs that do without what the rule is about are not held up by it. */
  programs?: readonly Program[];
  faultIn(settings: ReadEnvironment): Fault | undefined;
}

const graceOutlastsACall: Rule = {
  names: ['SHUTDOWN_GRACE_SECONDS', 'TREMBITA_TIMEOUT_MS'],
  faultIn(settings) {
    const needed = settings.TREMBITA_TIMEOUT_MS + WRITING_AFTER_LAST_CALL_MS;
    if (settings.SHUTDOWN_GRACE_SECONDS * 1000 > needed) return undefined;
    const example = Math.floor(needed / 1000) + 1;
    return {
      name: 'SHUTDOWN_GRACE_SECONDS',
      says: `must be more than TREMBITA_TIMEOUT_MS and 5 seconds together, for example ${example}`,
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
      says: 'must not be less than VERIFICATION_RETRY_FIRST_SECONDS, for example 21600',
    };
  },
};

const doorsDiffer: Rule = {
  names: ['HTTP_HOST', 'HTTP_PORT', 'INTERNAL_HOST', 'INTERNAL_PORT'],
  faultIn(settings) {
    if (settings.HTTP_PORT === 0 || settings.HTTP_PORT !== settings.INTERNAL_PORT) return undefined;
    if (settings.HTTP_HOST !== settings.INTERNAL_HOST) return undefined;
    return { name: 'INTERNAL_PORT', says: 'must differ from HTTP_PORT on the same host, for example 3001' };
  },
};

const certificateComesWithItsKey: Rule = {
  names: ['TREMBITA_TLS_CERT', 'TREMBITA_TLS_KEY'],
  faultIn({ TREMBITA_TLS_CERT: certificate, TREMBITA_TLS_KEY: key }) {
    if ((certificate === undefined) === (key === undefined)) return undefined;
    return certificate === undefined
      ? {
          name: 'TREMBITA_TLS_CERT',
          says: 'is missing beside TREMBITA_TLS_KEY, for example /etc/trembita/client.pem',
        }
      : {
          name: 'TREMBITA_TLS_KEY',
          says: 'is missing beside TREMBITA_TLS_CERT, for example /etc/trembita/client.key',
        };
  },
};

/** Certificates beside a plain http address would let an operator believe in a protection that is not there. */
const certificatesMeanHttps: Rule = {
  names: ['TREMBITA_URL', 'TREMBITA_TLS_CERT', 'TREMBITA_TLS_CA'],
  faultIn({ TREMBITA_URL: url, TREMBITA_TLS_CERT: certificate, TREMBITA_TLS_CA: authority }) {
    const plain = url?.toLowerCase().startsWith('http:') ?? false;
    if (!plain || (certificate === undefined && authority === undefined)) return undefined;
    return {
      name: 'TREMBITA_URL',
      says: 'must start with https:// beside TREMBITA_TLS_CERT or TREMBITA_TLS_CA, for example https://127.0.0.1:8443/',
    };
  },
};

/** A secret made up at start would be another one in every process, and none after a restart. */
const sessionsHaveASecret: Rule = {
  programs: ['http'],
  names: ['NODE_ENV', 'PIS_SESSION_SECRET'],
  faultIn(settings) {
    if (settings.NODE_ENV !== 'production' || settings.PIS_SESSION_SECRET !== undefined) return undefined;
    return {
      name: 'PIS_SESSION_SECRET',
      says: 'is missing with NODE_ENV=production, for example the output of a password generator',
    };
  },
};

/** Where objects are kept and with which key is asked of S3 alone. */
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
    const says = 'is missing beside MEDIA_STORAGE=s3, for example';
    if (settings.MEDIA_STORAGE_S3_URL === undefined)
      return { name: 'MEDIA_STORAGE_S3_URL', says: `${says} https://s3.example.org` };
    if (settings.MEDIA_STORAGE_S3_ACCESS_KEY === undefined)
      return { name: 'MEDIA_STORAGE_S3_ACCESS_KEY', says: `${says} the-name-of-the-key` };
    if (settings.MEDIA_STORAGE_S3_SECRET_KEY === undefined)
      return { name: 'MEDIA_STORAGE_S3_SECRET_KEY', says: `${says} the key that belongs to it` };
    return undefined;
  },
};

const RULES: readonly Rule[] = [
  { names: REDIS_WAYS, faultIn: redisNamedTwice },
  {
    names: ['REDIS_URL', 'REDIS_USERNAME', 'REDIS_PASSWORD', 'REDIS_TLS'],
    faultIn: redisCredentialsUnused,
  },
  sessionsHaveASecret,
  storageIsReachable,
  graceOutlastsACall,
  capIsNotBelowFirstWait,
  doorsDiffer,
  certificateComesWithItsKey,
  certificatesMeanHttps,
];

/** For whom rules are asked, and which settings are wrong by themselves. */
export interface Asked {
  readonly program: Program;
  readonly faulty: ReadonlySet<string>;
}

/** What is wrong between settings that are each right by themselves. */
export function faultsBetween(settings: ReadEnvironment, { program, faulty }: Asked): Fault[] {
  return RULES.filter(({ programs }) => programs?.includes(program) ?? true)
    .filter(({ names }) => !names.some((name) => faulty.has(name)))
    .map((rule) => rule.faultIn(settings))
    .filter((fault) => fault !== undefined);
}
