import postgres from 'postgres';
import type { PostgresSql } from '../../src/upstream/postgres/postgres-sql.ts';
import type {
  Column,
  Relation,
  RowsFunction,
  RowsModel,
  Table,
} from '../../src/upstream/postgres/rows/model/model.ts';
import { readGrants } from '../../src/upstream/postgres/rows/model/read-grants.ts';
import { readRowsModel } from '../../src/upstream/postgres/rows/model/read-model.ts';
import { startTestPostgres } from './postgres.ts';
import { postgresPools } from './postgres-pools.ts';

/** A database whose schemas are read as models. */
export async function startModelDatabase() {
  const server = await startTestPostgres();
  const url = server.urlFor('supabase_admin');
  const admin = postgres(url, { max: 1, onnotice: () => undefined });
  const pools = postgresPools({ url, max: 1 });
  const signal = new AbortController().signal;
  const withSql = async <T>(use: (sql: PostgresSql) => Promise<T>): Promise<T> =>
    await pools.general.withSession({ signal, timeoutMs: 30_000 }, async ({ sql }) => await use(sql));
  let schemas = 0;
  return {
    server,
    withSql,
    run: async (text: string) => {
      await admin.unsafe(text);
    },
    /** Reads a schema of its own, which `text` fills, with others behind it. */
    async modelOf(text: string, ...others: string[]): Promise<RowsModel> {
      schemas += 1;
      const schema = `model_${schemas}`;
      await admin.unsafe(`create schema ${schema}; set search_path to ${schema}, pg_catalog; ${text}`);
      return await withSql((sql) => readRowsModel(sql, [schema, ...others]));
    },
    read: (...exposed: string[]) => withSql((sql) => readRowsModel(sql, exposed)),
    grants: (model: RowsModel, role: string) => withSql((sql) => readGrants(sql, model, role)),
    async [Symbol.asyncDispose]() {
      await pools.end(1_000);
      await admin.end();
      await server.stop();
    },
  };
}

export type ModelDatabase = Awaited<ReturnType<typeof startModelDatabase>>;

export function tableOf({ tables }: RowsModel, name: string): Table {
  return found(
    tables.find((table) => table.name === name),
    name,
  );
}

export function columnOf(table: Table, name: string): Column {
  return found(
    table.columns.find((column) => column.name === name),
    name,
  );
}

export function functionOf(functions: readonly RowsFunction[], name: string): RowsFunction {
  return found(
    functions.find((fn) => fn.name === name),
    name,
  );
}

function found<T>(item: T | undefined, name: string): T {
  if (item === undefined) throw new Error(`the model has no ${name}`);
  return item;
}

/** `author: one users (author_id -> id)`, by the tables' own names. */
export function relationsOf(model: RowsModel, name: string): string[] {
  return tableOf(model, name).relations.map((relation) => {
    const { apiName, cardinality, other, columns, otherColumns, through } = relation;
    const path = through
      ? `${names(columns)} -> ${through.table.name} ${names(through.columns)}, ${names(through.otherColumns)} -> ${names(otherColumns)}`
      : `${names(columns)} -> ${names(otherColumns)}`;
    return `${apiName}: ${cardinality} ${other.name} (${path})`;
  });
}

function names(columns: Relation['columns']): string {
  return columns.map(({ name }) => name).join('+');
}
