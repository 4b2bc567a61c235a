import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPostgres, type EmbeddedPostgres } from '../../tools/embedded';
import { waitUntil } from '../support/wait-until';

const quick = { nodeEnv: 'test', durable: false, binaries: process.env['EMBEDDED_POSTGRES_BIN'] };

describe('The embedded PostgreSQL', () => {
  let postgres: EmbeddedPostgres;
  beforeAll(async () => {
    postgres = await startPostgres(quick);
  });
  afterAll(() => postgres.stop());

  it('changes the case of Ukrainian letters', async () => {
    const [row] = await ask(postgres.url, `SELECT lower('ЇҐЄІ') AS lower, upper('їґєі') AS upper`);
    expect(row).toEqual({ lower: 'їґєі', upper: 'ЇҐЄІ' });
  });

  it('listens on this machine only, below the ports of outgoing connections', async () => {
    const [row] = await ask(postgres.url, `SELECT current_setting('listen_addresses') AS listens`);
    expect(row).toEqual({ listens: '127.0.0.1' });
    for (const address of otherAddresses()) expect(await accepts(address, postgres.port)).toBe(false);
    expect(postgres.port).toBeLessThan(32_768);
  });

  it('writes no value of a refused statement to its log', async () => {
    const refused = [
      `SELECT 'MARKER-CAST'::int`,
      `CREATE TABLE once (name text PRIMARY KEY); INSERT INTO once VALUES ('MARKER-KEY'), ('MARKER-KEY')`,
      `SELECT 'MARKER-WORD' FROM nowhere`,
      `DO $$ BEGIN RAISE WARNING 'MARKER-WARNING'; END $$`,
    ];
    const answers = await Promise.all(
      refused.map((sql) => ask(postgres.url, sql).catch((error: Error) => error)),
    );
    expect(answers.filter((answer) => answer instanceof Error)).toHaveLength(3);
    const log = await readFile(postgres.logFile, 'utf8');
    expect(log).toContain('ready to accept connections');
    expect(log).not.toContain('MARKER');
  });

  it('lets a second one run beside it', async () => {
    const second = await startPostgres(quick);
    try {
      expect(second.port).not.toBe(postgres.port);
      await ask(second.url, 'CREATE TABLE only_here ()');
      const [row] = await ask(postgres.url, `SELECT to_regclass('only_here') AS found`);
      expect(row).toEqual({ found: null });
    } finally {
      await second.stop();
    }
  });

  it('names the port that is taken when a fixed port was given', async () => {
    await expect(startPostgres({ ...quick, port: postgres.port })).rejects.toThrow(
      `${postgres.port} is taken`,
    );
  });

  it('restarts after a crash on the same port with all committed data', async () => {
    await ask(postgres.url, 'CREATE TABLE kept AS SELECT 7 AS seven');
    const before = postgres.pid;
    await postgres.crash();
    await expect(ask(postgres.url, 'SELECT 1')).rejects.toThrow();
    await postgres.restart();
    expect(postgres.pid).not.toBe(before);
    expect(await ask(postgres.url, 'SELECT seven FROM kept')).toEqual([{ seven: 7 }]);
  });

  it('takes its data with it when it is stopped', async () => {
    const brief = await startPostgres(quick);
    expect(existsSync(brief.logFile)).toBe(true);
    await brief.stop();
    expect(existsSync(brief.logFile)).toBe(false);
    expect(await accepts('127.0.0.1', brief.port)).toBe(false);
  });

  it('does not start in production', async () => {
    await expect(startPostgres({ ...quick, nodeEnv: 'production' })).rejects.toThrow('production');
  });

  it('goes when its owner is killed, and the next start removes what is left', async () => {
    const owner = spawn(
      process.execPath,
      ['-r', '@swc-node/register', join('test', 'support', 'children', 'start-postgres.ts')],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const [line] = (await once(owner.stdout, 'data')) as [Buffer];
    const server = JSON.parse(line.toString()) as { pid: number; logFile: string };
    expect([isAlive(server.pid), existsSync(server.logFile)]).toEqual([true, true]);

    owner.kill('SIGKILL');
    await waitUntil(() => !isAlive(server.pid), { what: 'the server to end with its owner' });

    await (await startPostgres(quick)).stop();
    // The start of another test file may be the one that removes it.
    await waitUntil(() => !existsSync(server.logFile), { what: 'the folder left behind to go' });
    expect(await ask(postgres.url, 'SELECT 1 AS still_here')).toEqual([{ still_here: 1 }]);
  });
});

async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 2_000 });
    socket.once('connect', () => resolve(true));
    socket.once('timeout', () => resolve(false));
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
    socket.once('connect', () => socket.destroy());
    socket.once('timeout', () => socket.destroy());
  });
}

function otherAddresses(): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((found) => found ?? []);
  return addresses
    .filter(({ internal, family }) => !internal && family === 'IPv4')
    .map(({ address }) => address);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
