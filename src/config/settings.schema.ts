import {
  URL_EXAMPLES,
  connectionUrl,
  optionalText,
  optionalYesOrNo,
  secret,
  servers,
  hosts,
  text,
  yesOrNo,
  cronExpression,
  whole,
  bucket,
  listOf,
  milliseconds,
  oneOf,
  positive,
  uuid,
  port,
  timeZone,
} from './setting-kinds';
import {
  DOCUMENT_TYPES,
  PERSON_LEGAL_CAPACITY_DOCUMENT_TYPES,
  PERSON_REGISTRATION_DOCUMENT_TYPES,
} from '../domain/person/dictionaries';
import { z } from 'zod';
import { TREMBITA_ENVIRONMENT } from './trembita.schema';

/** A setting that names a server. It has no default, only an example. */
export type UrlSetting = keyof typeof URL_EXAMPLES;

/** The servers each program needs. A missing one stops the program at start. A single run (`job`) needs no Redis. */
export const REQUIRED_URLS = {
  http: ['DATABASE_URL', 'REDIS_URL', 'TREMBITA_URL'],
  worker: ['DATABASE_URL', 'REDIS_URL', 'TREMBITA_URL'],
  job: ['DATABASE_URL', 'TREMBITA_URL'],
  migrate: ['DATABASE_URL'],
  token: ['DATABASE_URL'],
  /** Starts each server whose address is not set. */
  demo: [],
  sandbox: [],
  sign: [],
} as const satisfies Record<string, readonly UrlSetting[]>;

/** A program that is started from the command line and reads settings. */
export type Program = keyof typeof REQUIRED_URLS;

/** The addresses a program can rely on. Redis may be named by its sentinels or nodes instead of by an address. */
export type RequiredUrl<P extends Program> = Exclude<(typeof REQUIRED_URLS)[P][number], 'REDIS_URL'>;

/** Where Redis is: one server by its address, a group watched by sentinels, or a cluster. One of the three. */
const REDIS_ENVIRONMENT = {
  REDIS_URL: connectionUrl(['redis:', 'rediss:'], URL_EXAMPLES.REDIS_URL),
  REDIS_SENTINELS: servers('10.0.0.1:26379,10.0.0.2:26379,10.0.0.3:26379'),
  /** The default of the sentinels' own configuration. */
  REDIS_MASTER_NAME: text('mymaster'),
  REDIS_CLUSTER_NODES: servers('10.0.0.1:6379,10.0.0.2:6379,10.0.0.3:6379'),
  /** Of the servers behind sentinels, or of the nodes; an address carries its own. TLS applies to sentinels too. */
  REDIS_USERNAME: optionalText('verification'),
  REDIS_PASSWORD: secret({ minBytes: 1 }),
  REDIS_TLS: yesOrNo(false),
  REDIS_SENTINEL_PASSWORD: secret({ minBytes: 1 }),
} as const;

/** A hundred years. */
const FOREVER_DAYS = 36_500;

/** How long finished rows are kept, and when old ones are removed. Below its minimum a row may still be needed. */
const RETENTION_ENVIRONMENT = {
  /** After the nightly jobs have started, before office hours. */
  RETENTION_SCHEDULE: cronExpression('30 4 * * *'),
  /** Rows removed in one transaction: it takes milliseconds, so nobody waits for its locks. */
  RETENTION_BATCH_SIZE: whole({ min: 1, max: 10_000, fallback: 1_000 }),
  /** A quarter of a year of nightly runs to compare with. At least a week: a run can last days at a slow register. */
  RETENTION_RUNS_DAYS: whole({ min: 7, max: FOREVER_DAYS, fallback: 90 }),
  /** Another system reads the events and may be a month behind. The database enforces this minimum too. */
  RETENTION_EVENTS_DAYS: whole({ min: 30, max: FOREVER_DAYS, fallback: 365 }),
  /**
   * The history of a verification is read from the audit log. Five years cover the three within which a decision is
   * usually contested. The database removes nothing younger than one year, whatever is set here.
   */
  RETENTION_AUDIT_DAYS: whole({ min: 365, max: FOREVER_DAYS, fallback: 1_825 }),
  /** Counted from the end of the token. The audit log says who got it. */
  RETENTION_TOKENS_DAYS: whole({ min: 1, max: FOREVER_DAYS, fallback: 30 }),
  /** The same content sent again returns the first result. A signature is valid for a week at most, so eight days. */
  RETENTION_SIGN_UPS_DAYS: whole({ min: 8, max: FOREVER_DAYS, fallback: 365 }),
  /** Retry waits of persons and parties who are not active any more. */
  RETENTION_LOCKS_DAYS: whole({ min: 1, max: FOREVER_DAYS, fallback: 90 }),
} as const;

