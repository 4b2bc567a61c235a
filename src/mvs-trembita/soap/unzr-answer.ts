import { unreadable } from './answer-refused';
import { isSoapNamespace, type XmlElement, isBlank } from './envelope';

/** An element we have no name for: its text, its children by wire name, or a list of repeated elements. */
export type WireValue = string | readonly WireValue[] | { readonly [wireName: string]: WireValue };

/** What the register sent besides the fields we know. */
export type UnknownFields = Readonly<Record<string, WireValue>>;

const PERSON_FIELDS = ['firstName', 'lastName', 'middleName', 'rnokpp', 'gender', 'dateBirth'] as const;
const DOCUMENT_FIELDS = ['type', 'number', 'issuedBy', 'issuedAt', 'expiresAt', 'status'] as const;

/** A document of the person, as the register writes it. Absent and blank fields are null. */
export type UnzrDocument = Readonly<Record<(typeof DOCUMENT_FIELDS)[number], string | null>> & {
  readonly unknownFields: UnknownFields;
};

/** What the register holds under one UNZR. Values stay as written: `012345` is not a number. */
export type UnzrAnswer = Readonly<Record<(typeof PERSON_FIELDS)[number], string | null>> & {
  readonly documents: readonly UnzrDocument[];
  readonly unknownFields: UnknownFields;
};

/** Reads the answer of `unzr`; null when the register holds nothing: a child without any text. */
export function readUnzrAnswer(bodyChild: XmlElement): UnzrAnswer | null {
  refuseSoapWithin(bodyChild);
  if (!hasText(bodyChild)) return null;
  if (bodyChild.isNil) throw unreadable('nil');
  if (bodyChild.children.length === 0) throw unreadable('no_fields');
  const documents: UnzrDocument[] = [];
  const others: XmlElement[] = [];
  for (const child of bodyChild.children) {
    if (child.local.toLowerCase() !== 'documents') others.push(child);
    else for (const element of documentElements(child)) documents.push(readDocument(element));
  }
  return { ...readFields(others, PERSON_FIELDS), documents };
}

function readDocument(element: XmlElement): UnzrDocument {
  return readFields(element.children, DOCUMENT_FIELDS);
}

/** Registers write `documents` both as one document, repeated, and as a list around documents. */
function documentElements(element: XmlElement): readonly XmlElement[] {
  if (!hasText(element)) return [];
  const isList = element.children.length > 0 && element.children.every((child) => child.children.length > 0);
  return isList ? element.children.filter(hasText) : [element];
}

type Fields<N extends string> = Record<N, string | null> & { unknownFields: UnknownFields };

/** Known names match in any case. The same name twice is refused: the choice would be arbitrary. */
function readFields<N extends string>(elements: readonly XmlElement[], names: readonly N[]): Fields<N> {
  const known = new Map<string, string | null>();
  const unknown: XmlElement[] = [];
  for (const element of elements) {
    const name = names.find((each) => each.toLowerCase() === element.local.toLowerCase());
    if (name === undefined || element.children.length > 0) {
      unknown.push(element);
      continue;
    }
    if (known.has(name)) throw unreadable('field_repeated');
    known.set(name, element.isNil || isBlank(element.text) ? null : element.text);
  }
  const fields = Object.fromEntries(names.map((name) => [name, known.get(name) ?? null]));
  // Every name has just been given its value, which the type of fromEntries cannot say.
  return { ...(fields as Record<N, string | null>), unknownFields: wireFields(unknown) };
}

/** Without a prototype, because the register chooses the names. */
function wireFields(elements: readonly XmlElement[]): UnknownFields {
  const fields = Object.create(null) as Record<string, WireValue>;
  const repeated = new Map<string, WireValue[]>();
  for (const element of elements) {
    const values = repeated.get(element.local) ?? [];
    values.push(element.children.length === 0 ? element.text : wireFields(element.children));
    repeated.set(element.local, values);
  }
  for (const [name, values] of repeated) {
    const [only, ...others] = values;
    fields[name] = only !== undefined && others.length === 0 ? only : values;
  }
  return fields;
}

function hasText(element: XmlElement): boolean {
  return !isBlank(element.text) || element.children.some(hasText);
}

function refuseSoapWithin(element: XmlElement): void {
  for (const child of element.children) {
    if (isSoapNamespace(child.uri)) throw unreadable('nested_envelope');
    refuseSoapWithin(child);
  }
}
