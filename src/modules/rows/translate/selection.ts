import type { FieldNode, GraphQLObjectType } from 'graphql';
import type {
  AggregateSelected,
  ConnectionQuery,
  ConnectionSelected,
  EdgeSelected,
  GroupsQuery,
  PageInfoSelected,
  Selected,
} from '../../../upstream/postgres/rows/compile/query.ts';
import type { Column, Relation, RowsFunction } from '../../../upstream/postgres/rows/model/model.ts';
import { conditionOf } from './condition.ts';
import { splitArguments } from './function-args.ts';
import { parseJsonPath } from './json-path.ts';
import {
  argumentsOf,
  argumentType,
  type KnownField,
  type Operation,
  objectTypeOf,
  selectedFields,
} from './operation.ts';
import { orderOf } from './order.ts';
import { columnsOf, pageOf, sliceOf } from './page.ts';

/** What nodes select of rows of `type`. */
export function rowSelection(
  operation: Operation,
  type: GraphQLObjectType,
  nodes: readonly FieldNode[],
): readonly Selected[] {
  return eachField(operation, type, nodes, (selected) => {
    const { key, field } = selected;
    const meaning = field.extensions.rows;
    switch (meaning?.kind) {
      case 'column':
        return columnSelection(operation, selected, meaning.column);
      case 'computed':
        return computedSelection(operation, selected, meaning.fn);
      case 'relation':
        return relationSelection(operation, selected, meaning.relation);
      case 'relationConnection': {
        const connection = connectionOf(operation, selected);
        return { key, kind: 'manyConnection', relation: meaning.relation, connection };
      }
      case 'relationAggregate': {
        const { relation } = meaning;
        return { key, kind: 'manyAggregate', relation, ...aggregateOf(operation, selected) };
      }
      default:
        throw new Error(`${type.name}.${selected.name} is no part of a row.`);
    }
  });
}

function columnSelection(
  operation: Operation,
  selected: KnownField,
  column: Pick<Column, 'name' | 'type'>,
): Selected {
  const { key, field, node, nodes } = selected;
  const { path } = argumentsOf(operation, field, node);
  const select = hasSelection(node) ? rowSelection(operation, objectTypeOf(field), nodes) : undefined;
  const inside = typeof path === 'string' ? parseJsonPath(path, ['path']) : undefined;
  return { key, kind: 'column', column, path: inside, select };
}

function computedSelection(operation: Operation, selected: KnownField, fn: RowsFunction): Selected {
  const { key, field, node, nodes } = selected;
  const { own, page } = splitArguments(fn, argumentsOf(operation, field, node));
  const givesRows = fn.returns.kind === 'table' && fn.setReturning;
  return {
    key,
    kind: 'computed',
    fn,
    args: own,
    select: hasSelection(node) ? rowSelection(operation, objectTypeOf(field), nodes) : undefined,
    page: givesRows ? pageOf(operation, field, page) : undefined,
  };
}

function relationSelection(operation: Operation, selected: KnownField, relation: Relation): Selected {
  const { key, field, node, nodes } = selected;
  const select = rowSelection(operation, objectTypeOf(field), nodes);
  if (relation.cardinality === 'one') return { key, kind: 'one', relation, select };
  const page = pageOf(operation, field, argumentsOf(operation, field, node));
  return { key, kind: 'many', relation, select, page };
}

/** A connection's arguments and what is selected of it. */
export function connectionOf(
  operation: Operation,
  selected: KnownField,
): Omit<ConnectionQuery, 'kind' | 'from'> {
  const { field, node, nodes } = selected;
  const args = argumentsOf(operation, field, node);
  return {
    select: eachField(operation, objectTypeOf(field), nodes, (part): ConnectionSelected => {
      const { key, name } = part;
      switch (name) {
        case 'edges':
          return { key, kind: name, select: edgeSelection(operation, part) };
        case 'nodes':
          return { key, kind: name, select: rowSelection(operation, objectTypeOf(part.field), part.nodes) };
        case 'pageInfo':
          return { key, kind: name, select: pageInfoSelection(operation, part) };
        case 'totalCount':
          return { key, kind: name };
        default:
          throw new Error(`A connection has no ${name}.`);
      }
    }),
    where: conditionOf(argumentType(field, 'where'), args['where'], ['where']),
    orderBy: orderOf(argumentType(field, 'orderBy'), args['orderBy'], ['orderBy']),
    slice: sliceOf(operation, args),
  };
}

function edgeSelection(operation: Operation, { field, nodes }: KnownField): readonly EdgeSelected[] {
  return eachField(operation, objectTypeOf(field), nodes, (part): EdgeSelected => {
    const { key, name } = part;
    if (name === 'cursor') return { key, kind: name };
    if (name !== 'node') throw new Error(`An edge has no ${name}.`);
    return { key, kind: name, select: rowSelection(operation, objectTypeOf(part.field), part.nodes) };
  });
}

function pageInfoSelection(operation: Operation, { field, nodes }: KnownField): readonly PageInfoSelected[] {
  return eachField(operation, objectTypeOf(field), nodes, ({ key, name }): PageInfoSelected => {
    switch (name) {
      case 'hasNextPage':
      case 'hasPreviousPage':
      case 'startCursor':
      case 'endCursor':
        return { key, kind: name };
      default:
        throw new Error(`PageInfo has no ${name}.`);
    }
  });
}

/** An aggregate's arguments and what is selected of it. */
export function aggregateOf(operation: Operation, { field, node, nodes }: KnownField) {
  const args = argumentsOf(operation, field, node);
  return {
    where: conditionOf(argumentType(field, 'where'), args['where'], ['where']),
    select: eachField(operation, objectTypeOf(field), nodes, (part) => numberSelection(operation, part)),
  };
}

/** What is selected of groups. */
export function groupSelection(operation: Operation, { field, nodes }: KnownField): GroupsQuery['select'] {
  return eachField(operation, objectTypeOf(field), nodes, (part): GroupsQuery['select'][number] =>
    part.name === 'key'
      ? { key: part.key, kind: 'key', select: namedColumns(operation, part) }
      : numberSelection(operation, part),
  );
}

function numberSelection(operation: Operation, part: KnownField): AggregateSelected {
  const { key, name, field, node } = part;
  switch (name) {
    case 'count':
      return { key, kind: name, distinct: columnsOf(argumentsOf(operation, field, node)['distinct']) };
    case 'sum':
    case 'avg':
    case 'min':
    case 'max':
      return { key, kind: name, select: namedColumns(operation, part) };
    default:
      throw new Error(`There is no number ${name}.`);
  }
}

function namedColumns(operation: Operation, { field, nodes }: KnownField) {
  return eachField(operation, objectTypeOf(field), nodes, ({ key, name, field: inner }) => {
    const meaning = inner.extensions.rows;
    if (meaning?.kind !== 'column') throw new Error(`${name} is no column.`);
    return { key, kind: 'column' as const, column: meaning.column };
  });
}

type Typename = { readonly key: string; readonly kind: 'typename'; readonly name: string };

/** What `read` makes of each field; of `__typename` the name of the type. */
function eachField<T>(
  operation: Operation,
  type: GraphQLObjectType,
  nodes: readonly FieldNode[],
  read: (selected: KnownField) => T,
): readonly (T | Typename)[] {
  return selectedFields(operation, type, nodes).map((selected) => {
    const { key, field } = selected;
    if (field === undefined) return { key, kind: 'typename', name: type.name };
    return read({ ...selected, field });
  });
}

function hasSelection({ selectionSet }: FieldNode): boolean {
  return selectionSet !== undefined;
}
