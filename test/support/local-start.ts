import postgres from 'postgres';
import { afterEach, expect } from 'vitest';
import { LocalStackError } from '../../packages/local/src/lib/local-error.ts';
import {
  type LocalPostgres,
  type LocalPostgresOptions,
  startLocalPostgres,
} from '../../packages/local/src/postgres/local-postgres.ts';
import { silentLog, unsafeButFast } from './postgres.ts';

const cleanups: (() => Promise<unknown>)[] = [];

/** Undoes after each test, last first, what the test registered. */
export function cleanUpAfterEach(): void {
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });
}

/** Runs after the test, before what was registered earlier. */
export function onCleanUp(cleanup: () => Promise<unknown>): void {
  cleanups.push(cleanup);
}

/** Removes a folder after the test, when everything registered later or earlier is done. */
export function onCleanUpLast(cleanup: () => Promise<unknown>): void {
  cleanups.unshift(cleanup);
}

/** Starts the local Postgres until the end of the test. */
export async function start(
  dataDir: string,
  options: Partial<LocalPostgresOptions> = {},
): Promise<LocalPostgres> {
  const settings = { ...unsafeButFast.settings, ...options.settings };
  const server = await startLocalPostgres({
    dataDir,
    log: silentLog,
    ...unsafeButFast,
    ...options,
    settings,
  });
  onCleanUp(() => server.stop());
  return server;
}

/** Rows of one statement as `postgres`. */
export async function query(server: LocalPostgres, statement: string): Promise<unknown[]> {
  const sql = postgres(server.databaseUrl, { max: 1 });
  try {
    return [...(await sql.unsafe(statement))];
  } finally {
    await sql.end();
  }
}

/** The error of a start that must fail: of our own class, one sentence. */
export async function refusal(promise: Promise<unknown>): Promise<LocalStackError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(LocalStackError);
  if (!(error instanceof LocalStackError)) throw new Error('unreachable');
  expect(error.message).toMatch(/^[^\n]+\.$/);
  return error;
}
