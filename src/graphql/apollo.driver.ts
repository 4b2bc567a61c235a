import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { Injectable } from '@nestjs/common';
import { AbstractGraphQLDriver, type GqlModuleOptions } from '@nestjs/graphql';
import type { FormattedExecutionResult } from 'graphql';
import type { FieldContext } from '../http';
import { LIMIT_OPERATION, MOST_WORDS } from './operation-limits';
import type { GraphqlErrors } from './graphql-errors';

/** Our options beside those of every driver. */
export interface ApolloDriverOptions extends GqlModuleOptions {
  readonly driver: typeof ApolloDriver;
  readonly isProduction: boolean;
  readonly errors: GraphqlErrors;
}

/** The operation of a request. */
export interface OperationAsked {
  readonly query: string;
  readonly variables?: Record<string, unknown>;
  readonly operationName?: string;
}

/** Its messages quote requests. Errors are logged where they are answered. */
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

/**
 * Executes operations, and nothing else. A controller like any other receives the requests, so Apollo opens no route,
 * answers no GET, has no page of its own, handles no signals and reports to nobody.
 */
@Injectable()
export class ApolloDriver extends AbstractGraphQLDriver<ApolloDriverOptions> {
  private server: ApolloServer<FieldContext> | undefined;

  async start({ schema, isProduction, errors }: ApolloDriverOptions): Promise<void> {
    if (schema === undefined) throw new Error('No schema was given.');
    this.server = new ApolloServer<FieldContext>({
      schema,
      nodeEnv: isProduction ? 'production' : 'development',
      introspection: !isProduction,
      includeStacktraceInErrorResponses: false,
      formatError: (formatted, error) => errors.format(formatted, error),
      plugins: [LIMIT_OPERATION, ...NOTHING_BESIDE],
      parseOptions: { maxTokens: MOST_WORDS },
      logger: SILENT,
      stopOnTerminationSignals: false,
      persistedQueries: false,
      // The texts of queries may contain search terms: none is kept.
      documentStore: null,
    });
    await this.server.start();
  }

  async execute(asked: OperationAsked, context: FieldContext): Promise<FormattedExecutionResult> {
    if (this.server === undefined) throw new Error('The server has not started.');
    const { body } = await this.server.executeOperation(asked, { contextValue: context });
    if (body.kind !== 'single') throw new Error('An answer arrived in parts.');
    return body.singleResult;
  }

  async stop(): Promise<void> {
    await this.server?.stop();
  }
}

const NOTHING_BESIDE = [
  ApolloServerPluginCacheControlDisabled(),
  ApolloServerPluginInlineTraceDisabled(),
  ApolloServerPluginLandingPageDisabled(),
  ApolloServerPluginSchemaReportingDisabled(),
  ApolloServerPluginUsageReportingDisabled(),
];
