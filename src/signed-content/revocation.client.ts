import { lookup, type LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Agent, request } from 'undici';
import { type Clock, CLOCK, SETTINGS } from '../config/settings.module';
import type { Settings } from '../config/settings.schema';
import { readCertificate } from './certificate';
import { statusAddresses } from './revocation-evidence';
import { TrustedAuthorities } from './trusted-authorities';

/** Why a call brought no answer. */
export const CALL_FAULTS = [
  /** Neither the trust file nor the settings name the host. */
  'host_refused',
  /** The host is in a private network, and no setting names it. */
  'address_refused',
  'breaker_open',
  'timeout',
  'connection',
  'http_status',
  'too_large',
] as const;

export type CallFault = (typeof CALL_FAULTS)[number];

/** A call without an answer. `host` for the log: it is no personal data. */
export class CallFailure extends Error {
  constructor(
    readonly why: CallFault,
    readonly host: string,
  ) {
    super(why);
  }
}

/** One call: GET, or POST of an OCSP request. */
export interface StatusCall {
  readonly url: string;
  readonly body?: Uint8Array;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/** A dead responder must not cost everybody the whole deadline. */
const BREAKER = { failures: 5, pauseMs: 60_000 };
/** Authorities have tens of addresses; large ones split their lists. */
const MOST_BREAKERS = 1_000;

const HEADERS = { 'content-type': 'application/ocsp-request', accept: 'application/ocsp-response' };
const MAX_HEADER_BYTES = 16_384;
const OK = 200;

/** Networks that are not public or lead to others, from the registries of special purposes (RFC 6890). */
const PRIVATE: readonly (readonly [network: string, prefix: number, family: 'ipv4' | 'ipv6'])[] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['224.0.0.0', 3, 'ipv4'],
  ['::', 96, 'ipv6'],
  ['::ffff:0:0', 96, 'ipv6'],
  // These carry an address of version 4: translation (RFC 2765, 6052, 8215), Teredo and 6to4.
  ['::ffff:0:0:0', 96, 'ipv6'],
  ['64:ff9b::', 96, 'ipv6'],
  ['64:ff9b:1::', 48, 'ipv6'],
  ['2001::', 32, 'ipv6'],
  ['2002::', 16, 'ipv6'],
  ['fc00::', 7, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  // Local to a site; withdrawn, but still routed by some (RFC 3879).
  ['fec0::', 10, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
];

/** One for each family: a list compares addresses of version 4 with networks of version 6 as well. */
const blocked = { ipv4: new BlockList(), ipv6: new BlockList() };
for (const [network, prefix, family] of PRIVATE) blocked[family].addSubnet(network, prefix, family);

/** Whether an IP address is in a network that is not public. */
export function isPrivate(address: string): boolean {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  return blocked[family].check(address, family);
}

const ADDRESS_REFUSED = 'ERR_ADDRESS_REFUSED';

/** Resolves names as usual, but fails when one address is not public: the name could lead into our own network. */
const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    const isRefused = error === null && addresses.some(({ address }) => isPrivate(address));
    const failure = isRefused ? Object.assign(new Error(ADDRESS_REFUSED), { code: ADDRESS_REFUSED }) : error;
    const [first] = addresses ?? [];
    if (options.all === true || first === undefined) callback(failure, addresses ?? []);
    else callback(failure, first.address, first.family);
  });
};

type ClientSettings = Pick<Settings, 'SIGNATURE_OCSP_URL' | 'SIGNATURE_REVOCATION_HOSTS'>;

/**
 * Calls OCSP responders and the servers of revocation lists: only hosts of an allow-list, without redirects, within the
 * caller's deadline and size. Each address has a circuit breaker. Throws a `CallFailure`.
 */
@Injectable()
export class RevocationClient implements OnApplicationShutdown {
  /** Named by the operator; these may be in a private network. */
  private readonly ownHosts: ReadonlySet<string>;
  private readonly hosts: ReadonlySet<string>;
  private readonly breakers = new LRUCache<string, { failures: number; openUntilMs: number }>({
    max: MOST_BREAKERS,
  });
  private readonly anywhere = new Agent({ maxHeaderSize: MAX_HEADER_BYTES });
  private readonly inPublic = new Agent({
    maxHeaderSize: MAX_HEADER_BYTES,
    connect: { lookup: publicLookup },
  });

