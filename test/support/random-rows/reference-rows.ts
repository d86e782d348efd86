import { type Args, type Asked, and, columnsOf, type Fields, shown, values } from './reference-asked.ts';
import { groups, numbers } from './reference-numbers.ts';
import { pageOf, type ReferenceRow } from './reference-page.ts';
import {
  fromWhere,
  listOf,
  literal,
  newAlias,
  orderSql,
  pathSteps,
  type RowSet,
  recordOf,
  whereSql,
} from './reference-sql.ts';
import {
  type ReferenceRelation,
  type ReferenceTable,
  referenceColumn,
  referenceTable,
  referenceTables,
} from './reference-tables.ts';

/** What lies under `db`. */
export function dbFields(asked: Asked): Fields {
  const fields: Fields = {};
  for (const [apiName, table] of Object.entries(referenceTables)) {
    const all = (): RowSet => ({ table, alias: newAlias(), conditions: [] });
    Object.assign(fields, listFields(asked, apiName, all), {
      [`${apiName}Groups`]: (args: Args) => groups(asked, all(), args),
      ...Object.fromEntries(
        ['Pk', 'Name', 'Price'].map((key) => [
          `${apiName}By${key}`,
          (args: Args) => oneRow(asked, withKey(all(), args)),
        ]),
      ),
    });
  }
  return fields;
}

/** The ways to look at rows. */
function listFields(asked: Asked, apiName: string, rows: () => RowSet): Fields {
  return {
    [apiName]: (args: Args) => list(asked, rows(), args),
    [`${apiName}Connection`]: (args: Args) => connection(asked, rows(), args),
    [`${apiName}Aggregate`]: ({ where }: Args) => numbers(asked, and(rows(), where)),
  };
}

function withKey(rows: RowSet, key: Args): RowSet {
  const conditions = Object.entries(key).map(([name, value]) => {
    const { name: column, type } = referenceColumn(rows.table, name);
    return `${rows.alias}.${column} = ${literal(value, type)}`;
  });
  return { ...rows, conditions };
}

/** A row with all columns that may be read, each as it is shown, and its key as text. */
function rowSql(asked: Asked, { table, alias }: RowSet): string {
  const pairs = columnsOf(asked, table).map(
    ([apiName, { name, type }]) => `'${apiName}', ${shown(`${alias}.${name}`, type)}`,
  );
  const key = table.key.map((name) => `${alias}.${name}::text`);
  return `json_build_object('fields', json_build_object(${pairs.join(', ')}), 'key', json_build_array(${key.join(', ')}))`;
}

function rowOf(asked: Asked, table: ReferenceTable, value: unknown): ReferenceRow {
  const { fields: columns, key: parts, met } = recordOf(value);
  const key = JSON.stringify(parts);
  const fields: Fields = { ...recordOf(columns) };
  if ('meta' in fields) {
    const { meta } = fields;
    fields['meta'] = ({ path }: Args) => (path === undefined ? meta : inJson(meta, String(path)));
  }
  for (const [apiName, relation] of Object.entries(table.relations)) {
    const rows = () => relatedRows(table, key, relation);
    Object.assign(
      fields,
      relation.isMany ? listFields(asked, apiName, rows) : { [apiName]: () => oneRow(asked, rows()) },
    );
  }
  return { fields, key, met: met === true };
}

/** The rows that are related to the one with a key. */
function relatedRows(table: ReferenceTable, key: string, { to, on }: ReferenceRelation): RowSet {
  const [own, alias] = [newAlias(), newAlias()];
  const texts: unknown[] = JSON.parse(key);
  const isRow = table.key.map((name, index) => `${own}.${name}::text = ${literal(texts[index], 'text')}`);
  const exists = `exists (select from ${table.name} ${own} where ${isRow.join(' and ')} and ${on(own, alias)})`;
  return { table: referenceTable(to), alias, conditions: [exists] };
}

function inJson(value: unknown, path: string): unknown {
  return pathSteps(path).reduce<unknown>((inner, step) => {
    if (Array.isArray(inner)) return /^-?\d+$/.test(step) ? inner.at(Number(step)) : undefined;
    return typeof inner === 'object' && inner !== null ? Reflect.get(inner, step) : undefined;
  }, value);
}

async function oneRow(asked: Asked, rows: RowSet): Promise<Fields | null> {
  const [found, ...more] = await values(asked, `select ${rowSql(asked, rows)} as value ${fromWhere(rows)}`);
  if (more.length > 0) throw new Error(`several rows of ${rows.table.name} where there should be one`);
  return found === undefined ? null : rowOf(asked, rows.table, found).fields;
}

async function list(asked: Asked, all: RowSet, args: Args): Promise<Fields[]> {
  const rows = and(all, args['where']);
  const { table, alias } = rows;
  const order = orderSql(table, alias, args['orderBy']).join(', ');
  if (order === '') throw new Error('a list without an order cannot be compared');
  const distinct = args['distinctOn'] === undefined ? [] : listOf(args['distinctOn']);
  const same = distinct.map((name) => `${alias}.${referenceColumn(table, String(name)).name}`);
  const nth =
    same.length === 0 ? '1' : `row_number() over (partition by ${same.join(', ')} order by ${order})`;
  const numbered = `select ${rowSql(asked, rows)} as value, row_number() over (order by ${order}) as place, ${nth} as nth ${fromWhere(rows)}`;
  const found = await values(
    asked,
    `select value from (${numbered}) numbered where nth = 1 order by place limit ${args['limit'] ?? 'all'} offset ${args['offset'] ?? 0}`,
  );
  return found.map((value) => rowOf(asked, table, value).fields);
}

/** All rows in their order, of which a page is cut out by counting. */
async function connection(asked: Asked, rows: RowSet, args: Args): Promise<Fields> {
  const { table, alias } = rows;
  const met = args['where'] === undefined ? 'true' : whereSql(table, alias, args['where']);
  const order = totalOrder(rows, args['orderBy']).join(', ');
  const texts = `json_build_object('met', ${met}) as met, ${rowSql(asked, rows)} as row`;
  const found = await values(
    asked,
    `select met::jsonb || row::jsonb as value from (select ${texts}, row_number() over (order by ${order}) as place ${fromWhere(rows)}) r order by place`,
  );
  return pageOf(
    found.map((value) => rowOf(asked, table, value)),
    args,
    asked.cursors,
  );
}

/** The order that was asked for, then the key in the direction of its last term. */
function totalOrder({ table, alias }: RowSet, terms: unknown): string[] {
  const order = orderSql(table, alias, terms);
  const direction = / desc( nulls \w+)?$/.test(order.at(-1) ?? '') ? 'desc' : 'asc';
  const missing = table.key.filter((name) => !order.some((term) => term.startsWith(`${alias}.${name} `)));
  return [...order, ...missing.map((name) => `${alias}.${name} ${direction}`)];
}
