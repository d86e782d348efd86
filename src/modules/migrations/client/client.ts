import { checkFirst, decodeCursor, encodeCursor } from '../../../lib/cursor.ts';
import type { Page } from '../../../lib/page.ts';
import type { PostgresPools } from '../../../upstream/postgres/pools.ts';
import type { PostgresSql } from '../../../upstream/postgres/postgres-sql.ts';
import { requireDatabase } from '../../../upstream/postgres/require-database.ts';
import { createStatementParser } from '../../../upstream/postgres/sql/statement-parser.ts';
import type { Call } from '../../../viewer/call.ts';
import { compareVersions } from './compare-versions.ts';
import { listHeads, readMigration, readMigrations } from './history.ts';
import type { MigrationInput } from './input.ts';
import type { MigrationEngine } from './migration-engine.ts';
import { lookAtTables, requireReadable } from './migration-tables.ts';
import { rollbackMigration } from './rollback-migration.ts';
import { runMigration } from './run-migration.ts';
import { toMigrationError } from './script-failure.ts';
import type { Migration, MigrationResult } from './types.ts';

/** The most migrations of one page. */
const maxMigrationsPerPage = 1_000;
const cursorKind = 'migrations';
/** Milliseconds. */
const readTimeoutMs = 30_000;

/** Migrations, kept where the Supabase CLI keeps them. All methods reject with AppErrors alone. */
export interface MigrationsClient {
  /** Oldest version first. Throws FORBIDDEN, with `grants`, when the history cannot be read. */
  list(page: { first: number; after?: string | null | undefined }, call: Call): Promise<Page<Migration>>;
  /** Undefined where it is not known. */
  find(version: string, call: Call): Promise<Migration | undefined>;
  /** Throws CONFLICT for other content, out of order, or a lock that is held; BAD_SQL with `index` and `line`. */
  run(input: MigrationInput, call: Call): Promise<MigrationResult>;
  /** Throws NOT_FOUND, or CONFLICT when it is not the newest or has no `down`. */
  rollback(version: string, call: Call): Promise<MigrationResult>;
}

export interface MigrationsClientDeps {
  /** Undefined where the deployment has no DATABASE_URL: every method is then NOT_CONFIGURED. */
  readonly pools: PostgresPools | undefined;
  readonly allowOutOfOrder: boolean;
  /** Milliseconds to wait for another migration. @default 15_000 */
  readonly lockWaitMs?: number;
  /** Milliseconds for a whole migration. */
  readonly timeoutMs: number;
  /** Called when this process changed the schema. */
  readonly onSchemaChange: () => void;
}

export function createMigrationsClient(deps: MigrationsClientDeps): MigrationsClient {
  const { allowOutOfOrder, lockWaitMs = 15_000, timeoutMs, onSchemaChange } = deps;
  // Scripts are long, and seldom the same twice.
  const parser = createStatementParser({ workerTimeoutMs: 30_000, cachedTexts: 10 });

  function engine(): MigrationEngine {
    const pools = requireDatabase(deps.pools);
    return { pools, parser, allowOutOfOrder, lockWaitMs, timeoutMs, onSchemaChange };
  }

  async function reading<T>(call: Call, read: (sql: PostgresSql) => Promise<T>): Promise<T> {
    const { general } = requireDatabase(deps.pools);
    return await general.withSession({ signal: call.signal, timeoutMs: readTimeoutMs }, ({ sql }) =>
      read(sql),
    );
  }

  return {
    list: (page, call) =>
      inOurWords(async () => {
        const first = checkFirst(page.first, maxMigrationsPerPage);
        const after = typeof page.after === 'string' ? versionInCursor(page.after) : undefined;
        return await reading(call, async (sql) => {
          const tables = await lookAtTables(sql);
          requireReadable(tables);
          const versions = (await listHeads(sql, tables)).map(({ version }) => version);
          const start =
            after === undefined ? 0 : versions.filter((each) => compareVersions(each, after) <= 0).length;
          const wanted = versions.slice(start, start + first);
          const found = await readMigrations(sql, tables, wanted);
          found.sort((a, b) => compareVersions(a.version, b.version));
          return {
            edges: found.map((migration) => ({
              node: migration,
              cursor: encodeCursor(cursorKind, [migration.version]),
            })),
            totalCount: versions.length,
            hasNextPage: start + first < versions.length,
            hasPreviousPage: start > 0,
          };
        });
      }),
    find: (version, call) =>
      inOurWords(() =>
        reading(call, async (sql) => {
          const tables = await lookAtTables(sql);
          requireReadable(tables);
          return await readMigration(sql, tables, version);
        }),
      ),
    run: (input, call) => inOurWords(async () => await runMigration(engine(), input, call)),
    rollback: (version, call) => inOurWords(async () => await rollbackMigration(engine(), version, call)),
  };
}

async function inOurWords<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw toMigrationError(error);
  }
}

function versionInCursor(cursor: string): string {
  return String(decodeCursor(cursorKind, cursor)[0]);
}
