import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import type { INestApplicationContext } from '@nestjs/common';
import { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import { ConfigurationFault } from '../config/read-settings';
import type { Settings } from '../config/settings.schema';
import { Log } from '../observability';
import { DatabaseHealth } from './database-health.service';
import { logFatal, warnIfNotMigrated } from './start-failure';

const SETTINGS = { LOG_LEVEL: 'info', DATABASE_URL: 'postgres://app:secret@db.example/ehealth' } as Settings;

/** A log, and the lines written to it. */
function logged() {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>);
  return { log: new Log(SETTINGS, { write }), lines };
}

const withCode = (code: string) => Object.assign(new Error('words of a library'), { code });

describe('A process that cannot start', () => {
  it.each(['28P01', '3D000', 'ENOTFOUND'])('names server, port and database after %s', (code) => {
    const { log, lines } = logged();
    expect(logFatal(log, withCode(code), SETTINGS)).toBe(1);
    const [line] = lines;
    expect(line).toMatchObject({ level: 'fatal', host: 'db.example', port: 5432, database: 'ehealth' });
    expect(line?.['message']).toBe('PostgreSQL cannot be used: check the server and DATABASE_URL');
    expect(JSON.stringify(lines)).not.toContain('secret');
  });

  it('names PostgreSQL when no server listens there', async () => {
    const free = createServer().listen(0, '127.0.0.1');
    await once(free, 'listening');
    const { port } = free.address() as AddressInfo;
    free.close();
    await once(free, 'close');
    const url = `postgres://app:secret@127.0.0.1:${port}/ehealth`;
    const error: unknown = await new Client({ connectionString: url })
      .connect()
      .catch((cause: unknown) => cause);
    const { log, lines } = logged();
    logFatal(log, error, { ...SETTINGS, DATABASE_URL: url });
    expect(lines).toMatchObject([{ host: '127.0.0.1', port, error: { code: 'ECONNREFUSED' } }]);
  });

  it.each(['42P01', '3F000', '42703'])('names the command to run after %s', (code) => {
    const { log, lines } = logged();
    expect(logFatal(log, withCode(code), SETTINGS)).toBe(1);
    expect(lines).toMatchObject([
      { message: 'the schema is not up to date: run `npm run migrate`', database: 'ehealth' },
    ]);
  });

  it('names the address of a port that is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const second = createServer().listen(port, '127.0.0.1');
    const [error] = (await once(second, 'error')) as unknown[];
    taken.close();
    const { log, lines } = logged();
    expect(logFatal(log, error, SETTINGS)).toBe(1);
    expect(lines).toMatchObject([{ host: '127.0.0.1', port, error: { code: 'EADDRINUSE' } }]);
    expect(lines[0]?.['message']).toContain('HTTP_PORT');
  });

  it.each([new Error('a bug'), undefined, 'a word'])('logs what else stopped it (%s)', (error) => {
    const { log, lines } = logged();
    expect(logFatal(log, error, SETTINGS)).toBe(1);
    expect(lines).toMatchObject([{ level: 'fatal', message: 'stopped by an error' }]);
  });

  it('ends with status 78 when the database does not fit', () => {
    const { log, lines } = logged();
    const fault = new ConfigurationFault([{ name: 'DATABASE_URL', problem: 'must name a newer server' }]);
    expect(logFatal(log, fault, SETTINGS)).toBe(78);
    expect(lines).toEqual([]);
  });
});

describe('An application whose schema', () => {
  const warned = async (isMigrated: () => Promise<boolean>) => {
    const { log, lines } = logged();
    const get = (token: unknown) => (token === DatabaseHealth ? { isMigrated } : log);
    await warnIfNotMigrated({ get } as unknown as INestApplicationContext, SETTINGS);
    return lines;
  };

  it('is not up to date warns, and names the command to run', async () => {
    expect(await warned(() => Promise.resolve(false))).toMatchObject([
      { level: 'warn', message: 'the schema is not up to date: run `npm run migrate`', host: 'db.example' },
    ]);
  });

  it('is up to date, or cannot be read now, warns of nothing', async () => {
    expect(await warned(() => Promise.resolve(true))).toEqual([]);
    expect(await warned(() => Promise.reject(new Error('away')))).toEqual([]);
  });
});
