import { join } from 'node:path';
import { Inject, Injectable, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { AbstractGraphQLDriver, type GqlOptionsFactory, GraphQLModule } from '@nestjs/graphql';
import { GraphQLScalarType } from 'graphql';
import type { Settings } from '../config/settings.schema';
import { SETTINGS } from '../config/settings.module';
import { Log } from '../observability';
import { ApolloDriver, type ApolloDriverOptions } from './apollo.driver';
import { FieldAccessCheck } from './field-access-check.service';
import { GraphqlController } from './graphql.controller';
import { GraphqlErrors } from './graphql-errors';

/** Each module keeps its part of the schema beside the code that answers it. */
const SCHEMA_FILES = [join(__dirname, '..', '**', '*.graphql')];

/** An input text as it was sent: the rule of its field judges it when it is known who may call. */
const asSent = (value: unknown): unknown => value;

/** A moment as in REST. */
const shown = (value: unknown): unknown => (value instanceof Date ? value.toISOString() : value);

/** The scalars that GraphQL does not have. */
const SCALARS = Object.fromEntries(
  ['UUID', 'Date', 'DateTime'].map((name) => [
    name,
    new GraphQLScalarType({ name, serialize: shown, parseValue: asSent }),
  ]),
);

@Injectable()
class GraphqlOptions implements GqlOptionsFactory<ApolloDriverOptions> {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly log: Log,
  ) {}

  createGqlOptions(): Omit<ApolloDriverOptions, 'driver'> {
    return {
      typePaths: SCHEMA_FILES,
      resolvers: SCALARS,
      isProduction: this.settings.NODE_ENV === 'production',
      errors: new GraphqlErrors(this.log),
      // After the HTTP servers closed: the last requests get answers.
      stopOnApplicationShutdown: true,
    };
  }
}

/** GraphQL for all modules; their resolvers and schemas are in their own folders. */
@Module({
  imports: [
    DiscoveryModule,
    {
      ...GraphQLModule.forRootAsync<ApolloDriverOptions>({ driver: ApolloDriver, useClass: GraphqlOptions }),
      // The controller executes operations with it.
      exports: [AbstractGraphQLDriver],
    },
  ],
  controllers: [GraphqlController],
  providers: [FieldAccessCheck],
})
export class GraphqlModule {}
