import { ConfigurationFault } from '../config/configuration-fault';
import type { Sql, Statement } from './transactions';

/** The oldest PostgreSQL with UNIQUE NULLS NOT DISTINCT, without which the keys of documents do not hold. */
const OLDEST_MAJOR_VERSION = 15;
/** `server_version_num` counts a major version in steps of this. */
const MAJOR_VERSION_STEP = 10_000;

/** Document numbers are compared in small letters, so the database has to know the Ukrainian ones. */
const SERVER: Statement = {
  text: `
    SELECT current_setting('server_version_num')::int AS version, current_setting('server_version') AS called,
           lower('ЇҐЄ') = 'їґє' AS lowers`,
};

interface ServerRow {
  readonly version: number;
  readonly called: string;
  readonly lowers: boolean;
}

/** Refuses a server or a database that this program would give wrong answers on. Called once, at start-up. */
export async function checkServer(sql: Sql): Promise<void> {
  const [server] = await sql.query<ServerRow>(SERVER);
  if (server === undefined) throw new Error('The database did not say what it is.');
  const faults: string[] = [];
  if (server.version < OLDEST_MAJOR_VERSION * MAJOR_VERSION_STEP) {
    faults.push(`must name a PostgreSQL ${OLDEST_MAJOR_VERSION} or newer; this one is ${server.called}`);
  }
  if (!server.lowers) {
    faults.push(
      `must name a database whose locale knows Ukrainian letters: here lower('ЇҐЄ') is not 'їґє'; ` +
        'create it with another locale than C',
    );
  }
  if (faults.length > 0) throw new ConfigurationFault(faults.map((says) => ({ name: 'DATABASE_URL', says })));
}
