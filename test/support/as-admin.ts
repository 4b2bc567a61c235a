import { Client } from 'pg';

/** Runs statements as superuser, in the database that its address names. */
export async function asAdmin(adminUrl: string, ...statements: string[]): Promise<void> {
  const client = new Client(adminUrl);
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

/** The same server and account, another database. */
export function onDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}
