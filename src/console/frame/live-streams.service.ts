import { Readable } from 'node:stream';
import { type ExecutionContext, Inject, Injectable, ServiceUnavailableException } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import {
  concatMap,
  defer,
  distinctUntilChanged,
  exhaustMap,
  finalize,
  ignoreElements,
  interval,
  map,
  merge,
  type Observable,
  ReplaySubject,
  share,
  Subject,
  takeUntil,
  timer,
} from 'rxjs';
import { admit } from '../../domain/access/access.rules';
import { Refusal } from '../../domain/refusal';
import { ACCESS, type Access, CALLERS, type Callers, HttpServers, requestOf, tokenOf } from '../../http';
import { Log } from '../../observability';
import type { Language } from './languages';
import { PageRenderer } from './page-renderer.service';
import { readerOf } from './reader';
import type { View } from './view';

/** What a live part shows. It must not depend on who looks: all who watch the same key share what was loaded. */
export interface LiveSource<Model extends object> {
  /** What is shown, such as `overview` or `run/<id>`. */
  readonly key: string;
  readonly load: () => Promise<Model>;
}

/** People read no faster, and each load is a query. */
const LOAD_EVERY_MS = 2_000;

/** Proxies close a connection that is silent for a minute, some for half of one. */
const COMMENT_EVERY_MS = 15_000;

/** Somebody who was blocked sees no more after this time. */
const LOOK_UP_TOKEN_EVERY_MS = 30_000;

/** Pages have one stream each, and a browser opens at most six connections to a host. */
const MOST_STREAMS_OF_USER = 12;

const RETRY_AFTER_SECONDS = 30;

const COMMENT = ': \n\n';

/** The page says that it is no longer refreshed, and asks again after five seconds instead of half a second. */
const STALE = 'event: stale\nretry: 5000\ndata: \n\n';

/**
 * Streams of parts of pages, as server-sent events. However many watch a part, this process loads it once, and renders it
 * once in each language.
 */
@Injectable()
export class LiveStreams {
  private readonly models = new Map<string, Observable<object>>();
  private readonly parts = new Map<string, Observable<string>>();
  private readonly openByUser = new Map<string, number>();
  private readonly ended = new Subject<void>();
  private isEnding = false;

  constructor(
    servers: HttpServers,
    private readonly reflector: Reflector,
    private readonly renderer: PageRenderer,
    private readonly log: Log,
    @Inject(CALLERS) private readonly callers: Callers,
  ) {
    servers.beforeClose(() => this.end());
  }

  /** A stream for this request. It ends with the connection, the session or the process. */
  open(context: ExecutionContext, source: LiveSource<object>, view: View<object>): Readable {
    const request = requestOf(context);
    const reader = readerOf(request);
    if (this.isEnding) throw new ServiceUnavailableException();
    const leave = this.enter(reader.caller?.userId ?? '');
    const events = merge(
      this.partOf(source, view, reader.language),
      interval(COMMENT_EVERY_MS).pipe(map(() => COMMENT)),
      this.endOfSession(context, request),
    ).pipe(takeUntil(this.ended));
    return this.readable(events, leave);
  }

  private partOf(source: LiveSource<object>, view: View<object>, language: Language): Observable<string> {
    return sharedIn(this.parts, `${language}/${view.name}/${source.key}`, () =>
      this.loaded(source).pipe(
        map((model) => this.renderer.part(view, model, language)),
        distinctUntilChanged(),
        map(asEvent),
      ),
    );
  }

  private loaded({ key, load }: LiveSource<object>): Observable<object> {
    // A load that takes longer than the pause delays the next one.
    return sharedIn(this.models, key, () => timer(0, LOAD_EVERY_MS).pipe(exhaustMap(() => defer(load))));
  }

  /** Fails when the token is not good any more; sends nothing until then. */
  private endOfSession(context: ExecutionContext, request: Request): Observable<never> {
    const sites = [context.getHandler(), context.getClass()];
    const access = this.reflector.getAllAndOverride<Access | undefined>(ACCESS, sites);
    return interval(LOOK_UP_TOKEN_EVERY_MS).pipe(
      concatMap(async () => {
        const caller = await this.callers.authenticate(tokenOf(request));
        if (access?.kind === 'with token') admit(caller, access.need);
      }),
      ignoreElements(),
    );
  }

  private enter(userId: string): () => void {
    const others = this.openByUser.get(userId) ?? 0;
    if (others >= MOST_STREAMS_OF_USER)
      throw new Refusal('too_many_requests', { retryAfterSeconds: RETRY_AFTER_SECONDS });
    this.openByUser.set(userId, others + 1);
    return () => {
      const left = (this.openByUser.get(userId) ?? 1) - 1;
      if (left === 0) this.openByUser.delete(userId);
      else this.openByUser.set(userId, left);
    };
  }

  private readable(events: Observable<string>, leave: () => void): Readable {
    const newest = new NewestOf(() => subscription.unsubscribe());
    const subscription = events.pipe(finalize(leave)).subscribe({
      next: (text) => newest.offer(text),
      // The browser connects again. It is refused then for the reason for which it was refused here.
      error: (error: unknown) => {
        if (!(error instanceof Refusal)) {
          this.log.error('A live part of a page could not be loaded', error);
          newest.offer(STALE);
        }
        newest.end();
      },
      complete: () => newest.end(),
    });
    return newest;
  }

  private end(): void {
    this.isEnding = true;
    this.ended.next();
  }
}

/**
 * A stream of what is newest. While its reader is behind it keeps one part: a browser that no longer reads would otherwise
 * fill the memory of the process.
 */
class NewestOf extends Readable {
  private isAsked = false;
  private isEnded = false;
  private newest: string | undefined;

  constructor(private readonly leave: () => void) {
    super();
  }

  /** A comment does not take the place of a part. */
  offer(text: string): void {
    if (text !== COMMENT || this.newest === undefined) this.newest = text;
    this.send();
  }

  /** Ends the stream behind what is still to be read. */
  end(): void {
    this.isEnded = true;
    this.send();
  }

  override _read(): void {
    this.isAsked = true;
    this.send();
  }

  override _destroy(_: Error | null, done: () => void): void {
    this.leave();
    done();
  }

  private send(): void {
    if (this.newest !== undefined && this.isAsked) {
      const text = this.newest;
      [this.newest, this.isAsked] = [undefined, false];
      // Asked again at once if there is room.
      this.push(text);
    }
    if (this.newest === undefined && this.isEnded) this.push(null);
  }
}

/** What is known by this key, or is made: all who watch share it, and it ends when the last of them leaves. */
function sharedIn<Value>(
  known: Map<string, Observable<Value>>,
  key: string,
  make: () => Observable<Value>,
): Observable<Value> {
  const shared =
    known.get(key) ??
    make().pipe(
      finalize(() => known.delete(key)),
      share({ connector: () => new ReplaySubject(1), resetOnRefCountZero: true }),
    );
  known.set(key, shared);
  return shared;
}

const asEvent = (html: string): string =>
  `${html
    .trim()
    .split(/\r\n|\r|\n/)
    .map((line) => `data: ${line}`)
    .join('\n')}\n\n`;
