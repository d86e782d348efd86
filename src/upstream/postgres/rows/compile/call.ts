import { quoteIdentifier } from '../../quote-identifier.ts';
import type { RecordReturned, RowsFunction } from '../model/model.ts';
import { callOf } from './call-arguments.ts';
import { jsonList, jsonObject } from './json-object.ts';
import { cutList } from './list.ts';
import { attributePairs, outputOf } from './output.ts';
import { limitsOf, withNumbers } from './page.ts';
import type { CallQuery, Page, Selected } from './query.ts';
import { rowOf } from './row-scope.ts';
import { rowsOfCall } from './row-set.ts';
import type { RowStatement } from './row-shape.ts';
import { singleRow } from './single-row.ts';
import type { Fragment } from './statement.ts';

/** What a function gives, whatever that is but a set of a table's rows. */
export function answerOfCall(statement: RowStatement, query: CallQuery): Fragment {
  const { fn, args, select } = query;
  return resultOf(statement, fn, callOf(statement, fn, args), select, query, []);
}

/**
 * What `call`, which is one of `fn`, gives: a value, a row or a list of either. It stands in FROM, so that it is called
 * once whatever is done with its value, and called though nothing is.
 */
export function resultOf(
  statement: RowStatement,
  fn: RowsFunction,
  call: string,
  select: readonly Selected[],
  limits: Pick<Page, 'limit' | 'offset'>,
  path: readonly string[],
): Fragment {
  if (fn.returns.kind === 'table') {
    if (fn.setReturning) throw new Error(`the rows of ${fn.name} are asked for as rows`);
    return singleRow(statement, rowsOfCall(statement, fn.returns.table, call, false), select, path);
  }
  const items = `select ${itemsOf(statement, fn.returns, call, select)}`;
  if (!fn.setReturning) return { sql: items, cuts: [] };
  const page = `${items}${limitsOf(statement, limits, statement.maxRows + 1)}`;
  if (limits.limit === undefined) return cutList(statement, withNumbers(page), statement.cutColumn(path));
  return { sql: `select ${jsonList('o.j')} from (${page}) o`, cuts: [] };
}

/** A column `j`, and FROM. */
function itemsOf(
  statement: RowStatement,
  returns: Exclude<RowsFunction['returns'], { kind: 'table' }>,
  call: string,
  select: readonly Selected[],
): string {
  const alias = statement.alias();
  switch (returns.kind) {
    case 'void':
      return `pg_catalog.to_json(true) as j from ${call} ${alias}`;
    case 'record': {
      const named = returns.isBare ? `${alias}(${definitionsOf(returns)})` : alias;
      return `${jsonObject(attributePairs(rowOf(alias), select))} as j from ${call} ${named}`;
    }
    case 'value': {
      if (returns.type.kind === 'composite') {
        const object = jsonObject(attributePairs(rowOf(alias), select));
        // Null comes as a row of nulls.
        return `case when not (${alias} is null) then ${object} end as j from ${call} ${alias}`;
      }
      const value = outputOf(returns.type, `${alias}.v`, select);
      return `pg_catalog.to_json(${value}) as j from ${call} ${alias}(v)`;
    }
  }
}

function definitionsOf({ attributes }: RecordReturned): string {
  return attributes.map(({ name, type }) => `${quoteIdentifier(name)} ${type.sql}`).join(', ');
}
