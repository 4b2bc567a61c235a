import { parseArgs } from 'node:util';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { SettingsFor } from '../src/config/settings.schema';
import { ownSettingsOrExit, provideSettings } from '../src/config/own-settings';
import { SettingsModule } from '../src/config/settings.module';
import { DatabaseModule } from '../src/database/database.module';
import { codeOf } from '../src/database/sql-errors';
import { scopesIn, SCOPES } from '../src/domain/access/access.rules';
import { MithrilModule } from '../src/mithril';
import { describeError, Log, NestLog, ObservabilityModule } from '../src/observability';
import { type LocalGrant, LocalTokens, signInLink } from './local-token';
import { ExitStatus } from '../src/cli/command';
import { argumentsOrExit, end, WrongUsage } from './command-line';

/** A working day. */
const USUAL_TTL_MINUTES = 480;
/** A year: longer than any local installation lives. */
const LONGEST_TTL_MINUTES = 527_040;
/** The longest life of an authorization code that RFC 6749, 4.1.2 recommends. */
const LINK_TTL_MINUTES = 10;
/** The legal entity that represents the national health service on a local machine. */
const LOCAL_CLIENT_ID = '00000000-0000-4000-8000-000000000003';

const USAGE = `Usage: npm run -s token -- --scope "<scope> <scope> …" [options]

  --scope "…"            scopes separated by spaces:
                         ${SCOPES.join('\n                         ')}
  --ttl-minutes <n>      its lifetime (${USUAL_TTL_MINUTES})
  --client <id>          the client that uses it, created if missing
                         (${LOCAL_CLIENT_ID})
  --link                 instead of a token, a link that signs in to the web pages at
                         HTTP_PORT: once, within ${LINK_TTL_MINUTES} minutes

Prints the token or the link. It is shown only once: the database keeps its hash. DATABASE_URL
names the owner of the tables: the account of the program may not create clients.
`;

/** The form of a scope: a thing and an action. */
const SCOPE = /^[a-z_]+:[a-z_]+$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** SQLSTATE, as `app` gets it. */
const INSUFFICIENT_PRIVILEGE = '42501';

interface Wanted extends Omit<LocalGrant, 'actorId'> {
  /** A link that signs in once, instead of a token. */
  readonly isLink: boolean;
}

function scopesFrom(text: string | undefined): string[] {
  const scopes = scopesIn(text ?? null);
  if (scopes.length === 0) throw new WrongUsage('--scope "…" is missing');
  if (!scopes.every((scope) => SCOPE.test(scope)))
    throw new WrongUsage('--scope must hold scopes such as job:read, separated by spaces');
  return scopes;
}

function ttlFrom(text = String(USUAL_TTL_MINUTES)): number {
  const minutes = /^\d+$/.test(text) ? Number(text) : 0;
  if (minutes < 1 || minutes > LONGEST_TTL_MINUTES)
    throw new WrongUsage(`--ttl-minutes must be a whole number from 1 to ${LONGEST_TTL_MINUTES}`);
  return minutes;
}

function wantedFrom(args: string[]): Wanted {
  const text = { type: 'string' } as const;
  const options = { scope: text, 'ttl-minutes': text, client: text, link: { type: 'boolean' } } as const;
  const { values } = parseArgs({ args, options });
  const isLink = values.link === true;
  if (isLink && values['ttl-minutes'] !== undefined)
    throw new WrongUsage(`--link is valid for ${LINK_TTL_MINUTES} minutes: leave out --ttl-minutes`);
  const clientId = (values.client ?? LOCAL_CLIENT_ID).toLowerCase();
  if (!UUID.test(clientId)) throw new WrongUsage('--client must be a UUID');
  const ttlMinutes = isLink ? LINK_TTL_MINUTES : ttlFrom(values['ttl-minutes']);
  return { scopes: scopesFrom(values.scope), ttlMinutes, clientId, isLink };
}

async function make(wanted: Wanted, settings: SettingsFor<'token'>): Promise<string> {
  provideSettings(settings);
  const log = new Log(settings);
  // Tokens need neither Redis nor the register, so this is not the whole application.
  @Module({
    imports: [SettingsModule, ObservabilityModule, DatabaseModule, MithrilModule],
    providers: [LocalTokens],
  })
  class TokenModule {}
  const app = await NestFactory.createApplicationContext(TokenModule, {
    logger: new NestLog(log),
    abortOnError: false,
  });
  try {
    const grant = { ...wanted, actorId: settings.SYSTEM_USER_ID };
    if (!wanted.isLink) return await app.get(LocalTokens).issue(grant);
    const code = await app.get(LocalTokens).issueCode(grant);
    return signInLink(`http://127.0.0.1:${settings.HTTP_PORT}`, code);
  } finally {
    await app.close();
  }
}

async function run(): Promise<void> {
  const wanted = argumentsOrExit(wantedFrom, USAGE);
  const settings = ownSettingsOrExit('token');
  if (settings.NODE_ENV === 'production') {
    end(
      ExitStatus.Configuration,
      'NODE_ENV is production: this command issues tokens only in development and tests.',
    );
  }
  if (wanted.isLink && settings.HTTP_PORT === 0)
    end(ExitStatus.Configuration, 'HTTP_PORT is 0: name the port of the running program.');
  process.stdout.write(`${await make(wanted, settings)}\n`);
  const known: readonly string[] = SCOPES;
  if (!wanted.scopes.every((scope) => known.includes(scope)))
    process.stderr.write('No call of this service requires some of these scopes.\n');
  const use = wanted.isLink
    ? 'Open it in a browser: it signs in once.'
    : 'Send it as Authorization: Bearer <token>.';
  process.stderr.write(`Valid for ${wanted.ttlMinutes} minutes. ${use}\n`);
}

run().catch((error: unknown) => {
  if (codeOf(error) === INSUFFICIENT_PRIVILEGE)
    end(
      ExitStatus.Configuration,
      'The account of DATABASE_URL may not create clients: name the owner of the tables, as for npm run migrate.',
    );
  end(ExitStatus.Failed, `no token was issued: ${JSON.stringify(describeError(error))}`);
});
