import { AppError } from '../../../lib/app-error.ts';
import { badArgument } from '../../../lib/bad-input.ts';
import type { PostgresSql } from '../../../upstream/postgres/postgres-sql.ts';
import { announceSchemaChange } from '../../../upstream/postgres/schema-changes.ts';
import type { PostgresSession } from '../../../upstream/postgres/session.ts';
import { commit } from '../../../upstream/postgres/sql/commit.ts';
import { resetSession } from '../../../upstream/postgres/sql/reset-session.ts';
import type { Call } from '../../../viewer/call.ts';
import { checksumOf } from './checksum.ts';
import { compareVersions } from './compare-versions.ts';
import { divideDown, divideScript, hasStatement, type ScriptStatement } from './divide-script.ts';
import { listHeads, type MigrationRecord, readMigration, recordApplied, recordProgress } from './history.ts';
import type { MigrationInput } from './input.ts';
import { lockMigrations } from './lock-migrations.ts';
import type { MigrationEngine } from './migration-engine.ts';
import { backToOurselves, beginMigration, checkDeferred, nameSession } from './migration-session.ts';
import { type MigrationTables, prepareTables } from './migration-tables.ts';
import { runInTransaction } from './run-statements.ts';
import { runStepByStep } from './run-step-by-step.ts';
import type { Migration, MigrationResult } from './types.ts';
import { withNotices } from './with-notices.ts';

/** Applies a migration, or answers that it is applied already. */
export async function runMigration(
  engine: MigrationEngine,
  request: MigrationInput,
  call: Call,
): Promise<MigrationResult> {
  const { statements: script, refusal } = await divideScript(request.sql, engine.parser);
  if (typeof request.down === 'string') {
    await divideDown(request.down, engine.parser);
    if (!hasStatement(script)) throw badArgument('sql', 'there is no statement in it that down could undo');
  }
  const plan: Plan = { engine, request, script, refusal, appliedBy: callerName(call) };
  const { signal } = call;
  const timeoutMs = engine.timeoutMs;
  if (!request.transactional) {
    return await engine.pools
      .direct()
      .withSession({ signal, timeoutMs, writes: true, commitsParts: true }, (session) =>
        runOutside(session, plan),
      );
  }
  return await engine.pools.general.withSession({ signal, timeoutMs }, (session) => runInside(session, plan));
}

interface Plan {
  readonly engine: MigrationEngine;
  readonly request: MigrationInput;
  readonly script: readonly ScriptStatement[];
  /** Another tool may have applied what we would not run. */
  readonly refusal: AppError | undefined;
  readonly appliedBy: string;
}

async function runInside(session: PostgresSession, plan: Plan): Promise<MigrationResult> {
  const { engine, request, script } = plan;
  const { sql } = session;
  try {
    await beginMigration(session, request.version, engine.lockWaitMs);
    const tables = await prepareTables(sql);
    const { record, known } = await decide(sql, tables, plan);
    if (known?.state === 'APPLIED') return alreadyApplied(known, request.dryRun);
    if (known !== undefined && hasBegun(known)) throw unfinished(known);
    const { notices, duration } = await withNotices(session, () => runInTransaction(session, script));
    if (request.dryRun) await checkDeferred(session);
    await backToOurselves(session);
    await recordApplied(sql, record, duration);
    const migration = await mustRead(sql, tables, request.version);
    if (request.dryRun) return { migration, applied: false, dryRun: true, duration, notices };
    await announceSchemaChange(sql, request.version);
    await commit(session, engine.pools.transactionPooler ? 'keep backend' : undefined);
    engine.onSchemaChange();
    return { migration, applied: true, dryRun: false, duration, notices };
  } finally {
    await resetSession(session, engine.pools.transactionPooler);
  }
}

