import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { asAdmin, onDatabase } from './as-admin';

/** A database of one test file's own. */
export interface FreshDatabase {
  name: string;
  /** Its sessions run as `app`, with no more rights than the program has. */
  url: string;
  /** As superuser, for what the program itself may not do. */
  adminUrl: string;
  drop(): Promise<void>;
}

/** A migrated, empty database: a copy of the template, made in a fraction of the time of the migrations. */
export async function freshDatabase(): Promise<FreshDatabase> {
  const { adminUrl, template, login } = inject('servers');
  const name = `${template}_${randomBytes(4).toString('hex')}`;
  await asAdmin(adminUrl, `CREATE DATABASE ${name} TEMPLATE ${template}`);
  const url = new URL(onDatabase(adminUrl, name));
  url.username = login.name;
  url.password = login.password;
  return {
    name,
    url: url.href,
    adminUrl: onDatabase(adminUrl, name),
    drop: () => asAdmin(adminUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

/** An empty database without any schema, for tests of the migrations themselves. */
export async function emptyDatabase(): Promise<Pick<FreshDatabase, 'name' | 'adminUrl' | 'drop'>> {
  const { adminUrl, template } = inject('servers');
  const name = `${template}_${randomBytes(4).toString('hex')}`;
  await asAdmin(adminUrl, `CREATE DATABASE ${name} TEMPLATE template0`);
  return {
    name,
    adminUrl: onDatabase(adminUrl, name),
    drop: () => asAdmin(adminUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}
