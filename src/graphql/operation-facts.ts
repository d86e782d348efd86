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

function collectFields(
  selectionSet: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  into: string[],
  open: ReadonlySet<string>,
): void {
  for (const selection of selectionSet.selections) {
    if (into.length > fieldCap) return;
    if (selection.kind === Kind.FIELD) into.push(selection.name.value);
    else if (selection.kind === Kind.INLINE_FRAGMENT) {
      collectFields(selection.selectionSet, fragments, into, open);
    } else {
      const name = selection.name.value;
      const fragment = fragments.get(name);
      if (fragment && !open.has(name)) {
        collectFields(fragment.selectionSet, fragments, into, new Set([...open, name]));
      }
    }
  }
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
  const rootFields: string[] = [];
  const fragments = fragmentsOf(document);
  collectFields(operation.selectionSet, fragments, rootFields, new Set());
  return {
    type: operation.operation,
    name: operation.name?.value,
    rootFields,
    introspects: rootFields.some((name) => name === '__schema' || name === '__type'),
    operation,
    fragments,
  };
}

/** Depth, aliases, directives and fields of a document, fragments counted at each spread, cycles cut. */
export function documentShape(document: DocumentNode): DocumentShape {
  const known = shapes.get(document);
  if (known) return known;
  const fragments = fragmentsOf(document);
  const totals = { depth: 0, aliases: 0, directives: 0, fields: 0, rootFields: 0 };

  const walk = (selectionSet: SelectionSetNode, depth: number, open: ReadonlySet<string>): void => {
    for (const selection of selectionSet.selections) {
      if (totals.fields > fieldCap) return;
      totals.directives += selection.directives?.length ?? 0;
      if (selection.kind === Kind.FIELD) {
        totals.fields += 1;
        if (depth === 1) totals.rootFields += 1;
        if (selection.alias && selection.alias.value !== selection.name.value) totals.aliases += 1;
        if (depth > totals.depth) totals.depth = depth;
        // Introspection nests deeply by nature (ofType); it reads memory only, so eight levels are free.
        const step = selection.name.value === '__schema' || selection.name.value === '__type' ? -8 : 1;
        if (selection.selectionSet) walk(selection.selectionSet, depth + step, open);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        totals.fields += 1;
        walk(selection.selectionSet, depth, open);
      } else {
        totals.fields += 1;
        const name = selection.name.value;
        const fragment = fragments.get(name);
        if (fragment && !open.has(name)) walk(fragment.selectionSet, depth, new Set([...open, name]));
      }
    }
  };
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    totals.directives += definition.directives?.length ?? 0;
    walk(definition.selectionSet, 1, new Set());
  }
  shapes.set(document, totals);
  return totals;
}
