import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { GraphQLSchemaHost, Mutation, Query } from '@nestjs/graphql';
import { buildSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { Needs, WithoutToken } from '../http';
import { FieldAccessCheck } from './field-access-check.service';

class DecidedResolver {
  @Query('decided')
  @Needs('unzr:read', { of: 'NHS' })
  read(): void {}

  @Mutation()
  @Needs('unzr:write')
  change(): void {}
}

class ForgottenResolver {
  @Query('forgotten')
  read(): void {}

  @Mutation('open')
  @WithoutToken()
  open(): void {}

  /** Says who may come, and answers no field. */
  @Needs('unzr:read')
  nobody(): void {}
}

function checking(schema: string, ...resolvers: (new () => object)[]): FieldAccessCheck {
  const providers = resolvers.map((metatype) => ({ metatype, instance: new metatype() }));
  const discovery = { getProviders: () => providers } as unknown as DiscoveryService;
  const host = { schema: buildSchema(schema) } as GraphQLSchemaHost;
  return new FieldAccessCheck(discovery, new MetadataScanner(), new Reflector(), host);
}

describe('A program with fields', () => {
  it('starts when each says who may ask it', () => {
    const check = checking('type Query { decided: Int } type Mutation { change: Int }', DecidedResolver);
    expect(() => check.onApplicationBootstrap()).not.toThrow();
  });

  it('does not start when one forgot it, is open, or has nobody to answer it', () => {
    const check = checking(
      'type Query { decided: Int forgotten: Int nobody: Int } type Mutation { open: Int }',
      DecidedResolver,
      ForgottenResolver,
    );
    expect(() => check.onApplicationBootstrap()).toThrow(
      /^Query\.forgotten, Query\.nobody, Mutation\.open: who may call this\?/,
    );
  });
});
