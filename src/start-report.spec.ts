import type { INestApplicationContext } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { VERSION } from './config/own-settings';
import { readSettings } from './config/read-settings';
import { JobRegistry } from './jobs';
import { Log } from './observability';
import { reportStart } from './start-report';

const SERVERS = {
  DATABASE_URL: 'postgres://somebody:secret@db.example:6432/registry?sslmode=verify-full',
  REDIS_URL: 'redis://:secret@redis.example',
  TREMBITA_URL: 'https://trembita.example/path',
  NODE_ENV: 'test',
};

/** The line that a process writes at its start. */
function lineOf(environment: Record<string, string | undefined>, role: 'api' | 'worker') {
  const settings = readSettings({ ...SERVERS, ...environment }, 'http');
  const lines: string[] = [];
  const log = new Log(settings, { write: (line) => void lines.push(line) });
  const jobs = { all: () => [{ name: 'purge', schedule: '30 4 * * *' }] };
  const parts = new Map<unknown, unknown>([
    [Log, log],
    [JobRegistry, jobs],
  ]);
  reportStart({ get: (token: unknown) => parts.get(token) } as INestApplicationContext, settings, role);
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toContain('secret');
  return JSON.parse(lines[0] ?? '') as Record<string, unknown>;
}

describe('The line at the start', () => {
  it('has the version, and host and port of each server without a user or a password', () => {
    const line = lineOf({}, 'api');
    expect(line).toMatchObject({
      message: 'started',
      process: 'api',
      version: VERSION,
      servers: {
        postgresql: 'db.example:6432',
        redis: 'redis.example:6379',
        register: 'trembita.example:443',
      },
    });
    expect(line).not.toHaveProperty('schedules');
  });

  it('of a worker has its schedules, in which time zone', () => {
    expect(lineOf({}, 'worker')).toMatchObject({
      process: 'worker',
      schedules: { purge: '30 4 * * *' },
      time_zone: 'Europe/Kyiv',
    });
  });

  it('names all sentinels, and the media storage behind S3', () => {
    const { servers } = lineOf(
      {
        REDIS_URL: undefined,
        REDIS_SENTINELS: '10.0.0.1:26379,10.0.0.2:26379',
        MEDIA_STORAGE: 's3',
        MEDIA_STORAGE_S3_URL: 'http://[fd00::1]:9000',
        MEDIA_STORAGE_S3_ACCESS_KEY: 'name',
        MEDIA_STORAGE_S3_SECRET_KEY: 'secret-key',
      },
      'api',
    );
    expect(servers).toMatchObject({
      redis: '10.0.0.1:26379,10.0.0.2:26379',
      media_storage: '[fd00::1]:9000',
    });
  });
});
