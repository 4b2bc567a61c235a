import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { GraphQLSchemaHost, RESOLVER_NAME_METADATA, RESOLVER_TYPE_METADATA } from '@nestjs/graphql';
import { ACCESS, type Access, UndecidedAccess } from '../http';

/** A field that an operation can begin with. */
export interface RootField {
  readonly root: 'Query' | 'Mutation';
  readonly name: string;
}

type Method = (...given: never[]) => unknown;

/**
 * Refuses to start while any field that an operation can begin with has no handler that asks for a token: a forgotten
 * decorator must not open it, and a field without a handler would be null to everybody.
 */
@Injectable()
export class FieldAccessCheck implements OnApplicationBootstrap {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
    private readonly host: GraphQLSchemaHost,
  ) {}

  onApplicationBootstrap(): void {
    const decided = this.decidedFields();
    const undecided = this.fields()
      .map(({ root, name }) => `${root}.${name}`)
      .filter((field) => !decided.has(field));
    if (undecided.length > 0) throw new UndecidedAccess(undecided);
  }

  /** All of them, from the schema. */
  fields(): readonly RootField[] {
    const { schema } = this.host;
    const [query, mutation] = [schema.getQueryType(), schema.getMutationType()];
    return [
      ...Object.keys(query?.getFields() ?? {}).map((name) => ({ root: 'Query' as const, name })),
      ...Object.keys(mutation?.getFields() ?? {}).map((name) => ({ root: 'Mutation' as const, name })),
    ];
  }

  private decidedFields(): ReadonlySet<string> {
    const fields = this.discovery.getProviders().flatMap(({ instance, metatype }) => {
      const provider: unknown = instance;
      if (!metatype || typeof provider !== 'object' || provider === null) return [];
      return this.methodsOf(provider)
        .filter((method) => {
          const access = this.reflector.getAllAndOverride<Access | undefined>(ACCESS, [method, metatype]);
          return access?.kind === 'with token';
        })
        .map((method) => this.fieldOf(method));
    });
    return new Set(fields);
  }

  private methodsOf(provider: object): Method[] {
    const prototype = Object.getPrototypeOf(provider) as Record<string, unknown> | null;
    return this.scanner
      .getAllMethodNames(prototype)
      .map((name) => prototype?.[name])
      .filter((method) => typeof method === 'function')
      .map((method) => method as Method)
      .filter((method) => this.reflector.get(RESOLVER_TYPE_METADATA, method) !== undefined);
  }

  private fieldOf(method: Method): string {
    const root = this.reflector.get<string>(RESOLVER_TYPE_METADATA, method);
    return `${root}.${this.reflector.get<string | undefined>(RESOLVER_NAME_METADATA, method) ?? method.name}`;
  }
}
