import type { ArgumentsHost } from '@nestjs/common';
import type { Request } from 'express';
import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';
import type { Caller } from '../domain/access/access.rules';

/** What the fields of a GraphQL operation know of each other: by which request they were asked for. */
export interface FieldContext {
  readonly req: Request;
}

/** A field of a GraphQL operation is asked like a call, by a handler; its answer and its errors are not the call's. */
export function isField(host: ArgumentsHost): boolean {
  return host.getType<string>() === 'graphql';
}

/** The request behind whatever is asked: the call itself, or what asks for a field (the third thing it is given). */
export function requestOf(host: ArgumentsHost): Request {
  if (isField(host)) return host.getArgByIndex<FieldContext>(2).req;
  return host.switchToHttp().getRequest<Request>();
}

/** The listener that received a request. */
export type Listener = 'public' | 'internal';

interface Traits {
  listener: Listener;
  requestId: string;
}

const LISTENERS = new WeakMap<IncomingMessage, Listener>();

const REQUEST_IDS = new WeakMap<IncomingMessage, string>();

const TOKENS = new WeakMap<IncomingMessage, string>();

const CALLERS = new WeakMap<IncomingMessage, Caller>();

/** Notes which listener received a request. A header would do, if clients could not send headers. */
export function noteListener(request: IncomingMessage, listener: Listener): void {
  LISTENERS.set(request, listener);
}

/** Notes the id under which a request is logged and answered. */
export function noteRequestId(request: IncomingMessage, requestId: string): void {
  REQUEST_IDS.set(request, requestId);
}

/** Notes the token that a request counts with instead of its header `Authorization`; an empty one counts as none. */
export function noteToken(request: IncomingMessage, token: string): void {
  TOKENS.set(request, token);
}

/** The token noted for a request, if its header does not count. */
export function notedTokenOf(request: IncomingMessage): string | undefined {
  return TOKENS.get(request);
}

/** Notes whose token a request bears. */
export function noteCaller(request: IncomingMessage, caller: Caller): void {
  CALLERS.set(request, caller);
}

/** Whose token a request bears; nobody’s where none was asked for. */
export function callerOf(request: IncomingMessage): Caller | undefined {
  return CALLERS.get(request);
}

/** What we noted about a request. One that no listener of ours received counts as public: the careful side. */
export function traitsOf(request: IncomingMessage): Traits {
  return {
    listener: LISTENERS.get(request) ?? 'public',
    requestId: REQUEST_IDS.get(request) ?? '',
  };
}

/** The route as it was declared, or nothing when none matched. */
export function routeOf(request: Request): string | undefined {
  const route = request.route as { path?: unknown } | undefined;
  return typeof route?.path === 'string' ? route.path : undefined;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The path for an answer that refuses. What it contains was not accepted, so only ids are
 * repeated; every other parameter appears by its name, and a path that matches no route not at all.
 */
export function urlOfRefused(request: Request): string {
  const route = routeOf(request);
  if (route === undefined) return '/';
  return route.replace(/:(\w+)/g, (_, name: string) => {
    const value = request.params[name];
    return typeof value === 'string' && UUID.test(value) ? value : `{${name}}`;
  });
}

/** The path for an answer that was given: without the query. */
export function urlOfAnswered(request: Request): string {
  return request.originalUrl.split('?', 1)[0] ?? '/';
}

/** An IPv4 address seen through a socket for both kinds. */
const MAPPED = /^::ffff:([0-9.]+)$/i;

const GROUPS = 8;

/** Providers give every household a whole network of this many groups. */
const GROUPS_OF_NETWORK = 4;

/**
 * The key under which the requests of an address are limited: an IPv4 address, or the network of an IPv6 address, because
 * one household can use another IPv6 address for every request.
 */
export function limitedAddress(address: string): string {
  const [, mapped] = MAPPED.exec(address) ?? [];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(address)) return address;
  const [before = [], after] = (address.split('%', 1)[0] ?? '').split('::', 2).map(groupsOf);
  const left = GROUPS - before.length - (after?.length ?? 0);
  const groups = after === undefined ? before : [...before, ...Array<string>(left).fill('0'), ...after];
  const network = groups.slice(0, GROUPS_OF_NETWORK).map((group) => Number.parseInt(group, 16).toString(16));
  return `${network.join(':')}::/64`;
}

const groupsOf = (text: string): string[] => (text === '' ? [] : text.split(':'));
