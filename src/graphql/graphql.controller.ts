import { Body, Controller, HttpCode, Inject, Post, Req } from '@nestjs/common';
import { AbstractGraphQLDriver } from '@nestjs/graphql';
import type { Request } from 'express';
import type { FormattedExecutionResult } from 'graphql';
import { Refusal } from '../domain/refusal';
import { Describes, NeedsByField, traitsOf, WithoutEnvelope } from '../http';
import type { ApolloDriver } from './apollo.driver';
import { ASKED, OPERATION } from './graphql-request.dto';

/** The one way in to all fields. What is refused here is answered as by every call; what a field refuses, by GraphQL. */
@Controller('graphql')
@WithoutEnvelope()
export class GraphqlController {
  constructor(@Inject(AbstractGraphQLDriver) private readonly apollo: ApolloDriver) {}

  @Post()
  @HttpCode(200)
  @NeedsByField()
  @Describes(OPERATION)
  async run(@Body() body: unknown, @Req() req: Request): Promise<FormattedExecutionResult> {
    const asked = ASKED.safeParse(body);
    if (!asked.success) throw new Refusal('request_malformed');
    const result = await this.apollo.run(asked.data, { req });
    return { ...result, extensions: { requestId: traitsOf(req).requestId } };
  }
}
