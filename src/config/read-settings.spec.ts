import fc from 'fast-check';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ConfigurationFault, readSettings, type Environment } from './read-settings';
import { ENVIRONMENT, REQUIRED_URLS, type Program } from './settings.schema';

const SERVERS = {
  DATABASE_URL: 'postgres://app@127.0.0.1:5432/ehealth',
  REDIS_URL: 'redis://127.0.0.1:6379',
  TREMBITA_URL: 'http://127.0.0.1:8080/',
};

function faultLines(environment: Environment, program: Program = 'http'): string[] {
  try {
    readSettings({ ...SERVERS, ...environment }, program);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationFault)) throw error;
    expect(error.exitStatus).toBe(78);
    return error.message.split('\n');
  }
}

const PRODUCTION = { NODE_ENV: 'production', PIS_SESSION_SECRET: 'x'.repeat(32) };

const faultyNames = (environment: Environment, program?: Program): string[] =>
  faultLines(environment, program).map((line) => line.split(' ')[0] ?? '');

describe('Reading the settings', () => {
  it('has every default of the specification when only the servers are named', () => {
    const settings = readSettings(SERVERS, 'http');
    expect(settings).toMatchObject({
      HTTP_PORT: 3000,
      INTERNAL_PORT: 3001,
      WORKER_INTERNAL_PORT: 3002,
      SCHEDULE_TIME_ZONE: 'Europe/Kyiv',
      JOB_POLL_SECONDS: 5,
      VERIFICATION_LEASE_SECONDS: 60,
      SHUTDOWN_GRACE_SECONDS: 40,
      DMS_PERSON_SYNCHRONIZATION_SCHEDULE: '0 1 * * *',
      DMS_PERSON_VALIDATION_PERIOD_DAYS: 270,
      DMS_PASSPORT_PERSONS_SYNCHRONIZATION_BATCH_SIZE: 100,
      DMS_PARTY_SYNCHRONIZATION_SCHEDULE: '0 1 * * *',
      DMS_PARTY_VALIDATION_PERIOD_DAYS: 270,
      DMS_PASSPORT_PARTIES_SYNCHRONIZATION_BATCH_SIZE: 50,
      MVS_PERSON_SYNCHRONIZATION_SCHEDULE: '0 1 * * *',
      MVS_PERSON_VALIDATION_PERIOD_DAYS: 270,
      MVS_PASSPORT_PERSONS_SYNCHRONIZATION_BATCH_SIZE: 100,
      UNZR_PERSON_SYNCHRONIZATION_SCHEDULE: '0 1 * * *',
      UNZR_PERSON_VALIDATION_PERIOD_DAYS: 270,
      UNZR_PERSONS_SYNCHRONIZATION_BATCH_SIZE: 100,
      TREMBITA_TIMEOUT_MS: 30_000,
      TREMBITA_ECHO_CHECK: true,
      TREMBITA_BREAKER_SHARE: 0.5,
    });
    expect(settings.TREMBITA_RATE_PER_SECOND).toBeUndefined();
    expect(settings.MVS_PASS_TYPE_NATIONAL_ID).toBeUndefined();
    expect(Object.isFrozen(settings)).toBe(true);
  });

  it('takes an empty or blank value for not set', () => {
    expect(readSettings({ ...SERVERS, HTTP_PORT: '', JOB_POLL_SECONDS: '  ' }, 'http')).toMatchObject({
      HTTP_PORT: 3000,
      JOB_POLL_SECONDS: 5,
    });
    expect(faultyNames({ DATABASE_URL: ' ' })).toEqual(['DATABASE_URL']);
  });

  it.each(Object.keys(REQUIRED_URLS) as Program[])('reports each server that %s needs', (program) => {
    const nothing = { DATABASE_URL: undefined, REDIS_URL: undefined, TREMBITA_URL: undefined };
    expect(faultyNames(nothing, program)).toEqual([...REQUIRED_URLS[program]]);
  });

  it('needs no REDIS_URL beside sentinels or nodes', () => {
    const sentinels = { REDIS_URL: undefined, REDIS_SENTINELS: 'one.example.org:26379, [::1]:26380' };
    expect(readSettings({ ...SERVERS, ...sentinels }, 'worker').REDIS_SENTINELS).toEqual([
      { host: 'one.example.org', port: 26_379 },
      { host: '::1', port: 26_380 },
    ]);
    expect(faultyNames({ REDIS_URL: undefined, REDIS_CLUSTER_NODES: '10.0.0.1:6379' })).toEqual([]);
    for (const list of [
      'one.example.org',
      ':6379',
      '10.0.0.1:0',
      '10.0.0.1:6379,',
      'redis://10.0.0.1:6379',
    ]) {
      expect(faultyNames({ REDIS_URL: undefined, REDIS_CLUSTER_NODES: list })).toEqual([
        'REDIS_CLUSTER_NODES',
      ]);
    }
  });

  it('names the nearest setting for a misspelt one', () => {
    expect(faultLines({ TREMBITA_TIMEOUT: '30000', REDIS_SENTINEL: '10.0.0.1:26379' })).toEqual([
      'REDIS_SENTINEL is not a setting, did you mean REDIS_SENTINELS?',
      'TREMBITA_TIMEOUT is not a setting, did you mean TREMBITA_TIMEOUT_MS?',
    ]);
  });

  it.each(['HTTP_PROXY', 'REDIS_PORT_6379_TCP', 'TREMBITA_SERVICE_HOST', 'JOB_NAME', 'PATH', 'HTTPS_PORT'])(
    'leaves %s to others',
    (name) => {
      expect(faultLines({ [name]: 'tcp://10.0.0.1:6379' })).toEqual([]);
    },
  );

  it('reports all faults at once, by name, with an example each', () => {
    const lines = faultLines({
      DATABASE_URL: undefined,
      DMS_PERSON_SYNCHRONIZATION_SCHEDULE: 'nightly',
      DMS_PERSON_VALIDATION_PERIOD_DAYS: '0',
      DMS_PASSPORT_PERSONS_SYNCHRONIZATION_BATCH_SIZE: '-5',
      HTTP_PORT: '3001',
    });
    expect(lines.map((line) => line.split(' ')[0])).toEqual([
      'DATABASE_URL',
      'DMS_PASSPORT_PERSONS_SYNCHRONIZATION_BATCH_SIZE',
      'DMS_PERSON_SYNCHRONIZATION_SCHEDULE',
      'DMS_PERSON_VALIDATION_PERIOD_DAYS',
      'INTERNAL_PORT',
    ]);
    for (const line of lines) expect(line).toMatch(/, for example \S/);
  });

  it('never repeats a value, whatever was typed where', () => {
    const marker = 'MARKER7f3a';
    const everything = Object.fromEntries(
      Object.keys(ENVIRONMENT.shape).map((name) => [name, `${marker}\u0007${'x'.repeat(2000)}`]),
    );
    const lines = faultLines(everything);
    expect(lines).toHaveLength(Object.keys(ENVIRONMENT.shape).length);
    expect(lines.join('\n')).not.toContain(marker);
  });

  it.each([
    ['DATABASE_URL', 'mysql://127.0.0.1/x'],
    ['DATABASE_URL', 'postgres:///ehealth'],
    ['TREMBITA_URL', 'not an address'],
    ['SCHEDULE_TIME_ZONE', 'Europe/Atlantis'],
    ['SCHEDULE_TIME_ZONE', '+02:00'],
    ['HTTP_PORT', '65536'],
    ['HTTP_PORT', '0x50'],
    ['SYSTEM_USER_ID', 'admin'],
    ['VERIFICATION_LEASE_SECONDS', '1'],
    ['VERIFICATION_LEASE_SECONDS', '3601'],
    ['JOB_GIVE_UP_AFTER_MINUTES', '0'],
    ['JOB_GIVE_UP_AFTER_MINUTES', '1e3'],
    ['TREMBITA_BREAKER_SHARE', '1.5'],
    ['TREMBITA_BREAKER_OPEN_MS', '600001'],
    ['TREMBITA_ECHO_CHECK', 'yes'],
    ['TREMBITA_CHECKUNZR_SOAP_VERSION', '2.0'],
    ['DMS_PERSON_VALIDATION_PERIOD_DAYS', '2.5'],
    ['DMS_PARTY_SYNCHRONIZATION_SCHEDULE', '0 1 * *'],
    ['DMS_PARTY_VALIDATION_PERIOD_DAYS', '-1'],
    ['DMS_PASSPORT_PARTIES_SYNCHRONIZATION_BATCH_SIZE', '0'],
    ['MEDIA_STORAGE_PERSON_BUCKET', 'Persons'],
    ['MEDIA_STORAGE_PERSON_BUCKET', '../persons'],
    ['PIS_SESSION_SECRET', 'x'.repeat(31)],
    ['REDIS_MASTER_NAME', 'x'.repeat(2000)],
    ['RETENTION_AUDIT_DAYS', '364'],
    ['RETENTION_SIGN_UPS_DAYS', '7'],
    ['RETENTION_SCHEDULE', 'nightly'],
    ['ACTIVE_PERSON_SEARCH_DOCUMENT_TYPES', 'PASSPORT,DRIVING_LICENCE'],
  ])('refuses %s=%s', (name, value) => {
    expect(faultyNames({ [name]: value })).toEqual([name]);
  });

  it.each([
    ['REDIS_SENTINELS', { REDIS_SENTINELS: '10.0.0.1:26379' }],
    ['REDIS_CLUSTER_NODES', { REDIS_CLUSTER_NODES: '10.0.0.1:6379' }],
    ['REDIS_PASSWORD', { REDIS_PASSWORD: 'secret' }],
    ['SHUTDOWN_GRACE_SECONDS', { SHUTDOWN_GRACE_SECONDS: '35' }],
    ['SHUTDOWN_GRACE_SECONDS', { TREMBITA_TIMEOUT_MS: '35000' }],
    ['VERIFICATION_RETRY_CAP_SECONDS', { VERIFICATION_RETRY_CAP_SECONDS: '299' }],
    ['INTERNAL_PORT', { HTTP_PORT: '4000', INTERNAL_PORT: '4000' }],
    ['TREMBITA_TLS_KEY', { TREMBITA_URL: 'https://127.0.0.1/', TREMBITA_TLS_CERT: '/a.pem' }],
    ['TREMBITA_TLS_CERT', { TREMBITA_URL: 'https://127.0.0.1/', TREMBITA_TLS_KEY: '/a.key' }],
    ['TREMBITA_URL', { TREMBITA_TLS_CA: '/ca.pem' }],
    ['PIS_SESSION_SECRET', { NODE_ENV: 'production' }],
    ['TREMBITA_URL', { ...PRODUCTION, TREMBITA_URL: 'http://trembita.example.org/' }],
    ['TREMBITA_URL', { ...PRODUCTION, TREMBITA_URL: 'http://127.0.0.1.example.org/' }],
    ['TREMBITA_URL', { ...PRODUCTION, TREMBITA_URL: 'http://10.0.0.1/' }],
    ['TREMBITA_ECHO_CHECK', { ...PRODUCTION, TREMBITA_ECHO_CHECK: 'false' }],
    ['MEDIA_STORAGE_S3_URL', { MEDIA_STORAGE: 's3' }],
    [
      'MEDIA_STORAGE_S3_ACCESS_KEY',
      {
        MEDIA_STORAGE: 's3',
        MEDIA_STORAGE_S3_URL: 'https://127.0.0.1/',
        MEDIA_STORAGE_S3_SECRET_KEY: 'x'.repeat(8),
      },
    ],
    [
      'MEDIA_STORAGE_S3_SECRET_KEY',
      { MEDIA_STORAGE: 's3', MEDIA_STORAGE_S3_URL: 'https://127.0.0.1/', MEDIA_STORAGE_S3_ACCESS_KEY: 'key' },
    ],
  ])('compares settings with each other: %s', (name, environment) => {
    expect(faultyNames(environment)).toEqual([name]);
  });

  it.each([
    'https://trembita.example.org/',
    'http://127.0.0.1:8080/',
    'http://127.1.2.3/',
    'http://localhost/',
    'http://[::1]/',
  ])('accepts the register %s in production', (TREMBITA_URL) => {
    expect(faultyNames({ ...PRODUCTION, TREMBITA_URL })).toEqual([]);
  });

  it('accepts a remote register over http, and answers without our header, outside production', () => {
    const lax = { TREMBITA_URL: 'http://trembita.example.org/', TREMBITA_ECHO_CHECK: 'false' };
    expect(faultyNames(lax)).toEqual([]);
  });

  it('compares nothing with a setting that cannot be read', () => {
    expect(faultyNames({ TREMBITA_TIMEOUT_MS: 'soon', SHUTDOWN_GRACE_SECONDS: '1' })).toEqual([
      'TREMBITA_TIMEOUT_MS',
    ]);
  });

  it('accepts any free port for both listeners, and fractions of minutes', () => {
    const environment = { HTTP_PORT: '0', INTERNAL_PORT: '0', JOB_GIVE_UP_AFTER_MINUTES: '0.05' };
    expect(faultyNames(environment)).toEqual([]);
  });

  it('reads whole numbers as they are written, or refuses them', () => {
    fc.assert(
      fc.property(fc.oneof(fc.integer().map(String), fc.string()), (written) => {
        const lines = faultLines({ DATABASE_POOL_SIZE: written });
        const trimmed = written.trim();
        const good =
          trimmed === '' || (/^\d+$/.test(trimmed) && Number(trimmed) >= 2 && Number(trimmed) <= 200);
        expect(lines.length === 0).toBe(good);
      }),
    );
  });
});

