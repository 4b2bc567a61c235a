import type { z } from 'zod';
import { Refusal, type FieldFault } from '../domain/refusal';
import { parsePaging, type PageRequest } from './paging.dto';
import { parseBody } from './validation/schema-faults';

/** What a list is asked for: which entries, and which part of them. */
export interface ListAsked<Filter> {
  readonly filter: Filter;
  readonly page: PageRequest;
}

type Query = Readonly<Record<string, unknown>>;

/**
 * Reads the query of a list; faults of its filter and of its paging are told together. A form sends what was left empty
 * as an empty text, which asks for nothing.
 */
export function parseList<Filter>(schema: z.ZodType<Filter>, query: Query): ListAsked<Filter> {
  const faults: FieldFault[] = [];
  const filled = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== ''));
  const filter = orFaults(() => parseBody(schema, filled), faults);
  const page = orFaults(() => parsePaging(filled), faults);
  if (filter === undefined || page === undefined) throw new Refusal('validation_failed', { faults });
  return { filter, page };
}

function orFaults<Read>(read: () => Read, faults: FieldFault[]): Read | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Refusal) || error.details.faults === undefined) throw error;
    faults.push(...error.details.faults);
    return undefined;
  }
}
