import type { Table } from '../model/model.ts';
import { orderMark, type Position, readCursor } from './cursor.ts';
import { beyond } from './keyset.ts';
import { type Order, orderOf } from './order.ts';
import { checkCount, whereConditions } from './page.ts';
import type { ConnectionQuery, OrderTerm, Slice } from './query.ts';
import { type RowSet, whereOf } from './row-set.ts';
import type { Statement } from './statement.ts';

/** The rows of a connection in their order, and between which cursors its page lies. */
export interface Window {
  /** Stands in each cursor: which order it is of. */
  readonly mark: string;
  readonly order: Order;
  readonly backwards: boolean;
  readonly size: number;
  /** From FROM to WHERE: all rows, and those between the cursors. */
  readonly all: string;
  readonly between: string;
  /** Expressions: whether there are rows up to `after`, and from `before` on. */
  readonly anyBefore: string;
  readonly anyBehind: string;
}

/** Throws BAD_USER_INPUT for a cursor of another order, and for a size beyond what a list may have. */
export function windowOf(
  statement: Statement,
  rows: RowSet,
  { where, orderBy, slice }: Pick<ConnectionQuery, 'where' | 'orderBy' | 'slice'>,
): Window {
  const backwards = slice.direction === 'backward';
  checkCount(backwards ? 'last' : 'first', slice.size, statement.maxRows);
  const terms = totalOrder(rows.table, orderBy);
  const mark = orderMark(rows.table, terms);
  const order = orderOf(statement, rows, terms);
  const conditions = whereConditions(statement, rows, where);
  const past = (name: 'after' | 'before'): string | undefined => {
    const position = positionOf(slice, name, mark, order);
    return position && beyond(statement, order.expressions, position, name === 'before');
  };
  const [after, before] = [past('after'), past('before')];
  const joined = ` from ${rows.from}${order.joins}`;
  const outside = (inside: string | undefined): string =>
    inside === undefined
      ? 'false'
      : `exists (select${joined}${whereOf([...conditions, `(${inside}) is not true`])})`;
  const inside = [after, before].filter((condition) => condition !== undefined);
  return {
    mark,
    order,
    backwards,
    size: slice.size,
    all: ` from ${rows.from}${whereOf(conditions)}`,
    between: `${joined}${whereOf([...conditions, ...inside])}`,
    anyBefore: outside(after),
    anyBehind: outside(before),
  };
}

function positionOf(
  slice: Slice,
  name: 'after' | 'before',
  mark: string,
  { expressions }: Order,
): Position | undefined {
  const cursor = slice[name];
  return cursor === undefined ? undefined : readCursor(cursor, mark, expressions, name);
}

/** No two rows are equal in it: the key comes last. */
function totalOrder(table: Table, terms: readonly OrderTerm[]): readonly OrderTerm[] {
  const key = table.cursorKey;
  if (key === undefined) throw new Error(`${table.name} has no key, and so no cursors`);
  const own = terms.flatMap(({ by, through }) =>
    by.kind === 'column' && by.path === undefined && through.length === 0 ? [by.column.name] : [],
  );
  // In the direction of the last term, so that one comparison of rows may do.
  const direction = terms.at(-1)?.direction ?? 'ASC';
  const missing = key.columns.filter(({ name }) => !own.includes(name));
  return [
    ...terms,
    ...missing.map(
      (column): OrderTerm => ({
        through: [],
        by: { kind: 'column', column, path: undefined },
        direction,
        nulls: undefined,
      }),
    ),
  ];
}
