import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { SettingsFor } from '../src/config/settings.schema';
import { ownSettingsOrExit, provideSettings } from '../src/config/own-settings';
import { SettingsModule } from '../src/config/settings.module';
import { DatabaseModule } from '../src/database/database.module';
import { codeOf } from '../src/database/sql-errors';
import { SCOPES } from '../src/domain/access/access.rules';
import { MithrilModule } from '../src/mithril';
import { describeError, Log, NestLog, ObservabilityModule } from '../src/observability';
import { LocalTokens, signInLink } from './local-token';
import { ExitStatus } from '../src/cli/command';
import { argumentsOrExit, end } from './command-line';
import { readTokenArguments, TOKEN_USAGE, type TokenArguments } from './token-arguments';

/** SQLSTATE, as `app` gets it. */
const INSUFFICIENT_PRIVILEGE = '42501';

async function make(wanted: TokenArguments, settings: SettingsFor<'token'>): Promise<string> {
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
  const wanted = argumentsOrExit(readTokenArguments, TOKEN_USAGE);
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
