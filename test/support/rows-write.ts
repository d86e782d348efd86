import type { Selected } from '../../src/upstream/postgres/rows/compile/query.ts';
import type { NewRow, WriteQuery } from '../../src/upstream/postgres/rows/compile/write-query.ts';
import type { Column, Relation, Table } from '../../src/upstream/postgres/rows/model/model.ts';
import { readRowsModel } from '../../src/upstream/postgres/rows/model/read-model.ts';
import { performWrite } from '../../src/upstream/postgres/rows/write/perform-write.ts';
import { startTestPostgres } from './postgres.ts';
import { postgresPools } from './postgres-pools.ts';

export interface Written {
  /** The answer, parsed. */
  readonly answer: unknown;
  readonly truncated: readonly (readonly string[])[];
  /** The statements that it took. */
  readonly statements: readonly string[];
}

/** A database whose one connection runs writes, each as a transaction. `schema` is made in `public`. */
export async function startWriteDatabase(schema: string) {
  const server = await startTestPostgres();
  const pools = postgresPools({ url: server.databaseUrl, max: 1 });
  const options = { signal: new AbortController().signal, timeoutMs: 30_000 };
  const run = (text: string) => pools.general.withSession(options, ({ sql }) => sql.run(text));
  await run(schema);
  const model = await pools.general.withSession(options, ({ sql }) => readRowsModel(sql, ['public']));
  return {
    model,
    run,
    async write(query: WriteQuery, maxRows = 1_000): Promise<Written> {
      const statements: string[] = [];
      return await pools.general.withSession(options, async ({ sql }) => {
        await sql.run('begin');
        try {
          const written = await performWrite(
            query,
            { maxRows, maxBytes: 16 * 1024 * 1024 },
            async ({ text, params }) => {
              statements.push(text);
              const [row] = await sql.query<{ answer: string | null; cut?: string }>(text, params);
              return { text: row?.answer ?? null, cut: row?.cut ?? null };
            },
          );
          await sql.run('commit');
          return { answer: JSON.parse(written.text ?? 'null'), truncated: written.truncated, statements };
        } catch (error) {
          await sql.run('rollback');
          throw error;
        }
      });
    },
    table(name: string): Table {
      return present(model.tables.find((table) => table.name === name));
    },
    async [Symbol.asyncDispose]() {
      await pools.end();
      await server.stop();
    },
  };
}

export type WriteDatabase = Awaited<ReturnType<typeof startWriteDatabase>>;

export function column(table: Table, name: string): Column {
  return present(table.columns.find((each) => each.name === name));
}

export function relation(table: Table, name: string): Relation {
  return present(table.relations.find((each) => each.apiName === name));
}

export function columns(table: Table, ...names: readonly string[]): Selected[] {
  return names.map((name) => ({
    key: name,
    kind: 'column',
    column: column(table, name),
    path: undefined,
    select: undefined,
  }));
}

/** A row to be by its columns' names. */
export function newRow(
  table: Table,
  values: Readonly<Record<string, unknown>>,
  related: Partial<Pick<NewRow, 'parents' | 'children'>> = {},
): NewRow {
  return {
    path: ['objects', '0'],
    values: new Map(Object.entries(values).map(([name, value]) => [column(table, name), value])),
    parents: [],
    children: [],
    ...related,
  };
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('The schema of the test has no such thing.');
  return value;
}
