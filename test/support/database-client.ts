import { expect } from 'vitest';
import { AppError } from '../../src/lib/app-error.ts';
import { createSqlClient, type SqlClientDeps } from '../../src/modules/sql/client/client.ts';
import type { PostgresPools } from '../../src/upstream/postgres/pools.ts';
import { createSqlTypes } from '../../src/upstream/postgres/sql/sql-types.ts';
import { createStatementParser } from '../../src/upstream/postgres/sql/statement-parser.ts';
import { postgresPools, type TestPoolsOptions } from './postgres-pools.ts';

const largeLimits = { maxRows: 100_000, maxTimeoutMs: 600_000, maxResultBytes: 64 * 1024 * 1024 };

/** A database client on pools of one connection each, so that the next call gets the same backend. */
export function connectDatabase(
  urls: Pick<TestPoolsOptions, 'url' | 'readUrl'>,
  options: Partial<TestPoolsOptions> &
    Pick<SqlClientDeps, 'parser'> & { readonly limits?: Partial<SqlClientDeps['limits']> } = {},
) {
  // On a busy machine a long text may take its worker a while.
  const {
    limits = {},
    parser = createStatementParser({ workerTimeoutMs: 25_000 }),
    ...poolOptions
  } = options;
  const pools = postgresPools({ ...urls, max: 1, readMax: 1, ...poolOptions });
  const client = createSqlClient({
    pools,
    limits: { ...largeLimits, ...limits },
    parser,
    types: createSqlTypes(),
  });
  return { pools, client, [Symbol.asyncDispose]: async () => await pools.end(1_000) };
}

/** The AppError that `promise` rejects with; fails the test when it resolves or rejects with anything else. */
export async function failureOf(promise: Promise<unknown>): Promise<AppError> {
  const error: unknown = await promise.then(
    (value) => new Error(`resolved with ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  if (error instanceof AppError) return error;
  throw error;
}

/** Waits until `condition` holds, by asking again; fails after five seconds. */
export async function eventually(condition: () => Promise<boolean> | boolean, what: string): Promise<void> {
  await expect.poll(condition, { timeout: 5_000, interval: 10, message: what }).toBe(true);
}

/** Runs SQL beside the client under test, on connections of its own. */
export async function onGeneralPool<T>(
  pools: PostgresPools,
  statement: string,
  read: (rows: Record<string, unknown>[]) => T,
): Promise<T> {
  const signal = new AbortController().signal;
  return await pools.general.withSession({ signal, timeoutMs: 5_000 }, async ({ sql }) =>
    read(Array.from(await sql.run(statement))),
  );
}
