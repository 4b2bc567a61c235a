import type { FieldFault } from '../domain/refusal';
import { DEFAULT_PAGE_SIZE, type FaultOfField, FAULTS, PAGE_SIZE_CAP, refuseFields } from '../http';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** `Person:` and a UUID are 43 symbols, 60 in base64; no type of ours has a name ten times as long. */
const LONGEST_ID = 200;

/** The id by which a thing is known among all things: the name of its type and the id of its table. */
export function globalId(type: string, databaseId: string): string {
  return Buffer.from(`${type}:${databaseId}`).toString('base64');
}

/** The id of the table in the id of a thing of this type. Anything else is a fault of its field. */
export function databaseIdOf(type: string, written: string, field: string): string {
  const [name, databaseId = '', ...more] = textIn(written).split(':');
  if (name === type && UUID.test(databaseId) && more.length === 0) return databaseId;
  throw refuseFields([fault(field, FAULTS.form(`expected the value to be an id of the type ${type}`))]);
}

/** Only what this program itself would write is read, so that a thing has one id and no second spelling of it. */
function textIn(written: string): string {
  if (written.length > LONGEST_ID) return '';
  const text = Buffer.from(written, 'base64').toString();
  return Buffer.from(text).toString('base64') === written ? text : '';
}

/** Which part of a list is asked for: the first ones after a cursor, or the last ones before one. */
export interface PageAsked {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly last?: number | null;
  readonly before?: string | null;
}

/** Rows to skip, and rows to read. */
export interface Window {
  readonly offset: number;
  readonly size: number;
}

/** One page of a list, each entry under its cursor. */
export interface Connection<Entry> {
  readonly nodes: readonly Entry[];
  readonly edges: readonly { readonly node: Entry; readonly cursor: string }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

/** To send null is to send nothing. */
function isGiven<Value>(value: Value | null | undefined): value is Value {
  return value !== null && value !== undefined;
}

const CURSOR = /^row:(\d{1,9})$/;

/** A cursor is the place of an entry in its list. */
const cursorOf = (place: number): string => Buffer.from(`row:${place}`).toString('base64');

function placeOf(cursor: string): number | undefined {
  const [, place] = CURSOR.exec(Buffer.from(cursor.slice(0, 40), 'base64').toString()) ?? [];
  return place === undefined || cursorOf(Number(place)) !== cursor ? undefined : Number(place);
}

const fault = (name: string, of: FaultOfField): FieldFault => ({ entry: `$.${name}`, ...of });

/** The window that is asked for. A page longer than the longest is that long, as in lists of REST. */
export function windowOf(asked: PageAsked): Window {
  const faults = [
    ...sizeFaults('first', asked.first),
    ...sizeFaults('last', asked.last),
    ...cursorFaults('after', asked.after),
    ...cursorFaults('before', asked.before),
    ...pairFaults(asked),
  ];
  if (faults.length > 0) throw refuseFields(faults);
  const size = Math.min(asked.first ?? asked.last ?? DEFAULT_PAGE_SIZE, PAGE_SIZE_CAP);
  if (!isGiven(asked.before)) {
    return { offset: isGiven(asked.after) ? (placeOf(asked.after) ?? 0) + 1 : 0, size };
  }
  const end = placeOf(asked.before) ?? 0;
  return { offset: Math.max(0, end - size), size: Math.min(size, end) };
}

function sizeFaults(name: string, size: number | null | undefined): FieldFault[] {
  if (!isGiven(size) || size >= 1) return [];
  return [fault(name, FAULTS.invalid('expected the value to be greater than or equal to 1'))];
}

function cursorFaults(name: string, cursor: string | null | undefined): FieldFault[] {
  if (!isGiven(cursor) || placeOf(cursor) !== undefined) return [];
  return [fault(name, FAULTS.form('expected the value to be a cursor of this list'))];
}

/** How many entries a list has is not counted, so its end is no place to begin at. */
function pairFaults({ first, after, last, before }: PageAsked): FieldFault[] {
  if (isGiven(last) && !isGiven(before)) return [fault('before', FAULTS.required('before'))];
  if (isGiven(before) && (isGiven(first) || isGiven(after)))
    return [fault('before', FAULTS.invalid('before goes with last, and after with first'))];
  return [];
}

/** The entries of a window as a page; the caller knows whether the list goes on. */
export function connectionOf<Entry>(
  nodes: readonly Entry[],
  { offset, goesOn }: Pick<Window, 'offset'> & { readonly goesOn: boolean },
): Connection<Entry> {
  const edges = nodes.map((node, index) => ({ node, cursor: cursorOf(offset + index) }));
  return {
    nodes,
    edges,
    pageInfo: {
      hasNextPage: goesOn,
      hasPreviousPage: offset > 0,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}
