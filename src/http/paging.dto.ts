import {
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
  UseInterceptors,
} from '@nestjs/common';
import { finalize, type Observable } from 'rxjs';
import { Refusal } from '../domain/refusal';
import { tokenOf } from './access.guard';
import { requestOf } from './request-context';
import { QueryInteger } from './validation/fields.decorator';

/** Ours, as published. */
export const DEFAULT_PAGE_SIZE = 50;
/** A larger size is not an error: the answer has this many entries, and says so in `paging`. */
export const PAGE_SIZE_CAP = 300;
/** Beyond it the offset would not fit the integers of the database; no list is that long. */
export const LAST_PAGE = 1_000_000;

/** The query of a list. The queries of lists with filters extend it. */
export class PageQuery {
  @QueryInteger(1, { description: 'Which page, from 1.', maximum: LAST_PAGE })
  page = 1;

  @QueryInteger(DEFAULT_PAGE_SIZE, {
    description: `Entries of a page. More than ${PAGE_SIZE_CAP} counts as ${PAGE_SIZE_CAP}.`,
  })
  page_size = DEFAULT_PAGE_SIZE;

  /** The page within the limits. */
  get request(): PageRequest {
    const page = Math.min(this.page, LAST_PAGE);
    const pageSize = Math.min(this.page_size, PAGE_SIZE_CAP);
    return { page, pageSize, offset: (page - 1) * pageSize };
  }
}

/** Which part of a list is requested. */
export interface PageRequest {
  readonly page: number;
  readonly pageSize: number;
  /** Rows to skip. */
  readonly offset: number;
}

/** Which part of a list an answer shows. */
export interface Paging {
  readonly page_number: number;
  readonly page_size: number;
  readonly total_entries: number;
  readonly total_pages: number;
}

/** Which part of a list of so many entries a request is for. */
export const pagingOf = ({ page, pageSize }: PageRequest, total: number): Paging => ({
  page_number: page,
  page_size: pageSize,
  total_entries: total,
  total_pages: Math.ceil(total / pageSize),
});

/** A controller answers a list by returning this; the envelope shows which part of the list it is. */
export class ListAnswer<T> {
  readonly paging: Paging;

  constructor(
    readonly entries: readonly T[],
    { request, total }: { request: PageRequest; total: number },
  ) {
    this.paging = pagingOf(request, total);
  }
}

/** The part of a list that is in memory as a whole. */
export function pageOf<T>(all: readonly T[], { offset, pageSize }: PageRequest): readonly T[] {
  return all.slice(offset, offset + pageSize);
}

/** A long list keeps a connection to the database for as long as it takes; other calls need some of them. */
const MOST_LISTS = 4;

const RETRY_AFTER_SECONDS = 1;

/** Counts the lists that each token is being shown. */
class ListLimit implements NestInterceptor {
  private readonly inProgress = new Map<string, number>();

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const token = tokenOf(requestOf(context));
    const others = this.inProgress.get(token) ?? 0;
    if (others >= MOST_LISTS)
      throw new Refusal('too_many_requests', { retryAfterSeconds: RETRY_AFTER_SECONDS });
    this.inProgress.set(token, others + 1);
    return next.handle().pipe(finalize(() => this.end(token)));
  }

  private end(token: string): void {
    const others = (this.inProgress.get(token) ?? 1) - 1;
    if (others === 0) this.inProgress.delete(token);
    else this.inProgress.set(token, others);
  }
}

/** One for all lists: a token may have so many of them at once, whichever they are. */
const LIST_LIMIT = new ListLimit();

/** Marks a call or a GraphQL field that shows a list: one token may have four of them in progress at once. */
export const ShowsList = () => UseInterceptors(LIST_LIMIT);
