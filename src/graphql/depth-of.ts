import { type DocumentNode, type FragmentDefinitionNode, Kind, type SelectionSetNode } from 'graphql';

/**
 * How many fields stand one below the other at the deepest place of a document that is valid: its fragments make no
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
