import { badInput } from '../../../../lib/bad-input.ts';
import { numbersOver } from './aggregate.ts';
import { conditionOf } from './condition.ts';
import { comparable } from './expression.ts';
import { type JsonPair, jsonObject, jsonRows } from './json-object.ts';
import { cutList } from './list.ts';
import { orderBy, orderOf } from './order.ts';
import { outputOf, typename } from './output.ts';
import { limitsOf, whereConditions, withNumbers } from './page.ts';
import type { GroupsQuery } from './query.ts';
import { rowOf } from './row-scope.ts';
import { rowsOf, whereOf } from './row-set.ts';
import type { Fragment, Statement } from './statement.ts';

type GroupSelected = GroupsQuery['select'][number];

/** Throws BAD_USER_INPUT for an order by a column that the rows are not grouped by. */
export function groupsOf(statement: Statement, query: GroupsQuery): Fragment {
  checkOrder(query);
  const rows = rowsOf(statement, query.from);
  const scope = rowOf(rows.alias);
  const numbers = numbersOver(scope, statement.alias());
  const keys = query.by.map((column) => comparable(scope, column));
  const keyOf = (selected: Extract<GroupSelected, { kind: 'key' }>): string =>
    jsonObject(
      selected.select.map((part): JsonPair => {
        if (part.kind === 'typename') return [part.key, typename(part.name)];
        const index = query.by.findIndex(({ name }) => name === part.column.name);
        const type = keys[index]?.type;
        // Of columns that the groups mix there is no one value.
        const value = type === undefined ? 'null' : outputOf(type, `${numbers.alias}.g${index}`, undefined);
        return [part.key, value];
      }),
    );
  const pairs = query.select.map(
    (selected): JsonPair => [
      selected.key,
      selected.kind === 'key' ? keyOf(selected) : numbers.value(selected),
    ],
  );
  const columns = [...keys.map(({ sql }, index) => `${sql} as g${index}`), ...numbers.columns()];
  const groups = `select ${columns.join(', ')}${groupedRows(statement, query, rows)}`;
  if (query.limit !== undefined)
    return { sql: jsonRows(pairs, ` from (${groups}) ${numbers.alias}`), cuts: [] };
  const items = `select ${jsonObject(pairs)} as j from (${groups}) ${numbers.alias}`;
  return cutList(statement, withNumbers(items), statement.cutColumn([]));
}

/** From FROM to LIMIT. */
function groupedRows(statement: Statement, query: GroupsQuery, rows: ReturnType<typeof rowsOf>): string {
  const scope = rowOf(rows.alias);
  const keys = query.by.map((column) => comparable(scope, column).sql);
  const where = whereOf(whereConditions(statement, rows, query.where));
  const having =
    query.having === undefined ? '' : ` having ${conditionOf(statement, scope, query.having, ['having'])}`;
  const order = orderBy(orderOf(statement, rows, query.orderBy).expressions);
  // Without a column all rows are one group, if there are any.
  const by = keys.length === 0 ? '()' : keys.join(', ');
  return ` from ${rows.from}${where} group by ${by}${having}${order}${limitsOf(statement, query, statement.maxRows + 1)}`;
}

function checkOrder({ by, orderBy: terms }: GroupsQuery): void {
  for (const [index, { by: key }] of terms.entries()) {
    if (key.kind === 'column' && !by.some(({ name }) => name === key.column.name)) {
      const { apiName } = key.column;
      throw badInput(['orderBy', String(index), 'key', apiName], `The groups are not by ${apiName}.`);
    }
  }
}