/** Below the age of self-authentication a person has a birth certificate only. */
const NO_SELF_AUTH_AGE_DOCUMENT_TYPES = ['BIRTH_CERTIFICATE', 'BIRTH_CERTIFICATE_FOREIGN'] as const;

/** From that age on a person has one of these. */
const SELF_AUTH_AGE_DOCUMENT_TYPES = [
  'COMPLEMENTARY_PROTECTION_CERTIFICATE',
  'NATIONAL_ID',
  'PASSPORT',
  'PERMANENT_RESIDENCE_PERMIT',
  'REFUGEE_CERTIFICATE',
  'TEMPORARY_CERTIFICATE',
  'TEMPORARY_PASSPORT',
] as const;

/** The documents by which a registered person is found. */
const SEARCH_DOCUMENT_TYPES = [
  'NATIONAL_ID',
  'PASSPORT',
  'BIRTH_CERTIFICATE',
  'BIRTH_CERTIFICATE_FOREIGN',
] as const;

/** Sign-up: accepted documents and signatures, sessions, and where signed content is stored. */
const SIGN_UP_ENVIRONMENT = {
  PERSON_LEGAL_CAPACITY_DOCUMENT_TYPES: listOf(DOCUMENT_TYPES, PERSON_LEGAL_CAPACITY_DOCUMENT_TYPES),
  PERSON_REGISTRATION_DOCUMENT_TYPES: listOf(DOCUMENT_TYPES, PERSON_REGISTRATION_DOCUMENT_TYPES),
  NO_SELF_AUTH_AGE_DOCUMENT_TYPES: listOf(DOCUMENT_TYPES, NO_SELF_AUTH_AGE_DOCUMENT_TYPES),
  SELF_AUTH_AGE_DOCUMENT_TYPES: listOf(DOCUMENT_TYPES, SELF_AUTH_AGE_DOCUMENT_TYPES),
  ACTIVE_PERSON_SEARCH_DOCUMENT_TYPES: listOf(DOCUMENT_TYPES, SEARCH_DOCUMENT_TYPES),
  /** Which registered persons must be approved first: see `isGuarded`. */
  SIGN_UP_REGISTERED_PERSONS: oneOf(['published', 'guard_adults', 'guard_all'], 'guard_adults'),
  /** A score above it is a match; with 1 nobody would ever match. */
  PIS_ONLINE_DEDUPLICATION_MATCH_SCORE: positive({ max: 1, fallback: 0.95, unit: 'a score' }),

  SIGNATURE_TRUSTED_CA_FILE: optionalText('/etc/ehealth/trusted-ca.pem'),
  /** Without it certificates must be qualified in production only. */
  SIGNATURE_REQUIRE_QUALIFIED: optionalYesOrNo(true),
  /** At most a week: the person may have changed their mind since. */
  SIGNED_CONTENT_SIGNATURE_TIMESTAMP_VALID_MINUTES: whole({ min: 1, max: 10_080, fallback: 60 }),
  /** Signatures that wait to be checked. Further ones are refused with "try again later". */
  SIGNATURE_QUEUE_SIZE: whole({ min: 1, max: 10_000, fallback: 100 }),
  SIGNATURE_TIMEOUT_MS: milliseconds(5_000),
  /** What happens when nobody says whether a certificate was revoked: not asked at all, accepted, or refused. */
  SIGNATURE_REVOCATION: oneOf(['off', 'soft', 'hard'], 'soft'),
  SIGNATURE_OCSP_URL: connectionUrl(['http:', 'https:'], 'http://ocsp.example.org/'),
  /** Besides the hosts in the certificates of the trust file. */
  SIGNATURE_REVOCATION_HOSTS: hosts('ocsp.example.org,crl.example.org:8080'),
  /** Of all calls for one certificate together. */
  SIGNATURE_REVOCATION_TIMEOUT_MS: milliseconds(1_500),
  /** Programs of Ukrainian providers use half an hour, too. */
  SIGNATURE_REVOCATION_MAX_AGE_MINUTES: whole({ min: 1, max: 10_080, fallback: 30 }),
  /** Of one address in a minute: a tenth of one thread, and enough for a sign-up each second. */
  SIGNATURE_SECONDS_PER_MINUTE: whole({ min: 1, max: 100_000, fallback: 6 }),

  PIS_SESSION_SECRET: secret({ minBytes: 32 }),
  PIS_SESSION_TTL_SECONDS: whole({ min: 1, max: 86_400, fallback: 600 }),
  PIS_CLIENT_ID: uuid('00000000-0000-4000-8000-000000000002'),
  PIS_ACCESS_TOKEN_TTL_SECONDS: whole({ min: 1, max: 2_592_000, fallback: 3_600 }),
  /** Of one address: enough for an office that registers families all day. */
  SIGN_UP_REQUESTS_PER_MINUTE: whole({ min: 1, max: 1_000_000, fallback: 60 }),
  /** Proxies in front of the API process whose X-Forwarded-For is trusted; 0: none. */
  HTTP_TRUSTED_PROXIES: whole({ min: 0, max: 16, fallback: 0 }),

  MEDIA_STORAGE: oneOf(['directory', 's3'], 'directory'),
  MEDIA_STORAGE_DIRECTORY: text('.data/media'),
  MEDIA_STORAGE_PERSON_BUCKET: bucket('persons-dev'),
  MEDIA_STORAGE_TIMEOUT_MS: milliseconds(10_000),
  MEDIA_STORAGE_S3_URL: connectionUrl(['http:', 'https:'], 'https://s3.example.org'),
  MEDIA_STORAGE_S3_REGION: text('us-east-1'),
  MEDIA_STORAGE_S3_ACCESS_KEY: optionalText('the-name-of-the-key'),
  MEDIA_STORAGE_S3_SECRET_KEY: secret({ minBytes: 8 }),
  /** Age after which an object whose registration did not commit is removed. Longer than any registration takes. */
  MEDIA_ORPHAN_MINUTES: whole({ min: 1, max: 43_200, fallback: 60 }),
} as const;

