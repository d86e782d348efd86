import type {
  Condition,
  JsonPath,
  Operator,
  OrderTerm,
  Page,
  RowsQuery,
  Selected,
  State,
} from '../../src/upstream/postgres/rows/compile/query.ts';
import type { Relation, RowsFunction, Table } from '../../src/upstream/postgres/rows/model/model.ts';
import { columnOf } from './rows-model.ts';

// Queries as the schema makes them of operations. Columns go by their names in Postgres.

export function pageOf(part: Partial<Page> = {}): Page {
  return { where: undefined, orderBy: [], distinctOn: [], limit: undefined, offset: undefined, ...part };
}

export function rowsQuery(table: Table, select: readonly Selected[], part: Partial<Page> = {}): RowsQuery {
  return { kind: 'rows', from: { table, call: undefined }, select, page: pageOf(part) };
}

export function columns(table: Table, ...names: readonly string[]): Selected[] {
  return names.map((name) => ({
    key: name,
    kind: 'column',
    column: columnOf(table, name),
    path: undefined,
    select: undefined,
  }));
}

export function relationOf(table: Table, apiName: string): Relation {
  const relation = table.relations.find((each) => each.apiName === apiName);
  if (relation === undefined) {
    throw new Error(`${table.name} has ${table.relations.map((each) => each.apiName).join(', ')}`);
  }
  return relation;
}

export function one(table: Table, apiName: string, select: readonly Selected[]): Selected {
  return { key: apiName, kind: 'one', relation: relationOf(table, apiName), select };
}

export function many(
  table: Table,
  apiName: string,
  select: readonly Selected[],
  part: Partial<Page> = {},
): Selected {
  return { key: apiName, kind: 'many', relation: relationOf(table, apiName), select, page: pageOf(part) };
}

export function compare(
  table: Table,
  name: string,
  operator: Operator,
  value: unknown,
  path?: JsonPath,
): Condition {
  return {
    kind: 'compare',
    operand: { kind: 'column', column: columnOf(table, name), path },
    operator,
    value,
  };
}

export function is(table: Table, name: string, state: State, path?: JsonPath): Condition {
  return { kind: 'is', operand: { kind: 'column', column: columnOf(table, name), path }, state };
}

export function related(
  table: Table,
  apiName: string,
  quantifier: 'one' | 'some' | 'none' | 'every',
  where: Condition = { kind: 'and', of: [] },
): Condition {
  return { kind: 'related', relation: relationOf(table, apiName), quantifier, where };
}

/** `DESC NULLS LAST`, or less. */
type Direction = `${'ASC' | 'DESC'}${'' | ' NULLS FIRST' | ' NULLS LAST'}`;

export function by(table: Table, name: string, direction: Direction = 'ASC', path?: JsonPath): OrderTerm {
  return orderTerm({ kind: 'column', column: columnOf(table, name), path }, direction);
}

export function orderTerm(
  key: OrderTerm['by'],
  direction: Direction = 'ASC',
  through: readonly Relation[] = [],
): OrderTerm {
  const [way, , nulls] = direction.split(' ');
  return {
    through,
    by: key,
    direction: way === 'DESC' ? 'DESC' : 'ASC',
    nulls: nulls === 'FIRST' || nulls === 'LAST' ? nulls : undefined,
  };
}

export function argumentsOf(fn: RowsFunction, values: Readonly<Record<string, unknown>>) {
  return new Map(
    Object.entries(values).map(([name, value]) => {
      const parameter = fn.parameters.find(({ apiName }) => apiName === name);
      if (parameter === undefined) throw new Error(`${fn.name} has no parameter ${name}`);
      return [parameter, value];
    }),
  );
}