  constructor(
    @Inject(SETTINGS) settings: ClientSettings,
    @Inject(CLOCK) private readonly clock: Clock,
    authorities: TrustedAuthorities,
  ) {
    const { SIGNATURE_OCSP_URL: url, SIGNATURE_REVOCATION_HOSTS: named = [] } = settings;
    this.ownHosts = new Set([...named, ...(url === undefined ? [] : [new URL(url).host])]);
    const addresses = authorities.certificates.map((der) => statusAddresses(readCertificate(der)));
    const certified = addresses.flatMap(({ ocsp, lists, other }) => [...ocsp, ...lists, ...other]);
    this.hosts = new Set([...this.ownHosts, ...certified.map((each) => new URL(each).host)]);
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.anywhere.destroy(), this.inPublic.destroy()]);
  }

  /** The body of an answer with status 200. */
  async call(call: StatusCall): Promise<Uint8Array> {
    const { host, hostname } = new URL(call.url);
    if (!this.hosts.has(host)) throw new CallFailure('host_refused', host);
    const isOwn = this.ownHosts.has(host);
    // A name is looked up while connecting; a number is not.
    const address = hostname.replace(/^\[|\]$/g, '');
    if (!isOwn && isIP(address) !== 0 && isPrivate(address)) throw new CallFailure('address_refused', host);
    const { openUntilMs = 0 } = this.breakers.get(call.url) ?? {};
    if (openUntilMs > this.clock().getTime()) throw new CallFailure('breaker_open', host);
    try {
      const bytes = await this.exchange(call, isOwn ? this.anywhere : this.inPublic);
      this.breakers.delete(call.url);
      return bytes;
    } catch (error) {
      this.countFailure(call.url);
      throw new CallFailure(faultIn(error, call.signal), host);
    }
  }

  /** On top of the failures of calls that were under way at the same time. */
  private countFailure(url: string): void {
    const failures = (this.breakers.get(url)?.failures ?? 0) + 1;
    const openUntilMs = failures < BREAKER.failures ? 0 : this.clock().getTime() + BREAKER.pauseMs;
    this.breakers.set(url, { failures, openUntilMs });
  }

  private async exchange(
    { url, body, maxBytes, signal }: StatusCall,
    dispatcher: Agent,
  ): Promise<Uint8Array> {
    const how = body === undefined ? {} : ({ method: 'POST', body, headers: HEADERS } as const);
    // A connection of its own: calls are rare, and an idle connection may have been closed by the other side.
    const { statusCode, body: answer } = await request(url, { ...how, dispatcher, signal, reset: true });
    if (statusCode === OK) return collected(answer, maxBytes);
    // The page of an error is not read; to stop it counts as an error of its own.
    answer.on('error', () => undefined).destroy();
    throw new Fault('http_status');
  }
}

/** What a call brings that others wait for too. It fails as a call without an answer when the caller's own time is over. */
export function untilLate<Result>(
  call: Promise<Result>,
  { url, signal }: Pick<StatusCall, 'url' | 'signal'>,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const late = (): void => reject(new CallFailure('timeout', new URL(url).host));
    void call.then(resolve, reject).finally(() => signal.removeEventListener('abort', late));
    if (signal.aborted) late();
    else signal.addEventListener('abort', late);
  });
}

class Fault extends Error {
  constructor(readonly why: CallFault) {
    super(why);
  }
}

async function collected(body: AsyncIterable<Buffer>, maxBytes: number): Promise<Uint8Array> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of body) {
    length += piece.length;
    if (length > maxBytes) throw new Fault('too_large');
    pieces.push(piece);
  }
  return Uint8Array.from(Buffer.concat(pieces));
}

function faultIn(error: unknown, signal: AbortSignal): CallFault {
  if (error instanceof Fault) return error.why;
  if (signal.aborted) return 'timeout';
  return (error as NodeJS.ErrnoException | null)?.code === ADDRESS_REFUSED ? 'address_refused' : 'connection';
}
