import { chmod, chown, copyFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { dataSourceOptions, migrateDown } from '../../src/database/data-source';
import { createOwnFolder, startPostgres, type EmbeddedPostgres } from '../../tools/embedded';
import { isRoot, nobody } from '../../tools/embedded/account';

/** The certificate of the server is signed by the first and is about the address 127.0.0.1 alone. */
const TLS = join(__dirname, '../fixtures/trembita/tls');
const AUTHORITY = join(TLS, 'ca.pem');
const ANOTHER_AUTHORITY = join(TLS, 'named.pem');

/** One database for clients with TLS, and one for clients that also show a certificate. */
const RULES = `
hostssl postgres  all 127.0.0.1/32 trust
hostssl template1 all 127.0.0.1/32 trust clientcert=verify-ca
`;

let folder: string;
let postgres: EmbeddedPostgres;

beforeAll(async () => {
  folder = await createOwnFolder();
  postgres = await startPostgres({
    nodeEnv: 'test',
    durable: false,
    binaries: process.env['EMBEDDED_POSTGRES_BIN'],
    settings: await onlyOverTls(),
  });
});
afterAll(async () => {
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Settings of a server that lets nobody in without TLS. Its account must be able to read the key, and no other. */
async function onlyOverTls(): Promise<Record<string, string>> {
  const file = (name: string): string => join(folder, name);
  await copyFile(join(TLS, 'server.pem'), file('server.pem'));
  await copyFile(join(TLS, 'server.key'), file('server.key'));
  await chmod(file('server.key'), 0o600);
  if (isRoot()) {
    const { uid, gid } = await nobody();
    await chown(file('server.key'), uid, gid);
  }
  await copyFile(AUTHORITY, file('ca.pem'));
  await writeFile(file('hba.conf'), RULES);
  return {
    ssl: 'on',
    ssl_ca_file: file('ca.pem'),
    ssl_cert_file: file('server.pem'),
    ssl_key_file: file('server.key'),
    hba_file: file('hba.conf'),
  };
}

const urlWith = (query: string): string => `${postgres.url}?${query}`;
const believing = (authority: string): string =>
  urlWith(`sslmode=verify-full&sslrootcert=${encodeURIComponent(authority)}`);
const showing = (name: string): string =>
  `&sslcert=${encodeURIComponent(join(TLS, `${name}.pem`))}&sslkey=${encodeURIComponent(join(TLS, `${name}.key`))}`;

async function connect(url: string): Promise<void> {
  const dataSource = await new DataSource(dataSourceOptions(url)).initialize();
  await dataSource.destroy();
}

describe('TLS between the program and PostgreSQL', () => {
  it('is used by the pool and by migrations when the address requires it', async () => {
    const url = believing(AUTHORITY);
    const dataSource = await new DataSource(dataSourceOptions(url)).initialize();
    try {
      const ours = `SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()`;
      expect(await dataSource.query(ours)).toEqual([{ ssl: true }]);
      // What is set beside the address is not lost by that.
      expect(await dataSource.query('SHOW lock_timeout')).toEqual([{ lock_timeout: '4s' }]);
    } finally {
      await dataSource.destroy();
    }
    expect(await migrateDown(url)).toBeNull();
  });

  it.each([
    ['another authority than the one named', () => believing(ANOTHER_AUTHORITY)],
    ['an authority nobody named', () => urlWith('sslmode=verify-full')],
    [
      'an authority nobody named, in a mode that elsewhere believes anybody',
      () => urlWith('sslmode=require'),
    ],
  ])('is refused with a certificate of %s', async (_, url) => {
    // The driver warns that the last of these modes is to mean less one day.
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    try {
      await expect(connect(url())).rejects.toMatchObject({ code: 'SELF_SIGNED_CERT_IN_CHAIN' });
    } finally {
      warned.mockRestore();
    }
  });

  it('is refused with a certificate of another machine', async () => {
    const elsewhere = believing(AUTHORITY).replace('127.0.0.1', 'localhost');
    await expect(connect(elsewhere)).rejects.toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  });

  it('shows a certificate of ours to a server that asks for one', async () => {
    const url = believing(AUTHORITY).replace('/postgres?', '/template1?');
    await expect(connect(url)).rejects.toThrow('valid client certificate');
    await connect(`${url}${showing('client')}`);
  });

  it('is not spoken by itself: an address without a mode is a plain connection', async () => {
    await expect(connect(postgres.url)).rejects.toThrow('no encryption');
  });
});
