import type { InterfaceRef, ObjectRef } from '@pothos/core';
import type { Page } from '../../lib/page.ts';
import type { SchemaBuilder } from './builder.ts';

interface PageInfo {
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  startCursor: string | null;
  endCursor: string | null;
}

type Edge<Node> = Page<Node>['edges'][number];

/** Where a page lies. */
function pageInfoOf({ edges, hasNextPage, hasPreviousPage }: Page<unknown>): PageInfo {
  return {
    hasNextPage,
    hasPreviousPage,
    startCursor: edges.at(0)?.cursor ?? null,
    endCursor: edges.at(-1)?.cursor ?? null,
  };
}

/** The items of a page were counted by the `first` of its connection. */
const countedByFirst = { items: 1 };

const pageInfoRefs = new WeakMap<SchemaBuilder, ObjectRef<BuilderTypes, PageInfo>>();
type BuilderTypes = SchemaBuilder['$inferSchemaTypes'];

function pageInfoType(builder: SchemaBuilder) {
  const known = pageInfoRefs.get(builder);
  if (known) return known;
  const ref = builder.objectRef<PageInfo>('PageInfo').implement({
    description: 'Where a page lies in its list.',
    fields: (t) => ({
      hasNextPage: t.exposeBoolean('hasNextPage', {
        description: 'Whether more follows `endCursor`.',
      }),
      hasPreviousPage: t.exposeBoolean('hasPreviousPage', {
        description: 'Whether something came before `startCursor`.',
      }),
      startCursor: t.exposeString('startCursor', {
        nullable: true,
        description: 'Cursor of the first edge; null on an empty page.',
      }),
      endCursor: t.exposeString('endCursor', {
        nullable: true,
        description: 'Cursor of the last edge: the next `after`.',
      }),
    }),
  });
  pageInfoRefs.set(builder, ref);
  return ref;
}

/** Relay's connection and edge types over `node`, named `<Name>Connection` and `<Name>Edge`. */
export function connectionType<Node>(
  builder: SchemaBuilder,
  name: string,
  node: ObjectRef<BuilderTypes, Node> | InterfaceRef<BuilderTypes, Node>,
) {
  const edge = builder.objectRef<Edge<Node>>(`${name}Edge`).implement({
    description: `One ${name} of a page, with its cursor.`,
    fields: (t) => ({
      cursor: t.exposeString('cursor', {
        description: 'Where this edge lies: usable as `after`.',
      }),
      node: t.field({
        type: node,
        description: `The ${name}.`,
        // Pothos cannot settle its conditional type for a Node that is still a parameter.
        resolve: (parent) => parent.node as never,
      }),
    }),
  });
  return builder.objectRef<Page<Node>>(`${name}Connection`).implement({
    description: `A page of ${name}.`,
    fields: (t) => ({
      edges: t.field({
        type: [edge],
        description: 'The page, each item with its cursor.',
        cost: countedByFirst,
        resolve: (parent) => parent.edges,
      }),
      nodes: t.field({
        type: [node],
        description: 'The page without cursors.',
        cost: countedByFirst,
        resolve: (parent) => parent.edges.map((each) => each.node),
      }),
      pageInfo: t.field({
        type: pageInfoType(builder),
        description: 'Where the page lies.',
        resolve: pageInfoOf,
      }),
      totalCount: t.int({
        nullable: true,
        description: 'How many there are in all; null where the upstream does not say.',
        resolve: ({ totalCount }) => (typeof totalCount === 'function' ? totalCount() : (totalCount ?? null)),
      }),
    }),
  });
}
