import type { AppError } from '../../../lib/app-error.ts';
import type { PostgresNotice } from '../../../upstream/postgres/driver.ts';
import type { PostgresSession } from '../../../upstream/postgres/session.ts';
import { toDatabaseError } from '../../../upstream/postgres/sql/database-error.ts';
import { lineAt } from '../../../upstream/postgres/sql/sql-text.ts';
import { lockMigrations } from './lock.ts';
import { type ScriptStatement, unitsOf, withPlace } from './script.ts';
import type { MigrationNotice } from './types.ts';

/** Statements sent before the answer of the first is awaited. */
const window = 100;
const mostNotices = 1_000;

/** Carries the place of a failing statement past the pool, which looks at the cause alone. */
export class ScriptFailure extends Error {
  readonly index: number;
  readonly statement: ScriptStatement;

  constructor(index: number, statement: ScriptStatement, cause: unknown) {
    super('a statement of a script failed', { cause });
    this.index = index;
    this.statement = statement;
  }
}

/** The AppError of whatever a migration rejects with: with index, line and SQLSTATE when a statement failed. */
export function toMigrationError(error: unknown): AppError {
  if (!(error instanceof ScriptFailure)) return toDatabaseError(error);
  const { index, statement, cause } = error;
  const plain = toDatabaseError(cause);
  const position = plain.privileged['position'];
  const units = typeof position === 'number' ? unitsOf(statement.text, position - 1) : undefined;
  const line =
    statement.line + (units === undefined ? leadingLines(statement) : lineAt(statement.text, units) - 1);
  return withPlace(plain, index, line);
}

/** Comments stand before a statement; the statement itself is what failed. */
function leadingLines({ text, start, kind }: ScriptStatement): number {
  return kind === undefined ? 0 : lineAt(text, Math.max(0, kind.start - start)) - 1;
}

/**
 * Runs statements in the open transaction, many on their way at a time: after a failure the others fail too, and do
 * nothing. Each goes by the extended protocol, which takes one statement, whatever a parser may think of the text.
 */
export async function runInTransaction(
  { sql }: PostgresSession,
  statements: readonly ScriptStatement[],
): Promise<void> {
  for (let from = 0; from < statements.length; from += window) {
    const sent = statements
      .slice(from, from + window)
      .map((statement) => (statement.kind === undefined ? Promise.resolve() : sql.query(statement.text)));
    const results = await Promise.allSettled(sent);
    for (const [offset, result] of results.entries()) {
      const statement = statements[from + offset];
      if (result.status === 'rejected' && statement !== undefined) {
        throw new ScriptFailure(from + offset, statement, result.reason);
      }
    }
  }
}

/** Runs statements one by one, each for itself. */
export async function runOneByOne(
  { sql }: PostgresSession,
  statements: readonly ScriptStatement[],
): Promise<void> {
  for (const [index, statement] of statements.entries()) {
    try {
      if (statement.kind !== undefined) await sql.query(statement.text);
    } catch (error) {
      throw new ScriptFailure(index, statement, error);
    }
  }
}

/** Collects what Postgres says while `run` runs. */
export async function withNotices(
  session: PostgresSession,
  run: () => Promise<void>,
): Promise<{ notices: MigrationNotice[]; duration: number }> {
  const notices: MigrationNotice[] = [];
  session.noticeListener = (notice) => {
    if (notices.length < mostNotices) notices.push(toNotice(notice));
  };
  // Nobody sees what a migration selects.
  session.messages.rowLimit = 0;
  const started = performance.now();
  try {
    await run();
    return { notices, duration: performance.now() - started };
  } finally {
    session.noticeListener = undefined;
    session.messages.rowLimit = Number.POSITIVE_INFINITY;
  }
}

function toNotice(notice: PostgresNotice): MigrationNotice {
  return {
    severity: notice['severity'] ?? 'NOTICE',
    code: notice['code'] ?? '00000',
    message: notice['message'] ?? '',
    detail: notice['detail'] ?? null,
    hint: notice['hint'] ?? null,
  };
}

/** Begins the transaction of a migration and waits up to `waitMs` for the lock. Throws as `lockMigrations`. */
export async function beginMigration(
  session: PostgresSession,
  version: string,
  waitMs: number,
): Promise<void> {
  await session.sql.run('begin');
  await lockMigrations(session.sql, 'transaction', waitMs);
  await nameSession(session, version, true);
}

/**
 * Says in pg_stat_activity who holds the lock. A migration whose process is gone gives it up within seconds where the
 * server's system can tell (Postgres 14 on Linux), also in the middle of a long statement.
 */
export async function nameSession(session: PostgresSession, version: string, local: boolean): Promise<void> {
  const name = `bunbun migration ${version}`;
  await session.sql.query(`select pg_catalog.set_config('application_name', $1::text, ${local})`, [name]);
  if (session.serverVersion < 140_000) return;
  await session.sql.run(
    `do $$ begin perform pg_catalog.set_config('client_connection_check_interval', '1s', ${local});
    exception when others then null; end $$`,
  );
}

/** What a migration may have changed of the session is no concern of what we write next. */
export async function backToOurselves({ sql }: PostgresSession): Promise<void> {
  await sql.run('set local statement_timeout = 0; reset session authorization; reset role');
}

/** Deferred constraints speak at commit: a dry run asks them before it rolls back. */
export async function checkDeferred({ sql }: PostgresSession): Promise<void> {
  await sql.run('set constraints all immediate');
}
