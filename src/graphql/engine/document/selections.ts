import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type FragmentSpreadNode,
  type InlineFragmentNode,
  Kind,
  type SelectionSetNode,
} from 'graphql';

export type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

export function fragmentsOf(document: DocumentNode): Fragments {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  return fragments;
}

/**
 * Calls `visit` for each field at the top of some selection sets, fragments opened: each once, as execution does. Gives
 * the names of the fragments that are spread there.
 */
export function visitFields(
  selectionSets: readonly SelectionSetNode[],
  fragments: Fragments,
  visit: (field: FieldNode) => void,
): ReadonlySet<string> {
  const opened = new Set<string>();
  const open = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) visit(selection);
      else if (selection.kind === Kind.INLINE_FRAGMENT) open(selection.selectionSet);
      else if (!opened.has(selection.name.value)) {
        opened.add(selection.name.value);
        const fragment = fragments.get(selection.name.value);
        if (fragment) open(fragment.selectionSet);
      }
    }
  };
  selectionSets.forEach(open);
  return opened;
}

/** What is added up over selections, from the leaves. `Place` is what a field has to know of where it stands. */
export interface Tally<Sum, Place> {
  /** A sum of nothing, to add to. */
  empty(): Sum;
  /** Adds a field; `below` gives the sum of its own selections. */
  addField(sum: Sum, field: FieldNode, place: Place, below: (place: Place) => Sum): void;
  /** Adds the selections of a fragment, which come to `inner`. */
  addFragment(sum: Sum, fragment: InlineFragmentNode | FragmentSpreadNode, inner: Sum): void;
  /** The place of what is selected on a type. */
  on(typeName: string): Place;
}

export interface Count<Sum, Place> {
  of(selectionSet: SelectionSetNode, place: Place): Sum;
  ofFragment(name: string): Sum;
  /** Whether a fragment was counted yet. */
  has(fragment: string): boolean;
}

/**
 * Counts a fragment at each of its spreads, but walks it once: what its spreads add up to may be more than anybody
 * could walk. Cycles, which validation refuses later, are cut.
 */
export function createCount<Sum, Place>(fragments: Fragments, tally: Tally<Sum, Place>): Count<Sum, Place> {
  const byFragment = new Map<string, Sum>();
  const ofFragment = (name: string): Sum => {
    const counted = byFragment.get(name);
    if (counted !== undefined) return counted;
    const nothing = tally.empty();
    // Stands for it while it is counted itself.
    byFragment.set(name, nothing);
    const fragment = fragments.get(name);
    if (!fragment) return nothing;
    const sum = of(fragment.selectionSet, tally.on(fragment.typeCondition.name.value));
    byFragment.set(name, sum);
    return sum;
  };
  const of = ({ selections }: SelectionSetNode, place: Place): Sum => {
    const sum = tally.empty();
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        const { selectionSet } = selection;
        const below = (inner: Place): Sum => (selectionSet ? of(selectionSet, inner) : tally.empty());
        tally.addField(sum, selection, place, below);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        const { typeCondition, selectionSet } = selection;
        const inner = of(selectionSet, typeCondition ? tally.on(typeCondition.name.value) : place);
        tally.addFragment(sum, selection, inner);
      } else tally.addFragment(sum, selection, ofFragment(selection.name.value));
    }
    return sum;
  };
  return { of, ofFragment, has: (name) => byFragment.has(name) };
}
