import { AppError } from '../../../lib/app-error.ts';
import type { PostgresSql } from '../../../upstream/postgres/postgres-sql.ts';
import { announceSchemaChange } from '../../../upstream/postgres/schema-changes.ts';
import type { PostgresSession } from '../../../upstream/postgres/session.ts';
import { commit } from '../../../upstream/postgres/sql/commit.ts';
import { resetSession } from '../../../upstream/postgres/sql/reset-session.ts';
import type { Call } from '../../../viewer/call.ts';
import { divideDown } from './divide-script.ts';
import { forgetMigration, listHeads, readMigration } from './history.ts';
import { lockMigrations } from './lock-migrations.ts';
import type { MigrationEngine } from './migration-engine.ts';
import { backToOurselves, beginMigration, nameSession } from './migration-session.ts';
import { type MigrationTables, prepareTables } from './migration-tables.ts';
import { runInTransaction, runOneByOne } from './run-statements.ts';
import type { Migration, MigrationResult } from './types.ts';
import { withNotices } from './with-notices.ts';

/** Runs the `down` of the newest applied migration, or of an incomplete one, and takes it out of the history. */
export async function rollbackMigration(
  engine: MigrationEngine,
  version: string,
  call: Call,
): Promise<MigrationResult> {
  const { signal } = call;
  const { timeoutMs, pools } = engine;
  const attempt = await pools.general.withSession({ signal, timeoutMs }, (session) =>
    rollBackInside(session, engine, version),
  );
  if (attempt !== 'needs a session') return attempt;
  return await pools
    .direct()
    .withSession({ signal, timeoutMs, writes: true, commitsParts: true }, (session) =>
      rollBackOutside(session, engine, version),
    );
}

async function rollBackInside(
  session: PostgresSession,
  engine: MigrationEngine,
  version: string,
): Promise<MigrationResult | 'needs a session'> {
  const { sql } = session;
  try {
    await beginMigration(session, version, engine.lockWaitMs);
    const { migration, down } = await requireRollback(sql, await prepareTables(sql), version);
    if (migration.transactional === false) return 'needs a session';
    const script = await divideDown(down, engine.parser);
    const { notices, duration } = await withNotices(session, () => runInTransaction(session, script));
    await finish(session, version, engine.pools.transactionPooler ? 'keep backend' : undefined);
    engine.onSchemaChange();
    return { migration, applied: false, dryRun: false, duration, notices };
  } finally {
    await resetSession(session, engine.pools.transactionPooler);
  }
}

/** What was applied outside of a transaction is taken back so too: `down` runs from its start at each attempt. */
async function rollBackOutside(
  session: PostgresSession,
  engine: MigrationEngine,
  version: string,
): Promise<MigrationResult> {
  const { sql } = session;
  try {
    await lockMigrations(sql, 'session', engine.lockWaitMs);
    await nameSession(session, version, false);
    const { migration, down } = await requireRollback(sql, await prepareTables(sql), version);
    const script = await divideDown(down, engine.parser);
    const { notices, duration } = await withNotices(session, () => runOneByOne(session, script));
    await sql.run('begin');
    await finish(session, version);
    return { migration, applied: false, dryRun: false, duration, notices };
  } finally {
    engine.onSchemaChange();
    await resetSession(session, false);
  }
}

async function finish(session: PostgresSession, version: string, then?: 'keep backend'): Promise<void> {
  await backToOurselves(session);
  await forgetMigration(session.sql, version);
  await announceSchemaChange(session.sql, version);
  await commit(session, then);
}

async function requireRollback(
  sql: PostgresSql,
  tables: MigrationTables,
  version: string,
): Promise<{ migration: Migration; down: string }> {
  const migration = await readMigration(sql, tables, version);
  if (migration === undefined) throw new AppError('NOT_FOUND', `Version ${version} is not applied.`);
  const heads = await listHeads(sql, tables);
  const newest = heads.filter(({ applied }) => applied).at(-1)?.version;
  if (migration.state === 'APPLIED' && newest !== version) {
    throw new AppError(
      'CONFLICT',
      `Only the newest applied version can be rolled back, which is ${newest}.`,
      {
        details: { reason: 'not_newest', newest },
      },
    );
  }
  if (migration.down === null) {
    throw new AppError(
      'CONFLICT',
      `Version ${version} came without down: write a new migration that undoes it.`,
      { details: { reason: 'no_down' } },
    );
  }
  return { migration, down: migration.down };
}