/** A list is written as arrays are: with commas between. */
type Setting = string | number | boolean | readonly string[];

describe('.env.example', () => {
  const written = readFileSync(join(__dirname, '../../.env.example'), 'utf8');
  const lineOf = (name: string): string | undefined =>
    written.split('\n').find((line) => line.startsWith(`${name}=`) || line.startsWith(`# ${name}=`));
  const names = [...written.matchAll(/^(?:# )?([A-Z][A-Z0-9_]+)=/gm)].map(([, name]) => name ?? '');
  const defaults = ENVIRONMENT.parse({}) as Record<string, Setting | undefined>;

  it('names every setting once, and no other', () => {
    expect([...names].sort()).toEqual(Object.keys(ENVIRONMENT.shape).sort());
  });

  it.each(Object.keys(ENVIRONMENT.shape))(
    'shows the default of %s, or an example where there is none',
    (name) => {
      const line = lineOf(name) ?? '';
      if (defaults[name] === undefined) expect(line.startsWith(`# ${name}=`)).toBe(true);
      else expect(parseEnv(line)[name]).toBe(String(defaults[name]));
    },
  );

  const withExamples = written.replace(/^# ([A-Z][A-Z0-9_]+=)/gm, '$1');

  it('means the same to a shell that sources it and to a reader of .env files', () => {
    const script = `set -a
${withExamples}
exec env -0`;
    const shell = execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' });
    const sourced = Object.fromEntries(
      shell.split('\0').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    );
    const read = parseEnv(withExamples);
    expect(Object.keys(read).sort()).toEqual(Object.keys(ENVIRONMENT.shape).sort());
    expect(sourced).toMatchObject(read);
  });

  it('can be used as it is, examples included', () => {
    const examples = parseEnv(withExamples);
    const otherWays = { REDIS_SENTINELS: '', REDIS_CLUSTER_NODES: '', REDIS_USERNAME: '' };
    const secure = { ...examples, ...otherWays, TREMBITA_URL: 'https://127.0.0.1:8443/' };
    expect(() => readSettings(secure, 'http')).not.toThrow();
  });
});
