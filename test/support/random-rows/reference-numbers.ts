import { type Args, type Asked, and, columnsOf, type Fields, shown, values } from './reference-asked.ts';
import {
  aggregateType,
  fromWhere,
  groupsOrderSql,
  havingSql,
  listOf,
  literal,
  type RowSet,
  recordOf,
} from './reference-sql.ts';
import { referenceColumn } from './reference-tables.ts';

/** Each number is asked for by itself. */
export function numbers(asked: Asked, rows: RowSet): Fields {
  const { table, alias } = rows;
  const value = async (sql: string): Promise<unknown> =>
    (await values(asked, `select to_json(${sql}) as value ${fromWhere(rows)}`))[0];
  const over = (fn: string): Fields =>
    Object.fromEntries(
      columnsOf(asked, table).map(([apiName, { name, type }]) => [
        apiName,
        () => value(shown(`${fn}(${alias}.${name})`, aggregateType(fn, type))),
      ]),
    );
  return {
    count: ({ distinct }: Args) => {
      const names = (distinct === undefined ? [] : listOf(distinct)).map(
        (name) => `${alias}.${referenceColumn(table, String(name)).name}`,
      );
      // Of one column nulls do not count; of several a combination with nulls does.
      return value(
        names.length === 0
          ? 'count(*)'
          : `count(distinct ${names.length === 1 ? names[0] : `(${names.join(', ')})`})`,
      );
    },
    sum: () => over('sum'),
    avg: () => over('avg'),
    min: () => over('min'),
    max: () => over('max'),
  };
}

/** Groups by their keys, and then the rows of each group again for its numbers. */
export async function groups(asked: Asked, all: RowSet, args: Args): Promise<Fields[]> {
  const rows = and(all, args['where']);
  const { table, alias } = rows;
  const by = listOf(args['by']).map((name) => ({
    apiName: String(name),
    ...referenceColumn(table, String(name)),
  }));
  const having = args['having'] === undefined ? 'true' : havingSql(table, alias, args['having']);
  const order = groupsOrderSql(table, alias, args['orderBy']).join(', ');
  const columns = by.map(({ name }) => `${alias}.${name}`);
  const pairs = by.map(({ apiName, name, type }) => `'${apiName}', ${shown(`${alias}.${name}`, type)}`);
  const found = await values(
    asked,
    `select json_build_object('key', json_build_object(${pairs.join(', ')}), 'texts', json_build_array(${columns.map((column) => `${column}::text`).join(', ')})) as value
      ${fromWhere(rows)} group by ${columns.join(', ')} having ${having} order by ${order} limit ${args['limit'] ?? 'all'} offset ${args['offset'] ?? 0}`,
  );
  return found.map((value) => {
    const { key, texts } = recordOf(value);
    const same = by.map(({ name }, index) => {
      const text = listOf(texts)[index];
      const column = `${alias}.${name}`;
      return text === null ? `${column} is null` : `${column}::text = ${literal(text, 'text')}`;
    });
    const none = Object.fromEntries(columnsOf(asked, table).map(([apiName]) => [apiName, null]));
    const ofGroup = { ...rows, conditions: [...rows.conditions, ...same] };
    return { key: { ...none, ...recordOf(key) }, ...numbers(asked, ofGroup) };
  });
}
