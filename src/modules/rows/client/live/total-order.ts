import type {
  ConnectionSelected,
  GroupsQuery,
  OrderTerm,
  Page,
  ReadQuery,
  Selected,
} from '../../../../upstream/postgres/rows/compile/query.ts';
import type { Grants } from '../../../../upstream/postgres/rows/model/grants.ts';
import type { Column, Table } from '../../../../upstream/postgres/rows/model/model.ts';

/**
 * The same query, in which every list has an order that is the same whenever its rows are: what comes last is a key,
 * or, where none can be read, all columns that have an order. Postgres gives rows that nothing orders as it meets them.
 */
export function inTotalOrder(query: ReadQuery, grants: Grants): ReadQuery {
  const ordering = createOrdering(grants);
  switch (query.kind) {
    case 'rows':
      return {
        ...query,
        page: ordering.page(query.page, query.from.table),
        select: ordering.all(query.select),
      };
    case 'row':
    case 'call':
      return { ...query, select: ordering.all(query.select) };
    case 'connection':
      return { ...query, select: ordering.connection(query.select) };
    case 'groups':
      return { ...query, orderBy: groupsOrder(query) };
    case 'aggregate':
      return query;
  }
}

function createOrdering(grants: Grants) {
  const page = <P extends Page>(of: P, table: Table): P => ({
    ...of,
    orderBy: [...of.orderBy, ...missing(lastColumns(table, grants), of.orderBy)],
  });
  const all = (select: readonly Selected[]): readonly Selected[] => select.map(one);
  const connection = (select: readonly ConnectionSelected[]): readonly ConnectionSelected[] =>
    select.map((part) => {
      if (part.kind === 'nodes') return { ...part, select: all(part.select) };
      if (part.kind !== 'edges') return part;
      return {
        ...part,
        select: part.select.map((inner) =>
          inner.kind === 'node' ? { ...inner, select: all(inner.select) } : inner,
        ),
      };
    });

  function one(selected: Selected): Selected {
    switch (selected.kind) {
      case 'one':
        return { ...selected, select: all(selected.select) };
      case 'many':
        return {
          ...selected,
          page: page(selected.page, selected.relation.other),
          select: all(selected.select),
        };
      case 'manyConnection': {
        const inner = selected.connection;
        return { ...selected, connection: { ...inner, select: connection(inner.select) } };
      }
      case 'computed': {
        const { returns } = selected.fn;
        return {
          ...selected,
          select: selected.select && all(selected.select),
          page:
            selected.page && returns.kind === 'table' ? page(selected.page, returns.table) : selected.page,
        };
      }
      default:
        return selected;
    }
  }
  return { page, all, connection };
}

/** In the order of the columns that make the groups, of which each is another. */
function groupsOrder({ by, orderBy }: GroupsQuery): readonly OrderTerm[] {
  return [...orderBy, ...missing(by.filter(hasOrder), orderBy)];
}

function lastColumns(table: Table, grants: Grants): readonly Column[] {
  const mayRead = (column: Column): boolean => grants.mayRead(table, column);
  const keys = [...(table.primaryKey ? [table.primaryKey] : []), ...table.keys];
  const key = keys.find(({ columns }) => columns.every((column) => !column.nullable && mayRead(column)));
  return key?.columns ?? table.columns.filter((column) => mayRead(column) && hasOrder(column));
}

/** Of other types some have none. */
function hasOrder({ type }: Column): boolean {
  return type.kind === 'enum' || (type.kind === 'scalar' && type.scalar !== 'Text');
}

/** Terms for those of `columns` by which nothing is ordered yet. */
function missing(columns: readonly Column[], terms: readonly OrderTerm[]): readonly OrderTerm[] {
  const own = terms.flatMap(({ by, through }) =>
    by.kind === 'column' && by.path === undefined && through.length === 0 ? [by.column.name] : [],
  );
  return columns
    .filter(({ name }) => !own.includes(name))
    .map((column) => ({
      through: [],
      by: { kind: 'column', column, path: undefined },
      direction: 'ASC',
      nulls: undefined,
    }));
}
