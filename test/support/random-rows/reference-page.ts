import type { Args, Cursors, Fields } from './reference-asked.ts';

/** A row as its fields, and the values of its key as text. */
export interface ReferenceRow {
  readonly fields: Fields;
  readonly key: string;
  /** Whether it is one of those that were asked for: a cursor may stand for another one. */
  readonly met: boolean;
}

/** Cuts a page out of all rows in their order, by counting. */
export function pageOf(all: readonly ReferenceRow[], args: Args, cursors: Cursors): Fields {
  const place = (name: 'after' | 'before', none: number): number => {
    if (args[name] === undefined) return none;
    const key = cursors.get(String(args[name]));
    return all.findIndex((row) => row.key === key);
  };
  const [after, before] = [place('after', -1), place('before', all.length)];
  const inside = all.filter((row, index) => row.met && index > after && index < before);
  const { first, last } = args;
  const isBackwards = typeof last === 'number';
  const page = isBackwards
    ? inside.slice(Math.max(0, inside.length - last))
    : inside.slice(0, typeof first === 'number' ? first : 100);
  const isCut = page.length < inside.length;
  const cursorOf = ({ key }: ReferenceRow): string | undefined =>
    [...cursors].find(([, other]) => other === key)?.[0];
  const [start, end] = [page[0], page.at(-1)];
  return {
    totalCount: all.filter((row) => row.met).length,
    nodes: page.map(({ fields }) => fields),
    edges: page.map((row) => ({ node: row.fields, cursor: cursorOf(row) })),
    pageInfo: {
      hasNextPage: (!isBackwards && isCut) || all.some((row, index) => row.met && index >= before),
      hasPreviousPage: (isBackwards && isCut) || all.some((row, index) => row.met && index <= after),
      startCursor: start && cursorOf(start),
      endCursor: end && cursorOf(end),
    },
  };
}
