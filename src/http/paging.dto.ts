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

/** A controller answers a list by returning this; the envelope shows which part of the list it is. */
export class ListAnswer<T> {
  readonly paging: Paging;

  constructor(
    readonly entries: readonly T[],
    { request, total }: { request: PageRequest; total: number },
  ) {
    this.paging = {
      page_number: request.page,
      page_size: request.pageSize,
      total_entries: total,
      total_pages: Math.ceil(total / request.pageSize),
    };
  }
}