/** Statement by statement; what ran is noted, and the next call goes on from there. */
async function runOutside(session: PostgresSession, plan: Plan): Promise<MigrationResult> {
  const { engine, request, script } = plan;
  const { sql } = session;
  try {
    await lockMigrations(sql, 'session', engine.lockWaitMs);
    await nameSession(session, request.version, false);
    await sql.run('begin');
    const tables = await prepareTables(sql);
    const { record, known } = await decide(sql, tables, plan);
    if (known?.state === 'APPLIED') return alreadyApplied(known, false);
    const from = beginningOf(known, request.resumeFrom ?? undefined);
    await recordProgress(sql, record, from);
    await commit(session);

    const { notices, duration } = await withNotices(session, () =>
      runStepByStep(session, request.version, script, from),
    );
    await backToOurselves(session);
    await sql.run('begin');
    await recordApplied(sql, record, duration);
    const migration = await mustRead(sql, tables, request.version);
    await announceSchemaChange(sql, request.version);
    await commit(session);
    return { migration, applied: true, dryRun: false, duration, notices };
  } finally {
    // Also a part that ran has changed the schema.
    engine.onSchemaChange();
    await resetSession(session, false);
  }
}

/** What to write, and what is known of the version already. Throws when it must not be applied. */
async function decide(
  sql: PostgresSql,
  tables: MigrationTables,
  { engine, request, script, refusal, appliedBy }: Plan,
): Promise<{ record: MigrationRecord; known: Migration | undefined }> {
  const { version, name, transactional } = request;
  const statements = script.map(({ text }) => text);
  const known = await readMigration(sql, tables, version);
  // A row of an old CLI has no statements to compare with: it counts as the same.
  if (known !== undefined && known.checksum !== null && known.checksum !== checksumOf(statements)) {
    throw new AppError('CONFLICT', `Version ${version} is known with other content.`, {
      details: { reason: 'other_content', checksum: known.checksum, state: known.state },
    });
  }
  if (known?.state !== 'APPLIED' && refusal !== undefined) throw refusal;
  const heads = await listHeads(sql, tables);
  const newest = heads.filter(({ applied }) => applied).at(-1)?.version;
  const outOfOrder = newest !== undefined && compareVersions(version, newest) < 0;
  if (outOfOrder && known?.state !== 'APPLIED' && !engine.allowOutOfOrder) {
    throw new AppError('CONFLICT', `Version ${version} is older than ${newest}, which is applied already.`, {
      details: { reason: 'out_of_order', newest },
    });
  }
  const down = request.down ?? null;
  return { known, record: { version, name, statements, down, transactional, outOfOrder, appliedBy } };
}

/** The statement to begin with. Throws CONFLICT where only the caller can find that out. */
function beginningOf(known: Migration | undefined, resumeFrom: number | undefined): number {
  const run = known?.statementsRun ?? 0;
  if (resumeFrom === undefined) {
    if (typeof known?.statementRunning !== 'number') return run;
    throw new AppError(
      'CONFLICT',
      `The connection was lost while statement ${run} of version ${known.version} ran outside of a transaction: look ` +
        `whether it had an effect, then call with resumeFrom: ${run} to run it, or ${run + 1} to leave it out.`,
      { details: { reason: 'unknown_statement', index: run } },
    );
  }
  if (known !== undefined && (resumeFrom === run || resumeFrom === run + 1)) return resumeFrom;
  const message =
    known === undefined
      ? 'nothing of this version has run'
      : `must be ${run}, or ${run + 1} to leave statement ${run} out`;
  throw badArgument('resumeFrom', message);
}

function alreadyApplied(migration: Migration, dryRun: boolean): MigrationResult {
  return { migration, applied: false, dryRun, duration: 0, notices: [] };
}

function hasBegun({ statementsRun, statementRunning }: Migration): boolean {
  return (statementsRun ?? 0) > 0 || statementRunning !== null;
}

function unfinished({ version, statementsRun }: Migration): AppError {
  return new AppError(
    'CONFLICT',
    `${statementsRun} statements of version ${version} ran outside of a transaction: go on with transactional: false.`,
    { details: { reason: 'incomplete', statementsRun } },
  );
}

async function mustRead(sql: PostgresSql, tables: MigrationTables, version: string): Promise<Migration> {
  const migration = await readMigration(sql, tables, version);
  if (migration === undefined) throw new Error('a migration that was just written is not there');
  return migration;
}

function callerName({ viewer }: Call): string {
  const { email, sub, role } = viewer.claims;
  return (
    [email, sub, role].find((claim): claim is string => typeof claim === 'string' && claim !== '') ??
    'service_role'
  );
}
