import { AppError } from '../../../../lib/app-error.ts';
import { notConfigured } from '../../../../lib/not-configured.ts';
import { sqlState } from '../../../../upstream/postgres/failure.ts';
import type { PostgresPool } from '../../../../upstream/postgres/pool.ts';
import type { PostgresSql } from '../../../../upstream/postgres/postgres-sql.ts';

const timeoutMs = 5_000;
const longestAnswerMs = 5_000;
const details = { service: 'POSTGRES' };

/** The canary's row, in a published table. */
export interface CanaryRow {
  readonly schema: string;
  readonly table: string;
  /** A JWT of service_role. */
  readonly token: string;
  /** Makes sure that the table is there and published. Throws what explains why it cannot be. */
  prepare(): Promise<void>;
  touch(): Promise<void>;
  readonly everyMs: number;
  readonly answerMs?: number;
}

export interface CanaryRowDeps {
  readonly pool: PostgresPool;
  /** A JWT of service_role, who alone may read the row. */
  readonly token: string;
  readonly everyMs: number;
}

/**
 * The row `bunbun.canary`, in the publication of Realtime. Its table is made when it is first needed, and only what is
 * missing of it. `prepare` and `touch` throw NOT_CONFIGURED where Realtime's roles or publication are missing,
 * FORBIDDEN where the login of DATABASE_URL may not make the table.
 */
export function createCanaryRow({ pool, token, everyMs }: CanaryRowDeps): CanaryRow {
  const run = async (use: (sql: PostgresSql) => Promise<unknown>) => {
    const signal = new AbortController().signal;
    try {
      await pool.withSession({ signal, timeoutMs }, ({ sql }) => use(sql));
    } catch (error) {
      throw sqlState(error) === '42501' ? forbidden(error) : error;
    }
  };
  return {
    schema: 'bunbun',
    table: 'canary',
    token,
    everyMs,
    answerMs: Math.min(everyMs, longestAnswerMs),
    prepare: () => run(makeTable),
    touch: () =>
      run((sql) =>
        sql.run(`
            insert into bunbun.canary (id, touched_at) values (1, pg_catalog.clock_timestamp())
            on conflict (id) do update set touched_at = excluded.touched_at`),
      ),
  };
}

interface Found {
  readonly schema: boolean;
  readonly table: boolean;
  readonly readable: boolean;
  readonly role: boolean;
  readonly publication: boolean;
  readonly published: boolean;
}

async function makeTable(sql: PostgresSql): Promise<void> {
  const [found] = await sql.run<Found>(`
    select n.oid is not null as schema, c.oid is not null as table, r.oid is not null as role,
      coalesce(pg_catalog.has_schema_privilege(r.oid, n.oid, 'USAGE')
        and pg_catalog.has_table_privilege(r.oid, c.oid, 'SELECT'), false) as readable,
      p.oid is not null as publication,
      coalesce(p.puballtables, false) or exists (
        select from pg_catalog.pg_publication_tables t
        where t.pubname = 'supabase_realtime' and t.schemaname = 'bunbun' and t.tablename = 'canary'
      ) as published
    from (values ('bunbun', 'canary')) as w (schema, "table")
      left join pg_catalog.pg_namespace n on n.nspname = w.schema
      left join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname = w.table
      left join pg_catalog.pg_roles r on r.rolname = 'service_role'
      left join pg_catalog.pg_publication p on p.pubname = 'supabase_realtime'`);
  if (found?.role !== true || !found.publication) {
    throw notConfigured(
      'REALTIME',
      'The canary needs the role service_role and the publication supabase_realtime, which this database lacks.',
    );
  }
  // Even with `if not exists`, Postgres asks for the right to create: so only what is missing is tried.
  const steps = [
    !found.schema && 'create schema if not exists bunbun',
    !found.table &&
      `create table if not exists bunbun.canary (id int primary key check (id = 1), touched_at timestamptz not null);
       alter table bunbun.canary enable row level security;
       revoke all on bunbun.canary from public, anon, authenticated, service_role`,
    !found.readable &&
      'grant usage on schema bunbun to service_role; grant select on bunbun.canary to service_role',
    !found.published && 'alter publication supabase_realtime add table bunbun.canary',
  ].filter((step) => step !== false);
  // One transaction, and one gateway at a time: several start together.
  if (steps.length > 0) {
    const lock = `select pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('bunbun.canary'))`;
    try {
      await sql.run([lock, ...steps].join(';\n'));
    } catch (error) {
      // Another gateway has published it since we looked.
      if (sqlState(error) !== '42710') throw error;
    }
  }
}

function forbidden(cause: unknown): AppError {
  return new AppError(
    'FORBIDDEN',
    'The login of DATABASE_URL may not make bunbun.canary, publish or change it: the guide to Realtime has the statements to run once.',
    { details, cause },
  );
}