/** Traces for an OpenTelemetry collector, under OpenTelemetry's own names. Without an address nothing is traced. */
const TRACING_ENVIRONMENT = {
  OTEL_EXPORTER_OTLP_ENDPOINT: connectionUrl(['http:', 'https:'], 'http://127.0.0.1:4318'),
  OTEL_SERVICE_NAME: text('person-verification'),
  /** The share of traces that is recorded. */
  OTEL_TRACES_SAMPLER_ARG: positive({ max: 1, fallback: 1, unit: 'a share' }),
} as const;

/**
 * Every setting of the program: name, kind, default. Operators read `.env.example`, and a test compares the two. Nothing
 * else in `src` reads the environment.
 */
export const ENVIRONMENT = z.object({
  NODE_ENV: oneOf(['development', 'test', 'production'], 'development'),
  LOG_LEVEL: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'silent'], 'info'),

  DATABASE_URL: connectionUrl(['postgres:', 'postgresql:'], URL_EXAMPLES.DATABASE_URL),
  /** Two connections per core keep PostgreSQL busy; more only queue there. */
  DATABASE_POOL_SIZE: whole({ min: 2, max: 200, fallback: 10 }),
  ...REDIS_ENVIRONMENT,

  HTTP_HOST: text('127.0.0.1'),
  HTTP_PORT: port(3000),
  /** Within this a request has arrived, its body included; then the connection is closed. */
  HTTP_REQUEST_TIMEOUT_MS: milliseconds(10_000),
  /** The pages under /console. Without it they exist outside production only. */
  CONSOLE: optionalYesOrNo(true),
  INTERNAL_HOST: text('127.0.0.1'),
  INTERNAL_PORT: port(3001),
  WORKER_INTERNAL_PORT: port(3002),

  SYSTEM_USER_ID: uuid('00000000-0000-4000-8000-000000000001'),

  SCHEDULE_TIME_ZONE: timeZone('Europe/Kyiv'),
  JOB_POLL_SECONDS: whole({ min: 1, max: 3600, fallback: 5 }),
  /** At most thirty days. */
  JOB_GIVE_UP_AFTER_MINUTES: positive({ max: 43_200, fallback: 60, unit: 'a number of minutes' }),
  VERIFICATION_LEASE_SECONDS: whole({ min: 2, max: 3600, fallback: 60 }),
  /** The wait after the first technical error; it doubles with every further one. */
  VERIFICATION_RETRY_FIRST_SECONDS: whole({ min: 1, max: 86_400, fallback: 300 }),
  VERIFICATION_RETRY_CAP_SECONDS: whole({ min: 1, max: 604_800, fallback: 21_600 }),
  SHUTDOWN_GRACE_SECONDS: whole({ min: 1, max: 3600, fallback: 40 }),

  DMS_PERSON_SYNCHRONIZATION_SCHEDULE: cronExpression('0 1 * * *'),
  /** At most a hundred years. */
  DMS_PERSON_VALIDATION_PERIOD_DAYS: whole({ min: 1, max: 36_500, fallback: 270 }),
  DMS_PASSPORT_PERSONS_SYNCHRONIZATION_BATCH_SIZE: whole({ min: 1, max: 10_000, fallback: 100 }),

  DMS_PARTY_SYNCHRONIZATION_SCHEDULE: cronExpression('0 1 * * *'),
  DMS_PARTY_VALIDATION_PERIOD_DAYS: whole({ min: 1, max: 36_500, fallback: 270 }),
  DMS_PASSPORT_PARTIES_SYNCHRONIZATION_BATCH_SIZE: whole({ min: 1, max: 10_000, fallback: 50 }),

  MVS_PERSON_SYNCHRONIZATION_SCHEDULE: cronExpression('0 1 * * *'),
  MVS_PERSON_VALIDATION_PERIOD_DAYS: whole({ min: 1, max: 36_500, fallback: 270 }),
  MVS_PASSPORT_PERSONS_SYNCHRONIZATION_BATCH_SIZE: whole({ min: 1, max: 10_000, fallback: 100 }),
  /** The register's code of an ID card is not published. Without it only booklets are checked. */
  MVS_PASS_TYPE_NATIONAL_ID: optionalText('0102'),

  UNZR_PERSON_SYNCHRONIZATION_SCHEDULE: cronExpression('0 1 * * *'),
  UNZR_PERSON_VALIDATION_PERIOD_DAYS: whole({ min: 1, max: 36_500, fallback: 270 }),
  UNZR_PERSONS_SYNCHRONIZATION_BATCH_SIZE: whole({ min: 1, max: 10_000, fallback: 100 }),

  ...TREMBITA_ENVIRONMENT,

  ...SIGN_UP_ENVIRONMENT,

  ...RETENTION_ENVIRONMENT,

  ...TRACING_ENVIRONMENT,
});

/** The settings as read, before the servers that a program needs are checked. */
export type ReadEnvironment = z.infer<typeof ENVIRONMENT>;

/** The settings of one program: the addresses it needs are present, others may be missing. */
export type SettingsFor<P extends Program> = Omit<ReadEnvironment, RequiredUrl<P>> &
  Record<RequiredUrl<P>, string>;

/** The settings of every program that verifies persons. Redis may be missing, as in `npm run job`. */
export type Settings = SettingsFor<'job'>;
