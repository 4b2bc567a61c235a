import type { FieldFault } from '../domain/refusal';

/** The head of every answer. */
export interface Meta {
  readonly code: number;
  /** The path without its query: queries may carry what was searched for. */
  readonly url: string;
  readonly type: 'object' | 'list';
  readonly request_id: string;
}

/** Where a list stands. */
export interface Paging {
  readonly page_number: number;
  readonly page_size: number;
  readonly total_entries: number;
  readonly total_pages: number;
}

/** One fault of a field, as it is sent. */
export interface InvalidField {
  readonly entry: string;
  readonly entry_type: 'json_data_property';
  readonly rules: readonly { rule: string; description: string; params: readonly string[] }[];
}

/** What went wrong, as it is sent. `invalid` stands there only when fields are at fault. */
export interface AnsweredError {
  readonly type: string;
  readonly message: string;
  readonly invalid?: readonly InvalidField[];
}

/** All faults of fields of one request; faults of one field stand together. */
export function invalidFields(faults: readonly FieldFault[]): InvalidField[] {
  const entries = [...new Set(faults.map(({ entry }) => entry))];
  return entries.map((entry) => ({
    entry,
    entry_type: 'json_data_property',
    rules: faults
      .filter((fault) => fault.entry === entry)
      .map(({ rule, description, params }) => ({ rule, description, params })),
  }));
}
