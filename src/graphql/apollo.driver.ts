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
import type { TellErrors } from './graphql-errors';

/** What the driver is told by the room beside what every driver is told. */
export interface ApolloDriverOptions extends GqlModuleOptions {
  readonly driver: typeof ApolloDriver;
  readonly isProduction: boolean;
  readonly tellErrors: TellErrors;
}

/** What stands in a request. */
export interface OperationAsked {
  readonly query: string;
  readonly variables?: Record<string, unknown>;
  readonly operationName?: string;
}

/** It would show its words by itself, and they quote requests. Errors are logged where they are told. */
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

/**
 * Runs operations, and nothing else. The way in is a controller like any other, so Apollo opens no route, answers no
 * GET, has no page of its own, hears no signals and reports to nobody.
 */
@Injectable()
export class ApolloDriver extends AbstractGraphQLDriver<ApolloDriverOptions> {
  private server: ApolloServer<FieldContext> | undefined;

  async start({ schema, isProduction, tellErrors }: ApolloDriverOptions): Promise<void> {
    if (schema === undefined) throw new Error('There is no schema to answer by.');
    this.server = new ApolloServer<FieldContext>({
      schema,
      nodeEnv: isProduction ? 'production' : 'development',
      introspection: !isProduction,
      includeStacktraceInErrorResponses: false,
      formatError: (formatted, error) => tellErrors.run(formatted, error),
      plugins: [LIMIT_OPERATION, ...NOTHING_BESIDE],
      parseOptions: { maxTokens: MOST_WORDS },
      logger: SILENT,
      stopOnTerminationSignals: false,
      persistedQueries: false,
      // The texts of queries may hold what was searched for: none is kept.
      documentStore: null,
    });
    await this.server.start();
  }

  async run(asked: OperationAsked, context: FieldContext): Promise<FormattedExecutionResult> {
    if (this.server === undefined) throw new Error('The server has not started.');
    const { body } = await this.server.executeOperation(asked, { contextValue: context });
    if (body.kind !== 'single') throw new Error('An answer came in parts.');
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
