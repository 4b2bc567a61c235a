import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type SelectionSetNode,
  type ConstDirectiveNode,
  getOperationAST,
  type GraphQLSchema,
} from 'graphql';
import type { ApolloServerPlugin } from '@apollo/server';
import { type ComplexityEstimator, getComplexity } from 'graphql-query-complexity/cjs';
import { Refusal } from '../domain/refusal';
import { DEFAULT_PAGE_SIZE, type FieldContext, PAGE_SIZE_CAP } from '../http';

/**
 * The depth of the deepest field of a document that is valid: its fragments make no
 * circle. A fragment is measured once, however often it is used.
 */
export function depthOf(document: DocumentNode): number {
  const fragments = new Map<string, FragmentDefinitionNode>();
  const measured = new Map<string, number>();
  for (const part of document.definitions) {
    if (part.kind === Kind.FRAGMENT_DEFINITION) fragments.set(part.name.value, part);
  }
  const depths = document.definitions.map((part) =>
    part.kind === Kind.OPERATION_DEFINITION ? depthBelow(part.selectionSet) : 0,
  );
  return Math.max(0, ...depths);

  function depthBelow(selected: SelectionSetNode | undefined): number {
    const depths = (selected?.selections ?? []).map((selection) => {
      switch (selection.kind) {
        case Kind.FIELD:
          return depthOfField(selection.name.value, selection.selectionSet);
        case Kind.INLINE_FRAGMENT:
          return depthBelow(selection.selectionSet);
        case Kind.FRAGMENT_SPREAD:
          return depthOfFragment(selection.name.value);
      }
    });
    return Math.max(0, ...depths);
  }

  function depthOfFragment(name: string): number {
    const known = measured.get(name) ?? depthBelow(fragments.get(name)?.selectionSet);
    measured.set(name, known);
    return known;
  }

  /** What asks about the schema itself is as deep as the language wants it, and is answered outside production only. */
  function depthOfField(name: string, selected: SelectionSetNode | undefined): number {
    return name.startsWith('__') ? 0 : 1 + depthBelow(selected);
  }
}

/** Our deepest field is five below the root. */
const DEEPEST = 8;

/**
 * A page of fifty persons with all their fields costs about 4,500, and ten changes about 5,000. More at once is
 * nobody at a screen, and it would be one request for all that limits requests.
 */
const MOST_COST = 6_000;

/**
 * A fragment that uses a fragment twice, and so on, is a thousand fields in ten lines. Nobody at a screen selects so
 * many, and to count them takes a millisecond.
 */
const MOST_FIELDS = 2_000;

/** An operation that names all of our fields has about four hundred words; the language's reader stops here. */
export const MOST_WORDS = 1_500;

/** What is asked of the server. */
interface Asked {
  readonly schema: GraphQLSchema;
  readonly query: DocumentNode;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly operationName?: string;
}

/** A field costs one, unless the schema gives it another cost. */
const estimate: ComplexityEstimator = ({ field, args, childComplexity }) => {
  const directive = field.astNode?.directives?.find(({ name }) => name.value === 'cost');
  const { of, perRow } = weightOf(directive);
  return of + childComplexity * (perRow ? rowsAskedFor(args) : 1);
};

function weightOf(directive: ConstDirectiveNode | undefined): { of: number; perRow: boolean } {
  const values = new Map(directive?.arguments?.map(({ name, value }) => [name.value, value]));
  const of = values.get('of');
  const perRow = values.get('perRow');
  return {
    of: of?.kind === Kind.INT ? Number(of.value) : 1,
    perRow: perRow?.kind === Kind.BOOLEAN && perRow.value,
  };
}

/** A negative number is refused later; it must not make anything cheaper before. */
function rowsAskedFor({ first, last }: Record<string, unknown>): number {
  const asked = [first, last].find((size) => typeof size === 'number');
  return Math.min(Math.max(asked ?? DEFAULT_PAGE_SIZE, 1), PAGE_SIZE_CAP);
}

function costOf(asked: Asked): number {
  try {
    return getComplexity({ ...asked, estimators: [estimate], maxQueryNodes: MOST_FIELDS });
  } catch (error) {
    // The one sentence of the library; every other error is about the variables, and is answered as such.
    if (error instanceof Error && error.message.startsWith('Query exceeds the maximum')) return Infinity;
    throw error;
  }
}

/** Refuses what is too deep or too costly, before any of it is done. */
function limit(asked: Asked): void {
  const operation = getOperationAST(asked.query, asked.operationName);
  // The document has several operations and none is named: the server refuses that by itself.
  if (!operation) return;
  // The language lets a subscription pass for valid where the schema has none.
  if (!asked.schema.getRootType(operation.operation)) throw new Refusal('operation_unknown');
  if (depthOf(asked.query) > DEEPEST) throw new Refusal('operation_too_deep');
  if (costOf(asked) > MOST_COST) throw new Refusal('operation_too_costly');
}

/** Limits every operation once it is known to be valid, and which of a document it is. */
export const LIMIT_OPERATION: ApolloServerPlugin<FieldContext> = {
  requestDidStart: () =>
    Promise.resolve({
      didResolveOperation: ({ schema, document, request: { variables, operationName } }) => {
        limit({
          schema,
          query: document,
          variables: variables ?? {},
          ...(operationName ? { operationName } : {}),
        });
        return Promise.resolve();
      },
    }),
};
