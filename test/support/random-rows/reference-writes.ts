import type { Args, Asked, Fields } from './reference-asked.ts';
import { listOf, literal, recordOf, whereSql } from './reference-sql.ts';
import { type ReferenceColumn, referenceColumn, referenceTable } from './reference-tables.ts';

const table = referenceTable('items');

/** Rows are not as the caller wants them to be. */
export class Unwanted extends Error {}

/** What may be written of `items`: one statement each, as somebody would write it by hand. */
export function writeFields({ sql }: Pick<Asked, 'sql'>): Fields {
  const run = async (text: string): Promise<Fields[]> => {
    const rows = await sql.unsafe(`${text} returning json_build_object(
      'id', id, 'owner', owner, 'title', title, 'points', points, 'price', price::text, 'meta', meta, 'tags', tags,
      'parentId', parent_id) as value`);
    return rows.map((row): Fields => ({ ...recordOf(row['value']) }));
  };
  const counted = async (text: string, atMost?: unknown): Promise<Fields> => {
    const returning = await run(text);
    if (typeof atMost === 'number' && returning.length > atMost) throw new Unwanted();
    return { affectedCount: returning.length, returning };
  };
  /** Null where there is no such row. */
  const one = async (text: string, id: unknown, ifMatch: unknown): Promise<Fields | null> => {
    const match = ifMatch === undefined ? 'true' : whereSql(table, 'items', ifMatch);
    const others = await sql.unsafe(
      `select from items where id = ${literal(id, 'int')} and ${match} is not true`,
    );
    const [row = null] = await run(text);
    // A row that is as it should be, but not the caller's to change, is none.
    if (row === null && others.length > 0) throw new Unwanted();
    return row;
  };
  const where = (args: Args): string => whereSql(table, 'items', args['where']);
  const key = ({ id, ifMatch }: Args): string =>
    `id = ${literal(id, 'int')} and ${ifMatch === undefined ? 'true' : whereSql(table, 'items', ifMatch)}`;
  const update = (args: Args, which: string): string => `update items set ${changesSql(args)} where ${which}`;

  // One after the other; what comes after a failure fails with it.
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn =
    <T>(write: (args: Args) => Promise<T>) =>
    (args: Args): Promise<T> => {
      const done = turn.then(() => write(args));
      turn = done;
      return done;
    };
  return {
    insertItems: inTurn(({ objects, onConflict }) => counted(insertSql(listOf(objects), onConflict))),
    insertItemsOne: inTurn(
      async ({ object, onConflict }) => (await run(insertSql([object], onConflict)))[0] ?? null,
    ),
    updateItems: inTurn((args) => counted(update(args, where(args)), args['atMost'])),
    updateItemsByPk: inTurn((args) => one(update(args, key(args)), args['id'], args['ifMatch'])),
    updateItemsMany: inTurn(async ({ updates }) => {
      let affectedCount = 0;
      for (const each of listOf(updates).map(recordOf)) {
        affectedCount += (await run(update(each, where(each)))).length;
      }
      return { affectedCount };
    }),
    deleteItems: inTurn((args) => counted(`delete from items where ${where(args)}`, args['atMost'])),
    deleteItemsByPk: inTurn((args) =>
      one(`delete from items where ${key(args)}`, args['id'], args['ifMatch']),
    ),
  };
}

const valueSql = (value: unknown, { type }: ReferenceColumn): string =>
  value === null ? 'null' : literal(type.endsWith('[]') ? listOf(value) : value, type);

function insertSql(objects: readonly unknown[], onConflict: unknown): string {
  const given = objects.map(recordOf);
  const names = [...new Set(given.flatMap((object) => Object.keys(object)))];
  const columns = names.map((name) => referenceColumn(table, name));
  const tuples = given.map((object) => {
    const values = columns.map((column, index) => {
      const value = object[names[index] ?? ''];
      return value === undefined ? 'default' : valueSql(value, column);
    });
    return `(${values.join(', ')})`;
  });
  const rows = `insert into items (${columns.map(({ name }) => name).join(', ')}) values ${tuples.join(', ')}`;
  if (onConflict === undefined) return rows;
  const { constraint, update, where } = recordOf(onConflict);
  const target = `${rows} on conflict on constraint ${constraint}`;
  const updated = listOf(update).map((name) => referenceColumn(table, String(name)).name);
  if (updated.length === 0) return `${target} do nothing`;
  const condition = where === undefined ? 'true' : whereSql(table, 'items', where);
  return `${target} do update set ${updated.map((name) => `${name} = excluded.${name}`).join(', ')} where ${condition}`;
}

/** What becomes of a column, by the kind of the change. */
const changed: Readonly<Record<string, (name: string, value: string, type: string) => string>> = {
  set: (_, value) => value,
  inc: (name, value) => `${name} + ${value}`,
  // What is joined to a null that is JSON is all there is.
  append: (name, value, type) =>
    type === 'jsonb' ? `coalesce(${name} || ${value}, ${value})` : `${name} || ${value}`,
  prepend: (name, value, type) =>
    type === 'jsonb' ? `coalesce(${value} || ${name}, ${value})` : `${value} || ${name}`,
};

function changesSql(args: Args): string {
  const parts = Object.entries(changed).flatMap(([kind, make]) =>
    Object.entries(recordOf(args[kind] ?? {})).map(([apiName, value]) => {
      const column = referenceColumn(table, apiName);
      return `${column.name} = ${make(`items.${column.name}`, valueSql(value, column), column.type)}`;
    }),
  );
  const deleted = Object.entries(recordOf(args['deleteKey'] ?? {})).map(([apiName, keys]) => {
    const { name } = referenceColumn(table, apiName);
    return `${name} = items.${name} - ${literal(listOf(keys), 'text[]')}`;
  });
  return [...parts, ...deleted].join(', ');
}
