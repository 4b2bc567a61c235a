import { z } from 'zod';
import {
  CUMULATIVE_STATUSES,
  STREAM_REASONS,
  STREAM_STATUSES,
  REGISTER_STREAMS,
  STREAMS,
} from '../../domain/verification/stream';
import { type ListAsked, parseList } from '../../http';
import type { StreamFilter } from '../person-list.repository';

/** What the list of all persons is asked for. */
export const STATUS_QUERY = z.object({ verification_status: z.enum(CUMULATIVE_STATUSES).optional() });

/** What the list of those who cannot be checked is asked for. */
export const UNCHECKED_QUERY = z.object({ stream: z.enum(REGISTER_STREAMS).optional() });

/** What the list of the unverified is asked for. */
export const UNVERIFIED_QUERY = z
  .object({
    stream: z.enum(STREAMS).optional(),
    status: z.enum(STREAM_STATUSES).optional(),
    reason: z.enum(STREAM_REASONS).optional(),
  })
  .check(({ value: { stream, status, reason }, issues }) => {
    const lacks = (name: string) =>
      issues.push({ code: 'invalid_type', expected: 'string', path: [name], input: undefined });
    if (stream === undefined && (status !== undefined || reason !== undefined)) lacks('stream');
    if (status === undefined && (stream !== undefined || reason !== undefined)) lacks('status');
  });

/** Reads the query of the list of all persons. */
export function parseStatusQuery(query: Record<string, unknown>) {
  return parseList(STATUS_QUERY, query);
}

/** Reads the query of those who cannot be checked. */
export function parseUncheckedQuery(query: Record<string, unknown>) {
  return parseList(UNCHECKED_QUERY, query);
}

/** Reads the query of the unverified. A stream is asked for with its status; a reason makes it narrower. */
export function parseUnverifiedQuery(query: Record<string, unknown>): ListAsked<StreamFilter | undefined> {
  const { page, filter } = parseList(UNVERIFIED_QUERY, query);
  const { stream, status, reason } = filter;
  if (stream === undefined || status === undefined) return { page, filter: undefined };
  return { page, filter: { stream, status, reason } };
}
