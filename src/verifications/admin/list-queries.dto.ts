import { z } from 'zod';
import { Refusal, type FieldFault } from '../../domain/refusal';
import { CUMULATIVE_STATUSES, STREAM_REASONS, STREAM_STATUSES } from '../../domain/verification/status';
import { STREAMS } from '../../domain/verification/stream';
import { type PageRequest, parseBody, parsePaging } from '../../http';
import type { StreamFilter } from '../person-list.repository';

/** A filter that is left empty, as a form sends it, filters nothing. */
const maybe = <Word extends string>(words: readonly [Word, ...Word[]]) =>
  z.preprocess((written) => (written === '' ? undefined : written), z.enum(words).optional());

const STATUS_QUERY = z.object({ verification_status: maybe(CUMULATIVE_STATUSES) });

const UNVERIFIED_QUERY = z
  .object({ stream: maybe(STREAMS), status: maybe(STREAM_STATUSES), reason: maybe(STREAM_REASONS) })
  .check(({ value: { stream, status, reason }, issues }) => {
    const lacks = (name: string) =>
      issues.push({ code: 'invalid_type', expected: 'string', path: [name], input: undefined });
    if (stream === undefined && (status !== undefined || reason !== undefined)) lacks('stream');
    if (status === undefined && (stream !== undefined || reason !== undefined)) lacks('status');
  });

/** The part of the list that is asked for, and which persons stand in it. */
interface ListAsked<Filter> {
  readonly page: PageRequest;
  readonly filter: Filter;
}

/** Reads the query of the list of all persons. */
export function parseStatusQuery(query: Record<string, unknown>) {
  return parseList(STATUS_QUERY, query);
}

/** Reads the query of the unverified. A stream is asked for with its status; a reason makes it narrower. */
export function parseUnverifiedQuery(query: Record<string, unknown>): ListAsked<StreamFilter | undefined> {
  const { page, filter } = parseList(UNVERIFIED_QUERY, query);
  const { stream, status, reason } = filter;
  if (stream === undefined || status === undefined) return { page, filter: undefined };
  return { page, filter: { stream, status, reason } };
}

/** Faults of the filter and of the paging are told together. */
function parseList<Filter>(schema: z.ZodType<Filter>, query: Record<string, unknown>): ListAsked<Filter> {
  const faults: FieldFault[] = [];
  const filter = orFaults(() => parseBody(schema, query), faults);
  const page = orFaults(() => parsePaging(query), faults);
  if (filter === undefined || page === undefined) throw new Refusal('validation_failed', { faults });
  return { page, filter };
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
