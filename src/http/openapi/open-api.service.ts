import { type INestApplication, Injectable } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { RefusalCode } from '../../domain/refusal';
import { VERSION } from '../../config/own-settings';
import { ACCESS, type Access } from '../access.decorator';
import { type DeclaredCall, DeclaredCalls } from '../declared-calls.service';
import { BARE } from '../envelope.interceptor';
import { ANY_QUERY } from '../validation/request-validation.pipe';
import { allowsMore, type JsonSchema, NOT_DESCRIBED, REFUSES } from './document.decorator';
import {
  errorSchemas,
  exactly,
  metaOf,
  REFUSALS_OF_EVERY_CALL,
  refusalResponses,
  refusalsOfAccess,
  withHeaders,
} from './refusal-responses';

/** The document as far as this program knows its parts. */
export interface OpenApiDocument {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, JsonSchema>>>>;
  readonly [part: string]: unknown;
}

interface Media {
  readonly schema: JsonSchema;
  readonly example?: unknown;
}

/** An operation as @nestjs/swagger describes it. */
interface Operation {
  readonly summary?: string;
  readonly description?: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, BodyMedia>> };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, Media>> }>>;
}

interface BodyMedia {
  readonly schema: { readonly $ref?: string };
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly schema: { readonly format?: string; readonly example?: unknown };
}

interface Components {
  readonly schemas?: Readonly<Record<string, JsonSchema>>;
  readonly [part: string]: unknown;
}

/**
 * Describes every call in one document. @nestjs/swagger reads the DTOs and the decorators of the calls; what holds for
 * all calls is added here: envelopes, refusals, headers, who may call. The document is made when it is first asked for,
 * because few processes ever serve it.
 */
@Injectable()
export class OpenApi {
  private application: INestApplication | undefined;
  private made: OpenApiDocument | undefined;

  constructor(private readonly calls: DeclaredCalls) {}

  /** Sets the application whose calls are described. */
  describes(application: INestApplication): void {
    this.application = application;
  }

  /** Throws when a call has no summary. */
  document(): OpenApiDocument {
    this.made ??= this.make();
    return this.made;
  }

