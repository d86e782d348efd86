import { aggregateOf } from './aggregate.ts';
import { answerOfCall } from './call.ts';
import { connectionOf } from './connection.ts';
import { groupsOf } from './groups.ts';
import { keyConditions } from './key-conditions.ts';
import { listOf } from './list.ts';
import type { CompiledRead, ReadQuery, RowQuery } from './query.ts';
import { rowOf } from './row-scope.ts';
import { type RowSet, rowsOf } from './row-set.ts';
import type { RowStatement } from './row-shape.ts';
import { createRowStatement, readingTable } from './selection.ts';
import { singleRow } from './single-row.ts';
import type { Fragment, StatementLimits } from './statement.ts';

/**
 * One statement for `query`, whose row has the answer as JSON text. Throws BAD_USER_INPUT, with the path from the argument
 * on, for values that cannot be what they are compared with or given for.
 */
export function compileRead(query: ReadQuery, limits: StatementLimits): CompiledRead {
  const statement = createRowStatement(limits);
  return statement.finish(answerOf(isOfTable(query) ? readingTable(statement) : statement, query));
}

/** Whether its rows are those of a table, and not what a function gives. */
function isOfTable(query: ReadQuery): boolean {
  return 'from' in query ? query.from.call === undefined : query.kind === 'row';
}

function answerOf(statement: RowStatement, query: ReadQuery): Fragment {
  switch (query.kind) {
    case 'rows':
      return listOf(statement, rowsOf(statement, query.from), query.page, query.select, []);
    case 'row':
      return rowByKey(statement, query);
    case 'connection':
      return connectionOf(statement, rowsOf(statement, query.from), query, []);
    case 'aggregate':
      return aggregateOf(statement, rowsOf(statement, query.from), query.where, query.select);
    case 'groups':
      return groupsOf(statement, query);
    case 'call':
      return answerOfCall(statement, query);
  }
}

function rowByKey(statement: RowStatement, { table, key, values, select }: RowQuery): Fragment {
  const rows = rowsOf(statement, { table, call: undefined });
  const conditions = keyConditions(statement, rowOf(rows.alias), key, values);
  const named: RowSet = { ...rows, conditions };
  return singleRow(statement, named, select, []);
}
