import type { Relation, RowsFunction, Table } from '../model/model.ts';
import type { Condition, ConnectionSelected, OrderTerm, ReadQuery, Selected } from './query.ts';

/** The tables whose rows queries read, in the order in which they name them. What functions read by themselves is not seen. */
export function queriedTables(queries: readonly ReadQuery[]): readonly Table[] {
  return [...new Set(queries.flatMap(ofQuery))];
}

function ofQuery(query: ReadQuery): readonly Table[] {
  switch (query.kind) {
    case 'row':
      return [query.table, ...query.select.flatMap(ofSelected)];
    case 'call':
      return [...ofFunction(query.fn), ...query.select.flatMap(ofSelected)];
    case 'rows':
      return [query.from.table, ...ofPage(query.page), ...query.select.flatMap(ofSelected)];
    case 'connection':
      return [query.from.table, ...ofPage(query), ...query.select.flatMap(ofPart)];
    case 'aggregate':
      return [query.from.table, ...ofCondition(query.where)];
    case 'groups':
      return [query.from.table, ...ofPage(query)];
  }
}

function ofSelected(selected: Selected): readonly Table[] {
  switch (selected.kind) {
    case 'computed': {
      const { fn, page, select = [] } = selected;
      return [...ofFunction(fn), ...(page === undefined ? [] : ofPage(page)), ...select.flatMap(ofSelected)];
    }
    case 'one':
      return [...ofRelation(selected.relation), ...selected.select.flatMap(ofSelected)];
    case 'many':
      return [
        ...ofRelation(selected.relation),
        ...ofPage(selected.page),
        ...selected.select.flatMap(ofSelected),
      ];
    case 'manyConnection': {
      const { relation, connection } = selected;
      return [...ofRelation(relation), ...ofPage(connection), ...connection.select.flatMap(ofPart)];
    }
    case 'manyAggregate':
      return [...ofRelation(selected.relation), ...ofCondition(selected.where)];
    default:
      return [];
  }
}

function ofPart(part: ConnectionSelected): readonly Table[] {
  if (part.kind === 'nodes') return part.select.flatMap(ofSelected);
  if (part.kind !== 'edges') return [];
  return part.select.flatMap((inner) => (inner.kind === 'node' ? inner.select.flatMap(ofSelected) : []));
}

function ofPage(page: {
  readonly where: Condition | undefined;
  readonly orderBy: readonly OrderTerm[];
}): readonly Table[] {
  const ordering = page.orderBy.flatMap(({ through, by }) => [
    ...through,
    ...('relation' in by && by.relation !== undefined ? [by.relation] : []),
  ]);
  return [...ofCondition(page.where), ...ordering.flatMap(ofRelation)];
}

function ofCondition(condition: Condition | undefined): readonly Table[] {
  switch (condition?.kind) {
    case 'and':
    case 'or':
      return condition.of.flatMap(ofCondition);
    case 'not':
      return ofCondition(condition.of);
    case 'related':
      return [...ofRelation(condition.relation), ...ofCondition(condition.where)];
    default:
      return [];
  }
}

function ofRelation({ through, other }: Relation): readonly Table[] {
  return through === undefined ? [other] : [through.table, other];
}

function ofFunction({ returns }: RowsFunction): readonly Table[] {
  return returns.kind === 'table' ? [returns.table] : [];
}
