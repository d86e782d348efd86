import { type DocumentNode, type FragmentDefinitionNode, Kind, type SelectionSetNode } from 'graphql';

/**
 * Pairs that validation compares to see whether fields of one name can be merged, nested ones as they would be merged,
 * and of fragments side by side. Stops counting above `most`. The document's fields, fragments counted at each spread,
 * must be bounded before.
 */
export function comparedPairs(document: DocumentNode, most: number): number {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  let pairs = 0;
  const reached = new Set<string>();
  const addPairsOf = (count: number): void => {
    pairs += (count * (count - 1)) / 2;
  };
  const count = (merged: readonly SelectionSetNode[]): void => {
    const inner = new Map<string, SelectionSetNode[]>();
    const times = new Map<string, number>();
    const opened = new Set<string>();
    const collect = ({ selections }: SelectionSetNode): void => {
      for (const selection of selections) {
        if (selection.kind === Kind.INLINE_FRAGMENT) collect(selection.selectionSet);
        else if (selection.kind === Kind.FRAGMENT_SPREAD) {
          const name = selection.name.value;
          const fragment = opened.has(name) ? undefined : fragments.get(name);
          opened.add(name);
          reached.add(name);
          if (fragment) collect(fragment.selectionSet);
        } else {
          const name = selection.alias?.value ?? selection.name.value;
          times.set(name, (times.get(name) ?? 0) + 1);
          const { selectionSet } = selection;
          if (!selectionSet) continue;
          const sets = inner.get(name);
          if (sets) sets.push(selectionSet);
          else inner.set(name, [selectionSet]);
        }
      }
    };
    for (const selectionSet of merged) collect(selectionSet);
    addPairsOf(opened.size);
    for (const repeats of times.values()) addPairsOf(repeats);
    for (const sets of inner.values()) {
      if (pairs > most) return;
      count(sets);
    }
  };
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION && pairs <= most) count([definition.selectionSet]);
  }
  // Those that nothing spreads are looked at all the same.
  for (const [name, { selectionSet }] of fragments) {
    if (!reached.has(name) && pairs <= most) count([selectionSet]);
  }
  return pairs;
}
