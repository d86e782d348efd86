import type { ReadQuery, Source } from '../../../upstream/postgres/rows/compile/query.ts';
import type { RowsFunction, Table } from '../../../upstream/postgres/rows/model/model.ts';
import { conditionOf } from './condition.ts';
import { splitArguments } from './function-args.ts';
import { argumentsOf, argumentType, type KnownField, type Operation, objectTypeOf } from './operation.ts';
import { orderOf } from './order.ts';
import { columnsOf, limitsOf, pageOf } from './page.ts';
import { aggregateOf, connectionOf, groupSelection, rowSelection } from './selection.ts';

/** What a field of the query's `db` asks for. Throws BAD_USER_INPUT. */
export function readQueryOf(operation: Operation, selected: KnownField): ReadQuery {
  const { field, node, nodes } = selected;
  const args = argumentsOf(operation, field, node);
  const meaning = field.extensions.rows;
  switch (meaning?.kind) {
    case 'rows':
      return {
        kind: 'rows',
        from: tableSource(meaning.table),
        select: rowSelection(operation, objectTypeOf(field), nodes),
        page: pageOf(operation, field, args),
      };
    case 'row': {
      const { table, key } = meaning;
      return {
        kind: 'row',
        table,
        key,
        values: key.columns.map(({ apiName }) => args[apiName]),
        select: rowSelection(operation, objectTypeOf(field), nodes),
      };
    }
    case 'connection':
      return {
        kind: 'connection',
        from: tableSource(meaning.table),
        ...connectionOf(operation, selected),
      };
    case 'aggregate':
      return { kind: 'aggregate', from: tableSource(meaning.table), ...aggregateOf(operation, selected) };
    case 'groups':
      return {
        kind: 'groups',
        from: tableSource(meaning.table),
        by: columnsOf(args['by']),
        where: conditionOf(argumentType(field, 'where'), args['where'], ['where']),
        having: conditionOf(argumentType(field, 'having'), args['having'], ['having']),
        orderBy: orderOf(argumentType(field, 'orderBy'), args['orderBy'], ['orderBy']),
        ...limitsOf(operation, args),
        select: groupSelection(operation, selected),
      };
    case 'call':
      return callOf(operation, selected, meaning.fn, args);
    default:
      throw new Error(`${field.name} is no field of db.`);
  }
}

function callOf(
  operation: Operation,
  { field, node, nodes }: KnownField,
  fn: RowsFunction,
  args: Readonly<Record<string, unknown>>,
): ReadQuery {
  const { own, page } = splitArguments(fn, args);
  const select = node.selectionSet ? rowSelection(operation, objectTypeOf(field), nodes) : [];
  if (fn.returns.kind === 'table' && fn.setReturning) {
    const from: Source = { table: fn.returns.table, call: { fn, args: own } };
    return { kind: 'rows', from, select, page: pageOf(operation, field, page) };
  }
  return { kind: 'call', fn, args: own, select, ...limitsOf(operation, page) };
}

function tableSource(table: Table): Source {
  return { table, call: undefined };
}
