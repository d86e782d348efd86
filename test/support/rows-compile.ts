import { compileRead } from '../../src/upstream/postgres/rows/compile/compile-read.ts';
import type { ReadQuery } from '../../src/upstream/postgres/rows/compile/query.ts';
import type { RowsModel, Table } from '../../src/upstream/postgres/rows/model/model.ts';
import { readRowsModel } from '../../src/upstream/postgres/rows/model/read-model.ts';
import { startTestPostgres } from './postgres.ts';
import { postgresPools } from './postgres-pools.ts';
import { tableOf } from './rows-model.ts';

export interface RowsDatabase extends AsyncDisposable {
  /** What the schema `public` holds. */
  readonly model: RowsModel;
  table(name: string): Table;
  /** Any statements, of which the last one gives the rows. */
  run(text: string): Promise<readonly Record<string, unknown>[]>;
  read(query: ReadQuery, maxRows?: number): Promise<ReadAnswer>;
  /** The answer alone. */
  answer(query: ReadQuery): Promise<unknown>;
}

interface ReadAnswer {
  readonly text: string | null;
  /** The same, parsed. */
  readonly answer: unknown;
  /** The paths of the lists that were cut. */
  readonly cut: readonly (readonly string[])[];
}

/** What the gateway sets before each statement, whatever a role, a database or `schema` says. */
const settings = `set timezone to 'UTC'; set datestyle to 'ISO, MDY'; set intervalstyle to 'iso_8601';
  set bytea_output to 'hex'; set extra_float_digits to 1;`;

/** A database for one test file, whose one connection runs what is compiled; `schema` is in `public`. */
export async function startRowsDatabase(schema: string): Promise<RowsDatabase> {
  const server = await startTestPostgres();
  const pools = postgresPools({ url: server.databaseUrl, max: 1 });
  const query = (text: string, params?: readonly (string | null)[]) =>
    pools.general.withSession({ signal: new AbortController().signal, timeoutMs: 30_000 }, ({ sql }) =>
      params === undefined ? sql.run(text) : sql.query(text, params),
    );
  await query(schema);
  await query(settings);
  const model = await pools.general.withSession(
    { signal: new AbortController().signal, timeoutMs: 30_000 },
    async ({ sql }) => await readRowsModel(sql, ['public']),
  );
  const read: RowsDatabase['read'] = async (asked, maxRows = 1_000) => {
    const { text, params, lists } = compileRead(asked, { maxRows, maxBytes: 16 * 1024 * 1024 });
    const [row, ...more] = await query(text, params);
    if (row === undefined || more.length > 0) throw new Error(`not one row: ${text}`);
    const { answer, cut } = row;
    const indexes = typeof cut === 'string' && cut !== '' ? cut.split(',').map(Number) : [];
    return {
      text: typeof answer === 'string' ? answer : null,
      answer: typeof answer === 'string' ? JSON.parse(answer) : null,
      cut: indexes.map((index) => lists[index] ?? []),
    };
  };
  return {
    model,
    table: (name) => tableOf(model, name),
    run: (text) => query(text),
    read,
    answer: async (asked) => (await read(asked)).answer,
    [Symbol.asyncDispose]: async () => {
      await pools.end();
      await server.stop();
    },
  };
}
