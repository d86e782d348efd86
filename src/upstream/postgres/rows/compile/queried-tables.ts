import type { Relation, RowsFunction, Table } from '../model/model.ts';
import type { Condition, ConnectionSelected, OrderTerm, ReadQuery, Selected } from './query.ts';

/** The tables whose rows queries read, in the order in which they name them. What functions read by themselves is not seen. */
export function queriedTables(queries: readonly ReadQuery[]): readonly Table[] {
  const tables = new Set<Table>();

  const addRelation = ({ through, other }: Relation): void => {
    if (through !== undefined) tables.add(through.table);
    tables.add(other);
  };
  const addAnswer = ({ returns }: RowsFunction): void => {
    if (returns.kind === 'table') tables.add(returns.table);
  };
  const addCondition = (condition: Condition | undefined): void => {
    switch (condition?.kind) {
      case 'and':
      case 'or':
        return condition.of.forEach(addCondition);
      case 'not':
        return addCondition(condition.of);
      case 'related':
        addRelation(condition.relation);
        return addCondition(condition.where);
    }
  };
  const addOrder = (orderBy: readonly OrderTerm[]): void => {
    for (const { through, by } of orderBy) {
      through.forEach(addRelation);
      if ('relation' in by && by.relation !== undefined) addRelation(by.relation);
    }
  };
  const addPage = (page: Pick<Extract<ReadQuery, { kind: 'connection' }>, 'where' | 'orderBy'>): void => {
    addCondition(page.where);
    addOrder(page.orderBy);
  };
  const addParts = (parts: readonly ConnectionSelected[]): void => {
    for (const part of parts) {
      if (part.kind === 'nodes') part.select.forEach(addSelected);
      if (part.kind !== 'edges') continue;
      for (const inner of part.select) if (inner.kind === 'node') inner.select.forEach(addSelected);
    }
  };
  const addSelected = (selected: Selected): void => {
    switch (selected.kind) {
      case 'computed':
        addAnswer(selected.fn);
        if (selected.page !== undefined) addPage(selected.page);
        return selected.select?.forEach(addSelected);
      case 'one':
        addRelation(selected.relation);
        return selected.select.forEach(addSelected);
      case 'many':
        addRelation(selected.relation);
        addPage(selected.page);
        return selected.select.forEach(addSelected);
      case 'manyConnection':
        addRelation(selected.relation);
        addPage(selected.connection);
        return addParts(selected.connection.select);
      case 'manyAggregate':
        addRelation(selected.relation);
        return addCondition(selected.where);
    }
  };
  const addQuery = (query: ReadQuery): void => {
    switch (query.kind) {
      case 'row':
        tables.add(query.table);
        return query.select.forEach(addSelected);
      case 'call':
        addAnswer(query.fn);
        return query.select.forEach(addSelected);
      case 'rows':
        tables.add(query.from.table);
        addPage(query.page);
        return query.select.forEach(addSelected);
      case 'connection':
        tables.add(query.from.table);
        addPage(query);
        return addParts(query.select);
      case 'aggregate':
        tables.add(query.from.table);
        return addCondition(query.where);
      case 'groups':
        tables.add(query.from.table);
        return addPage(query);
    }
  };

  queries.forEach(addQuery);
  return [...tables];
}
