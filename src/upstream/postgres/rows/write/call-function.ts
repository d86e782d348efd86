import { compileRead } from '../compile/compile-read.ts';
import { listOf } from '../compile/list.ts';
import type { CallQuery, ReadQuery, RowsQuery } from '../compile/query.ts';
import { type RowSet, rowsOf, rowsOfCall, whereOf } from '../compile/row-set.ts';
import { isFlat, type RowStatement } from '../compile/row-shape.ts';
import { singleRow } from '../compile/single-row.ts';
import { qualified } from '../compile/sql-names.ts';
import type { Fragment } from '../compile/statement.ts';
import type { Table } from '../model/model.ts';
import type { StatementAnswer, WriteRun } from './write-run.ts';

/** Rows of a table that a function gives, and what of them is asked for. */
interface CalledRows {
  readonly rows: (statement: RowStatement) => RowSet;
  readonly table: Table;
  readonly answer: (statement: RowStatement, rows: RowSet) => Fragment;
}

/**
 * Calls a function that may change anything. What is related to the rows that it gives is read by a second statement: the
 * first one sees all tables as they were before.
 */
export async function callFunction(run: WriteRun, query: ReadQuery): Promise<StatementAnswer> {
  const called = calledRows(query);
  if (called === undefined) return await run.answer((statement) => compileRead(query, statement));
  const { table } = called;
  const { text } = await run.answer((statement) => {
    const { alias, from, conditions } = called.rows(statement);
    const array = `pg_catalog.to_json(pg_catalog.array_agg(${alias})::pg_catalog.text)`;
    return statement.finish({ sql: `select ${array} as j from ${from}${whereOf(conditions)}`, cuts: [] });
  });
  const rows: unknown = JSON.parse(text ?? 'null') ?? '{}';
  return await run.answer((statement) => {
    const array = statement.bind(String(rows), `${qualified(table)}[]`);
    const given = rowsOfCall(statement, table, `pg_catalog.unnest(${array})`, true);
    return statement.finish(called.answer(statement, given));
  });
}

/** Undefined where one statement does. */
function calledRows(query: ReadQuery): CalledRows | undefined {
  if (query.kind === 'rows' && !isFlat(query.select)) return fromRows(query);
  if (query.kind === 'call' && !isFlat(query.select)) return fromCall(query);
  return undefined;
}

function fromRows({ from, page, select }: RowsQuery): CalledRows {
  return {
    rows: (statement) => rowsOf(statement, from),
    table: from.table,
    answer: (statement, rows) => listOf(statement, rows, page, select, []),
  };
}

function fromCall({ fn, args, select }: CallQuery): CalledRows | undefined {
  if (fn.returns.kind !== 'table') return undefined;
  const { table } = fn.returns;
  return {
    rows: (statement) => rowsOf(statement, { table, call: { fn, args } }),
    table,
    answer: (statement, rows) => singleRow(statement, rows, select, []),
  };
}
