import { type DocumentNode, Kind, type SelectionSetNode } from 'graphql';
import { type Fragments, visitFields } from './selections.ts';

/**
 * Pairs that validation compares to see whether fields of one name can be merged, nested ones as they would be merged,
 * and of fragments side by side. Stops counting above `most`. The document's fields, fragments counted at each spread,
 * must be bounded before.
 */
export function comparedPairs(document: DocumentNode, fragments: Fragments, most: number): number {
  let pairs = 0;
  const reached = new Set<string>();
  const addPairsOf = (count: number): void => {
    pairs += (count * (count - 1)) / 2;
  };
  const count = (merged: readonly SelectionSetNode[]): void => {
    const inner = new Map<string, SelectionSetNode[]>();
    const times = new Map<string, number>();
    const opened = visitFields(merged, fragments, ({ alias, name: field, selectionSet }) => {
      const name = (alias ?? field).value;
      times.set(name, (times.get(name) ?? 0) + 1);
      if (!selectionSet) return;
      const sets = inner.get(name);
      if (sets) sets.push(selectionSet);
      else inner.set(name, [selectionSet]);
    });
    for (const name of opened) reached.add(name);
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
