import { Injectable, RequestMethod, type Type, type OnModuleInit } from '@nestjs/common';
import { HTTP_CODE_METADATA, METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { LOGGED_AS, type LoggedWords } from '../observability';
import { ACCESS } from './access.decorator';

type Method = (...given: never[]) => unknown;

/** A call as its controller declares it. */
export interface DeclaredCall {
  readonly controller: Type;
  readonly handler: Method;
  readonly method: string;
  /** `/api/persons/:id/verification` */
  readonly path: string;
  /** Of a good answer. */
  readonly status: number;
}

/** Every call of the program, read from its controllers, so that none can be forgotten. */
@Injectable()
export class DeclaredCalls {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
  ) {}

  all(): readonly DeclaredCall[] {
    return this.discovery.getControllers().flatMap(({ metatype, instance }) => {
      if (metatype === null) return [];
      const controller = metatype as Type;
      return this.handlersOf(instance as object).map((handler) => this.declared(controller, handler));
    });
  }

  /** What a decorator set on the handler, or on its controller for all handlers. */
  metadataOf<Metadata>({ handler, controller }: DeclaredCall, key: symbol): Metadata | undefined {
    return this.reflector.getAllAndOverride<Metadata | undefined>(key, [handler, controller]);
  }

  private handlersOf(controller: object): Method[] {
    const prototype = Object.getPrototypeOf(controller) as Record<string, unknown>;
    return this.scanner
      .getAllMethodNames(prototype)
      .map((name) => prototype[name] as Method)
      .filter((method) => this.reflector.get(METHOD_METADATA, method) !== undefined);
  }

  private declared(controller: Type, handler: Method): DeclaredCall {
    const method = RequestMethod[this.reflector.get<number>(METHOD_METADATA, handler)] ?? '';
    const parts = [controller, handler].map((site) => this.reflector.get<string>(PATH_METADATA, site));
    const path = `/${parts.flatMap((part) => part.split('/').filter((word) => word !== '')).join('/')}`;
    const status = this.reflector.get<number | undefined>(HTTP_CODE_METADATA, handler);
    return { controller, handler, method, path, status: status ?? (method === 'POST' ? 201 : 200) };
  }
}

/** Some handlers do not declare who may call them. Their names come from the source code. */
export class UndecidedAccess extends Error {
  readonly [LOGGED_AS]: LoggedWords;

  constructor(handlers: readonly string[]) {
    const sentence = `${handlers.join(', ')}: who may call this? Declare it with @Needs, @WithoutToken or @InternalOnly.`;
    super(sentence);
    this[LOGGED_AS] = { code: 'access_undecided', sentence };
  }
}

/** Refuses to start while a handler does not declare who may call it: a forgotten decorator must not open a call. */
@Injectable()
export class AccessCheck implements OnModuleInit {
  constructor(private readonly calls: DeclaredCalls) {}

  onModuleInit(): void {
    const undecided = this.calls
      .all()
      .filter((call) => this.calls.metadataOf(call, ACCESS) === undefined)
      .map(({ controller, handler }) => `${controller.name}.${handler.name}`);
    if (undecided.length > 0) throw new UndecidedAccess(undecided);
  }
}
