import { Refusal, type FieldFault } from '../domain/refusal';

/** Which part of a list is asked for. */
export interface PageRequest {
  readonly page: number;
  readonly pageSize: number;
  /** Rows to skip. */
  readonly offset: number;
}

/** Ours, as published. */
export const DEFAULT_PAGE_SIZE = 50;
/** More is not an error: who asks for a thousand gets the cap and sees it in `paging`. */
export const PAGE_SIZE_CAP = 300;
/** Beyond it the offset would not fit the database's integers; no list is that long. */
export const LAST_PAGE = 1_000_000;

const WHOLE = /^\d{1,9}$/;

interface Numbered {
  name: 'page' | 'page_size';
  written: unknown;
  fallback: number;
  faults: FieldFault[];
}

function wholeNumber({ name, written, fallback, faults }: Numbered): number {
  if (written === undefined || written === '') return fallback;
  const entry = `$.${name}`;
  if (typeof written !== 'string' || !WHOLE.test(written)) {
    faults.push({
      entry,
      rule: 'cast',
      description: 'type mismatch. Expected integer but got string',
      params: [],
    });
    return fallback;
  }
  const value = Number(written);
  if (value < 1) {
    const description = 'expected the value to be greater than or equal to 1';
    faults.push({ entry, rule: 'invalid', description, params: [] });
  }
  return value;
}

/** Reads `page` and `page_size` of a query; refuses both at once when both are wrong. */
export function parsePaging(query: { page?: unknown; page_size?: unknown }): PageRequest {
  const faults: FieldFault[] = [];
  const page = wholeNumber({ name: 'page', written: query.page, fallback: 1, faults });
  const size = wholeNumber({
    name: 'page_size',
    written: query.page_size,
    fallback: DEFAULT_PAGE_SIZE,
    faults,
  });
  if (faults.length > 0) throw new Refusal('validation_failed', { faults });
  const pageSize = Math.min(size, PAGE_SIZE_CAP);
  const shown = Math.min(page, LAST_PAGE);
  return { page: shown, pageSize, offset: (shown - 1) * pageSize };
}

/** Which part of a list an answer shows. */
export interface Paging {
  readonly page_number: number;
  readonly page_size: number;
  readonly total_entries: number;
  readonly total_pages: number;
}

/** A controller answers a list by returning this; the envelope shows where it stands. */
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
