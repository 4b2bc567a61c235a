import { Injectable, type OnModuleInit } from '@nestjs/common';
import { METHOD_METADATA } from '@nestjs/common/constants';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { LOGGED_AS, type LoggedWords } from '../observability';
import { ACCESS } from './access';

type Method = (...given: never[]) => unknown;

/** The program has calls of which nobody knows for whom they are. Their names come from the source code. */
class UndecidedAccess extends Error {
  readonly [LOGGED_AS]: LoggedWords;

  constructor(handlers: readonly string[]) {
    const sentence = `${handlers.join(', ')}: who may call this? Say it by Needs, WithoutToken or InternalOnly.`;
    super(sentence);
    this[LOGGED_AS] = { code: 'access_undecided', sentence };
  }
}

/** Refuses to start while any handler does not say who may call it: a forgotten decorator must not open a call. */
@Injectable()
export class CheckAccess implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
  ) {}

  onModuleInit(): void {
    const undecided = this.discovery.getControllers().flatMap(({ metatype, instance }) => {
      if (metatype === null) return [];
      return this.handlersOf(instance as object)
        .filter((handler) => this.reflector.getAllAndOverride(ACCESS, [handler, metatype]) === undefined)
        .map((handler) => `${metatype.name}.${handler.name}`);
    });
    if (undecided.length > 0) throw new UndecidedAccess(undecided);
  }

  private handlersOf(controller: object): Method[] {
    const prototype = Object.getPrototypeOf(controller) as Record<string, unknown>;
    return this.scanner
      .getAllMethodNames(prototype)
      .map((name) => prototype[name] as Method)
      .filter((method) => this.reflector.get(METHOD_METADATA, method) !== undefined);
  }
}
