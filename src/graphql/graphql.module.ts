import { join } from 'node:path';
import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { AbstractGraphQLDriver, GraphQLModule } from '@nestjs/graphql';
import type { Settings } from '../config/settings.schema';
import { SETTINGS } from '../config/settings.module';
import { Log } from '../observability';
import { ApolloDriver, type ApolloDriverOptions } from './apollo.driver';
import { FieldAccessCheck } from './field-access-check.service';
import { GraphqlController } from './graphql.controller';
import { SCALARS } from './scalars';
import { TellErrors } from './graphql-errors';

/** Each room keeps its part of the schema beside the code that answers it; they are read as they stand. */
const SCHEMA_FILES = [join(__dirname, '..', '**', '*.graphql')];

/** The language, once for all rooms: what they answer with stands in their own files. */
@Module({
  imports: [
    DiscoveryModule,
    {
      ...GraphQLModule.forRootAsync<ApolloDriverOptions>({
        driver: ApolloDriver,
        inject: [SETTINGS, Log],
        useFactory: (settings: Settings, log: Log) => ({
          typePaths: SCHEMA_FILES,
          resolvers: SCALARS,
          isProduction: settings.NODE_ENV === 'production',
          tellErrors: new TellErrors(log),
          // Not before the doors are closed: the last requests get answers.
          stopOnApplicationShutdown: true,
        }),
      }),
      // The controller runs operations by it.
      exports: [AbstractGraphQLDriver],
    },
  ],
  controllers: [GraphqlController],
  providers: [FieldAccessCheck],
})
export class GraphqlModule {}
