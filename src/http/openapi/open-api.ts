import { VERSION } from '../../config/own-settings';
import { Injectable } from '@nestjs/common';
import { REFUSALS, type RefusalCode } from '../../domain/refusal';
import { ACCESS, type Access } from '../access.decorator';
import { type DeclaredCall, DeclaredCalls } from '../declared-calls.service';
import { BARE } from '../envelope.interceptor';
import { STATUS_ANSWERS } from '../refusal-answers.table';
import { operationOf, type SaidOfCall } from './describe-call';
import { describedRefusal, describedStatus } from './describe-refusals';
import { templateOf } from './describe-requests';
import { DESCRIPTION, type Description } from './description';
import { type JsonSchema, schemaOf } from './schema-of';

/** The document as far as this program speaks of its parts. */
export interface OpenApiDocument {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, JsonSchema>>>>;
  readonly [part: string]: unknown;
}

/** Describes every call in one document. Made when it is first asked for, since few processes ever show it. */
@Injectable()
export class OpenApi {
  private made: OpenApiDocument | undefined;

  constructor(private readonly calls: DeclaredCalls) {}

  /** Refuses to leave out a call that does not describe itself. */
  document(): OpenApiDocument {
    this.made ??= this.make();
    return this.made;
  }

  private make(): OpenApiDocument {
    const paths: Record<string, Record<string, JsonSchema>> = {};
    const schemas: Record<string, JsonSchema> = schemasOfErrors();
    for (const call of this.calls.all()) {
      const said = this.saidOf(call);
      const path = (paths[templateOf(call.path)] ??= {});
      path[call.method.toLowerCase()] = operationOf(said);
      for (const [name, { schema, example }] of Object.entries(said.description.schemas ?? {}))
        schemas[name] = { ...schemaOf(schema, 'input'), examples: [example] };
    }
    return {
      openapi: '3.1.1',
      info: {
        title: 'Person verification',
        version: VERSION,
        description: 'Everybody in the examples is made up. The calls of GraphQL describe themselves.',
      },
      paths,
      components: {
        schemas,
        securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      },
    };
  }

  private saidOf(call: DeclaredCall): SaidOfCall {
    const description = this.calls.said<Description>(call, DESCRIPTION);
    const access = this.calls.said<Access>(call, ACCESS);
    if (description === undefined || access === undefined)
      throw new Error(`${call.controller.name}.${call.handler.name} is not described.`);
    return { call, access, description, isBare: this.calls.said(call, BARE) === true };
  }
}

function schemasOfErrors(): Record<string, JsonSchema> {
  const refusals = (Object.keys(REFUSALS) as RefusalCode[]).map(describedRefusal);
  const statuses = Object.keys(STATUS_ANSWERS).map((status) => describedStatus(Number(status)));
  return Object.fromEntries([...refusals, ...statuses].map(({ name, schema }) => [name, schema]));
}
