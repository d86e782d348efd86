import { type DocumentNode, Kind } from 'graphql';
import { createCount, type Fragments } from './selections.ts';

/** Numbers over the whole document, as the limits count them. Fragments count where they are spread. */
export interface DocumentShape {
  readonly depth: number;
  readonly aliases: number;
  readonly directives: number;
  readonly fields: number;
  readonly rootFields: number;
}

type Sum = { -readonly [K in keyof DocumentShape]: number };

const empty = (): Sum => ({ depth: 0, aliases: 0, directives: 0, fields: 0, rootFields: 0 });

/** Introspection nests deeply by nature (ofType); it reads memory only, so eight levels are free. */
const introspectionStep = -8;

/** Depth, aliases, directives and fields of a document that nobody has validated yet. */
export function documentShape(document: DocumentNode, fragments: Fragments): DocumentShape {
  const count = createCount<Sum, undefined>(fragments, {
    empty,
    addField(sum, field, _place, below) {
      sum.directives += field.directives?.length ?? 0;
      sum.fields += 1;
      sum.rootFields += 1;
      if (field.alias && field.alias.value !== field.name.value) sum.aliases += 1;
      const inner = below(undefined);
      const introspects = field.name.value === '__schema' || field.name.value === '__type';
      add(sum, inner, Math.max(1, inner.depth + (introspects ? introspectionStep : 1)));
    },
    addFragment(sum, fragment, inner) {
      sum.directives += fragment.directives?.length ?? 0;
      sum.fields += 1;
      sum.rootFields += inner.rootFields;
      add(sum, inner, inner.depth);
    },
    on: () => undefined,
  });

  const totals = empty();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) {
      for (const { directives } of definition.variableDefinitions ?? []) {
        totals.directives += directives?.length ?? 0;
      }
      const inner = count.of(definition.selectionSet, undefined);
      add(totals, inner, inner.depth);
      totals.rootFields += inner.rootFields;
    }
    if ('directives' in definition) totals.directives += definition.directives?.length ?? 0;
  }
  // Whoever hides directives in a fragment that nothing spreads has them looked at all the same.
  for (const name of fragments.keys()) {
    if (!count.has(name)) totals.directives += count.ofFragment(name).directives;
  }
  return totals;
}

/** All but the root fields, which count where they are at the root. */
function add(sum: Sum, inner: DocumentShape, depth: number): void {
  sum.depth = Math.max(sum.depth, depth);
  sum.aliases += inner.aliases;
  sum.directives += inner.directives;
  sum.fields += inner.fields;
}
