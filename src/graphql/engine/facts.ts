import {
  type DocumentNode,
  type FragmentDefinitionNode,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

/** What the limits and the guards need to know of an operation; worked out once per parsed document. */
export interface OperationFacts {
  readonly type: 'query' | 'mutation' | 'subscription';
  readonly name: string | undefined;
  /** Names of the root fields, fragments opened. */
  readonly rootFields: readonly string[];
  readonly introspects: boolean;
  readonly operation: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

/** Numbers over the whole document, as the limits count them. Fragments count where they are spread. */
export interface DocumentShape {
  readonly depth: number;
  readonly aliases: number;
  readonly directives: number;
  readonly fields: number;
  readonly rootFields: number;
}

const factsByDocument = new WeakMap<DocumentNode, Map<string, OperationFacts | undefined>>();
const shapes = new WeakMap<DocumentNode, DocumentShape>();

/** Fields of one document at most, fragments counted at each spread: walking on would be the attack. */
export const fieldCap = 50_000;

function fragmentsOf(document: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  return fragments;
}

/** Names of the fields at the top of a selection set, fragments opened: each once, as execution does. */
function topFields(
  selectionSet: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): readonly string[] {
  const names: string[] = [];
  const opened = new Set<string>();
  const collect = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) names.push(selection.name.value);
      else if (selection.kind === Kind.INLINE_FRAGMENT) collect(selection.selectionSet);
      else if (!opened.has(selection.name.value)) {
        opened.add(selection.name.value);
        const fragment = fragments.get(selection.name.value);
        if (fragment) collect(fragment.selectionSet);
      }
    }
  };
  collect(selectionSet);
  return names;
}

/** Facts of the operation that would run; undefined where the document has none of that name. */
export function operationFacts(
  document: DocumentNode,
  operationName?: string | null,
): OperationFacts | undefined {
  let byName = factsByDocument.get(document);
  if (!byName) {
    byName = new Map();
    factsByDocument.set(document, byName);
  }
  const key = operationName ?? '';
  if (byName.has(key)) return byName.get(key);
  const operation = getOperationAST(document, operationName);
  const facts = operation ? factsOf(operation, document) : undefined;
  // Names come from the client: only those that the document has are kept.
  if (facts) byName.set(key, facts);
  return facts;
}

function factsOf(operation: OperationDefinitionNode, document: DocumentNode): OperationFacts {
  const fragments = fragmentsOf(document);
  const rootFields = topFields(operation.selectionSet, fragments);
  return {
    type: operation.operation,
    name: operation.name?.value,
    rootFields,
    introspects: rootFields.some((name) => name === '__schema' || name === '__type'),
    operation,
    fragments,
  };
}

const nothing: DocumentShape = { depth: 0, aliases: 0, directives: 0, fields: 0, rootFields: 0 };

/**
 * Depth, aliases, directives and fields of a document, fragments counted at each spread, cycles cut. Each fragment is
 * walked once: what its spreads add up to may be more than anybody could walk.
 */
export function documentShape(document: DocumentNode): DocumentShape {
  const known = shapes.get(document);
  if (known) return known;
  const fragments = fragmentsOf(document);
  const byFragment = new Map<string, DocumentShape>();

  const ofFragment = (name: string): DocumentShape => {
    const counted = byFragment.get(name);
    if (counted) return counted;
    // Stands for it while it is counted itself: validation refuses a cycle.
    byFragment.set(name, nothing);
    const fragment = fragments.get(name);
    if (!fragment) return nothing;
    const shape = ofSelections(fragment.selectionSet);
    byFragment.set(name, shape);
    return shape;
  };
  const ofSelections = ({ selections }: SelectionSetNode): DocumentShape => {
    const sum = { ...nothing };
    for (const selection of selections) {
      sum.directives += selection.directives?.length ?? 0;
      sum.fields += 1;
      if (selection.kind !== Kind.FIELD) {
        const inner =
          selection.kind === Kind.INLINE_FRAGMENT
            ? ofSelections(selection.selectionSet)
            : ofFragment(selection.name.value);
        add(sum, inner, inner.depth);
        sum.rootFields += inner.rootFields;
        continue;
      }
      sum.rootFields += 1;
      if (selection.alias && selection.alias.value !== selection.name.value) sum.aliases += 1;
      const inner = selection.selectionSet ? ofSelections(selection.selectionSet) : nothing;
      // Introspection nests deeply by nature (ofType); it reads memory only, so eight levels are free.
      const step = selection.name.value === '__schema' || selection.name.value === '__type' ? -8 : 1;
      add(sum, inner, Math.max(1, inner.depth + step));
    }
    return sum;
  };

  const totals = { ...nothing };
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) {
      for (const { directives } of definition.variableDefinitions ?? []) {
        totals.directives += directives?.length ?? 0;
      }
      const inner = ofSelections(definition.selectionSet);
      add(totals, inner, inner.depth);
      totals.rootFields += inner.rootFields;
    }
    if ('directives' in definition) totals.directives += definition.directives?.length ?? 0;
  }
  // Whoever hides directives in a fragment that nothing spreads has them looked at all the same.
  for (const name of fragments.keys()) {
    if (!byFragment.has(name)) totals.directives += ofFragment(name).directives;
  }
  shapes.set(document, totals);
  return totals;
}

/** All but the root fields, which count where they are at the root. */
function add(
  sum: { -readonly [K in keyof DocumentShape]: number },
  inner: DocumentShape,
  depth: number,
): void {
  sum.depth = Math.max(sum.depth, depth);
  sum.aliases += inner.aliases;
  sum.directives += inner.directives;
  sum.fields += inner.fields;
}
