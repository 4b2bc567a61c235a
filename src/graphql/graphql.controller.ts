import { Body, Controller, HttpCode, Inject, Post, Req } from '@nestjs/common';
import { AbstractGraphQLDriver } from '@nestjs/graphql';
import { ApiBody, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { Request } from 'express';
import type { FormattedExecutionResult } from 'graphql';
import { NeedsToken, traitsOf, WithoutEnvelope } from '../http';
import type { ApolloDriver } from './apollo.driver';
import {
  GRAPHQL_ANSWER_EXAMPLE,
  GRAPHQL_REQUEST_EXAMPLE,
  GraphqlAnswerDto,
  GraphqlRequestDto,
} from './graphql.dto';

/** The one call of all fields. Its own refusals are answered as by every call; those of a field, by GraphQL. */
@Controller('graphql')
@WithoutEnvelope()
export class GraphqlController {
  constructor(@Inject(AbstractGraphQLDriver) private readonly apollo: ApolloDriver) {}

  @Post()
  @HttpCode(200)
  @NeedsToken()
  @ApiOperation({
    summary: 'An operation of GraphQL',
    description:
      'What the bearer of the token may do is checked field by field: errors are in `errors`, each with a code. The schema documents the fields and what they need.',
  })
  @ApiBody({ type: GraphqlRequestDto, examples: { body: { value: GRAPHQL_REQUEST_EXAMPLE } } })
  @ApiOkResponse({ type: GraphqlAnswerDto, example: GRAPHQL_ANSWER_EXAMPLE })
  async execute(
    @Body() { query, variables, operationName }: GraphqlRequestDto,
    @Req() req: Request,
  ): Promise<FormattedExecutionResult> {
    const operation = {
      query,
      ...(variables ? { variables } : {}),
      ...(operationName ? { operationName } : {}),
    };
    const result = await this.apollo.execute(operation, { req });
    return { ...result, extensions: { requestId: traitsOf(req).requestId } };
  }
}