  private make(): OpenApiDocument {
    if (this.application === undefined) throw new Error('The application was not made by createApplication.');
    const config = new DocumentBuilder()
      .setOpenAPIVersion('3.1.1')
      .setTitle('Person verification')
      .setVersion(VERSION)
      .setDescription('Everybody in the examples is made up. The calls of GraphQL describe themselves.')
      .addSecurity('token', { type: 'http', scheme: 'bearer' })
      .build();
    const described = SwaggerModule.createDocument(this.application, config, {
      operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}_${method}`,
      autoTagControllers: false,
    });
    const paths = described.paths as unknown as Record<string, Record<string, Operation>>;
    const completed: Record<string, Record<string, JsonSchema>> = {};
    const calls = this.calls.all().filter((call) => !this.calls.metadataOf(call, NOT_DESCRIBED));
    for (const call of calls) {
      const [template, method] = [templateOf(call.path), call.method.toLowerCase()];
      const operation = paths[template]?.[method];
      (completed[template] ??= {})[method] = this.completed(call, operation);
    }
    const components = described.components as Components;
    const schemas = { ...closed(components.schemas ?? {}), ...errorSchemas() };
    const { openapi } = described;
    const { title, version, description } = described.info;
    return inWordsOf31({
      openapi,
      info: { title, version, description },
      paths: completed,
      components: { ...components, schemas },
    });
  }

  private completed(call: DeclaredCall, operation: Operation | undefined): JsonSchema {
    const access = this.calls.metadataOf<Access>(call, ACCESS);
    if (access === undefined || operation?.summary === undefined)
      throw new Error(`${call.controller.name}.${call.handler.name} is not described.`);
    const url = exampleUrl(call.path, operation.parameters);
    const own = this.calls.metadataOf<readonly RefusalCode[]>(call, REFUSES) ?? [];
    const ofFields = this.calls.metadataOf(call, ANY_QUERY) ? [] : (['validation_failed'] as const);
    const refusals = [...REFUSALS_OF_EVERY_CALL, ...refusalsOfAccess(access), ...ofFields, ...own];
    const isBare = this.calls.metadataOf<boolean>(call, BARE) === true;
    const answers = answersOf(call, operation, isBare ? undefined : url);
    return {
      ...operation,
      parameters: operation.parameters.map(withExample),
      ...bodyOf(operation),
      description: [operation.description, whoMay(access)].filter(Boolean).join('\n\n'),
      tags: [tagOf(call.path)],
      ...(access.kind === 'internal only' ? { 'x-internal': true } : {}),
      security: securityOf(access),
      responses: { ...refusalResponses(refusals, url), ...answers },
    };
  }
}

/** `/api/persons/:id` as OpenAPI writes it. */
const templateOf = (path: string): string => path.replace(/:(\w+)/g, '{$1}');

/** `/api/admin/jobs/:name/run` belongs to `jobs`. */
const tagOf = (path: string): string | undefined =>
  path.split('/').filter((word) => word !== '' && word !== 'api' && word !== 'admin')[0];

function exampleUrl(path: string, parameters: readonly Parameter[]): string {
  return path.replace(/:(\w+)/g, (_, name: string) =>
    String(parameters.find((parameter) => parameter.name === name)?.schema.example),
  );
}

/** The example of a parameter beside its schema, where readers look for it. */
function withExample({ schema: { example, ...schema }, ...parameter }: Parameter): JsonSchema {
  return { ...parameter, schema, ...(example === undefined ? {} : { example }) };
}

/** A body has one example: `examples.body` of its decorator, which knows no `example`. */
function bodyOf({ requestBody }: Operation): { readonly requestBody?: JsonSchema } {
  if (requestBody === undefined) return {};
  const { content, ...rest } = requestBody;
  const media = Object.entries(content).map(([type, { schema, examples }]) => [
    type,
    { schema, example: examples?.['body']?.value },
  ]);
  return { requestBody: { ...rest, content: Object.fromEntries(media) as JsonSchema } };
}

function whoMay(access: Access): string {
  switch (access.kind) {
    case 'without token':
      return 'Asks for no token.';
    case 'internal only':
      return 'Answers on the internal port only; the public one does not know it.';
    case 'with any token':
      return 'Needs a token, of any scope.';
    case 'with token': {
      const { scopes, entityType: of } = access.need;
      return `Needs ${scopes.join(', ')}${of === undefined ? '' : ` and a client of type ${of}`}.`;
    }
  }
}

function securityOf(access: Access): JsonSchema[] {
  if (access.kind === 'with token') return [{ token: access.need.scopes }];
  return access.kind === 'with any token' ? [{ token: [] }] : [];
}

/** The answers that are no refusals. The good one has an envelope, unless there is no URL to show in it. */
function answersOf(
  { status }: DeclaredCall,
  { responses }: Operation,
  url: string | undefined,
): Readonly<Record<string, JsonSchema>> {
  const entries = Object.entries(responses).map(([code, { content = {} }]) => {
    const isEnveloped = url !== undefined && Number(code) === status;
    const media = Object.entries(content).map(([type, each]) => [
      type,
      isEnveloped ? enveloped(each, status, url) : each,
    ]);
    return [code, withHeaders(Number(code), Object.fromEntries(media) as JsonSchema)];
  });
  return Object.fromEntries(entries) as Readonly<Record<string, JsonSchema>>;
}

const PAGING = exactly({
  page_number: { type: 'integer', minimum: 1 },
  page_size: { type: 'integer', minimum: 1 },
  total_entries: { type: 'integer', minimum: 0 },
  total_pages: { type: 'integer', minimum: 0 },
});

const PAGING_EXAMPLE = { page_number: 1, page_size: 50, total_entries: 1, total_pages: 1 };

function enveloped({ schema, example }: Media, status: number, url: string): JsonSchema {
  if (schema['type'] === 'array') {
    const { schema: meta, example: metaExample } = metaOf(status, 'list', url);
    return {
      schema: exactly({ meta, data: schema, paging: PAGING }),
      example: { meta: metaExample, data: [example], paging: PAGING_EXAMPLE },
    };
  }
  const { schema: meta, example: metaExample } = metaOf(status, 'object', url);
  return { schema: exactly({ meta, data: schema }), example: { meta: metaExample, data: example } };
}

/** The schemas of DTOs: without more properties than they name. */
function closed(schemas: Readonly<Record<string, JsonSchema>>): Readonly<Record<string, JsonSchema>> {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [
      name,
      allowsMore(name) ? schema : { ...schema, additionalProperties: false },
    ]),
  );
}

/**
 * The words of OpenAPI 3.0 that 3.1 has no more, in those of JSON Schema: `nullable`, and `allOf` around a single schema.
 * Schemas that are functions are made here. Examples are left as they are.
 */
function inWordsOf31<Part>(part: Part): Part {
  if (typeof part === 'function') return inWordsOf31((part as () => Part)());
  if (Array.isArray(part)) return part.map(inWordsOf31) as Part;
  if (typeof part !== 'object' || part === null) return part;
  const entries = Object.entries(part).map(([name, inner]: [string, unknown]) => [
    name,
    name === 'example' || name === 'examples' ? inner : inWordsOf31(inner),
  ]);
  return orNull(unwrapped(Object.fromEntries(entries) as JsonSchema)) as Part;
}

function unwrapped({ allOf, ...schema }: JsonSchema): JsonSchema {
  if (allOf === undefined) return schema;
  return Array.isArray(allOf) && allOf.length === 1
    ? { ...(allOf[0] as JsonSchema), ...schema }
    : { allOf, ...schema };
}

function orNull({ nullable, ...schema }: JsonSchema): JsonSchema {
  if (nullable !== true) return nullable === undefined ? schema : { nullable, ...schema };
  const { description, ...typed } = schema;
  return { ...(description === undefined ? {} : { description }), anyOf: [typed, { type: 'null' }] };
}
