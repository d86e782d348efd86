import type { ErrorCode } from '../../../../lib/app-error.ts';
import { formatTextArray } from '../../array.ts';
import { sqlState } from '../../failure.ts';
import type { PostgresPool } from '../../pool.ts';
import type { PostgresSql } from '../../postgres-sql.ts';
import { quoteIdentifier } from '../../quote-identifier.ts';
import { type PolicedTable, type ReadPolicy, readPolicies } from '../catalogue/read-policies.ts';
import type { CompiledQuery } from '../compile/query.ts';
import { qualified } from '../compile/sql-names.ts';
import type { Table } from '../model/model.ts';
import type { RowsCaller } from '../run/rows-caller.ts';
import { RowsError } from '../run/rows-error.ts';
import type { RowsCallOptions, RowsRunner } from '../run/rows-runner.ts';
import { missingClaims } from './named-claims.ts';

/** What a caller sees of a table, and why. */
export interface ExplainedTable {
  /** With its schema. */
  readonly table: string;
  /** All that there are, counted to 10,000; undefined where the gateway's own login may not count them. */
  readonly rows: number | undefined;
  /** There are more than were counted. */
  readonly atLeast: boolean;
  /** Those that he sees, counted so far; undefined where he has no right to read the table. */
  readonly visible: number | undefined;
  /** Empty where none bind him. */
  readonly policies: readonly ExplainedPolicy[];
}

export interface ExplainedPolicy {
  readonly name: string;
  readonly command: 'ALL' | 'SELECT';
  readonly permissive: boolean;
  /**
   * How many of the rows that were counted it lets through; undefined where it is for other roles, or could not be tried
   * by itself.
   */
  readonly passed: number | undefined;
  readonly missingClaims: readonly string[];
}

export interface ExplainDeps {
  /** With a login that sees all rows. */
  readonly pool: PostgresPool;
  readonly runner: RowsRunner;
}

/** How far rows are counted. */
const mostRows = 10_000;
const mostTables = 20;
/** Bytes of the rows that policies are tried with, as JSON. */
const mostBytes = 8_000_000;

/**
 * Counts, of each of some tables and of those that their policies and views read, all rows, those that a caller sees, and
 * those that each policy lets through. Reads only; rejects as `RowsRunner.read` does.
 */
export async function explainTables(
  { pool, runner }: ExplainDeps,
  tables: readonly Table[],
  caller: RowsCaller,
  options: RowsCallOptions,
): Promise<readonly ExplainedTable[]> {
  const counted = await pool.withSession(options, ({ sql }) => countAll(sql, tables, caller.role));
  const count = async (statement: Pick<CompiledQuery, 'text' | 'params'>): Promise<number> => {
    const [answer] = await runner.read(caller, [{ ...statement, lists: [], leavesTraces: true }], options);
    return Math.min(Number(answer?.text), mostRows);
  };
  const countTried = async (statement: Parameters<typeof count>[0]): Promise<number | undefined> => {
    try {
      return await count(statement);
    } catch (error) {
      if (isRefusal(error)) return undefined;
      throw error;
    }
  };
  const explained: ExplainedTable[] = [];
  for (const { table, rows, sample } of counted) {
    const visible = table.mayRead ? await count(countOf(qualified(table))) : undefined;
    const policies: ExplainedPolicy[] = [];
    for (const policy of table.isBound ? table.policies : []) {
      const tried = policy.isForRole && sample !== undefined;
      const passed = tried ? await countTried(passing(table, policy, sample)) : undefined;
      const { name, command, permissive, using, functions } = policy;
      const missing = missingClaims([using, ...functions], caller.claims);
      policies.push({ name, command, permissive, passed, missingClaims: missing });
    }
    explained.push({
      table: `${table.schema}.${table.name}`,
      rows: rows === undefined ? undefined : Math.min(rows, mostRows),
      atLeast: rows !== undefined && rows > mostRows,
      visible,
      policies,
    });
  }
  return explained;
}

/** Postgres does not take a condition by itself, as opposed to a connection or a time that is over. */
function isRefusal(error: unknown): boolean {
  return error instanceof RowsError && sqlState(error) !== undefined && !endings.has(error.code);
}

const endings: ReadonlySet<ErrorCode> = new Set(['UPSTREAM_UNAVAILABLE', 'TIMEOUT']);

interface CountedTable {
  readonly table: PolicedTable;
  /** One more than are counted, where there are more. */
  readonly rows: number | undefined;
  /** Of its rows what policies look at, as JSON. */
  readonly sample: string | undefined;
}

async function countAll(
  sql: PostgresSql,
  tables: readonly Table[],
  role: string,
): Promise<readonly CountedTable[]> {
  // Names are written with their schemas where the search path has none; rows that are hidden make an error.
  await sql.run(`begin isolation level repeatable read read only;
    set local search_path to pg_catalog, pg_temp; set local row_security to off`);
  try {
    const ids = formatTextArray(tables.map(({ id }) => id));
    const policed = await sql.query<PolicedTable>(readPolicies.text, [ids, role, String(mostTables)]);
    const counted: CountedTable[] = [];
    for (const table of policed) {
      if (!table.mayCount) counted.push({ table, rows: undefined, sample: undefined });
      else counted.push({ table, rows: await countRows(sql, table), sample: await sampleOf(sql, table) });
    }
    return counted;
  } finally {
    await sql.run('rollback');
  }
}

async function countRows(sql: PostgresSql, table: PolicedTable): Promise<number> {
  const { text, params } = countOf(qualified(table));
  const [row] = await sql.query<{ answer: string }>(text, params);
  return Number(row?.answer);
}

async function sampleOf(sql: PostgresSql, table: PolicedTable): Promise<string | undefined> {
  const tried = table.policies.filter(({ isForRole }) => isForRole);
  if (!table.isBound || tried.length === 0) return undefined;
  const [row] = await sql.query<{ sample: string | null }>(
    `select case when pg_catalog.octet_length(s.rows) <= ${mostBytes} then s.rows end as sample from (
      select coalesce(pg_catalog.json_agg(o), '[]')::pg_catalog.text as rows
      from (select ${columnsOf(tried)} from ${qualified(table)} limit ${mostRows}) o) s`,
  );
  return row?.sample ?? undefined;
}

/** What policies look at; all where one looks at the row as a whole. */
function columnsOf(policies: readonly ReadPolicy[]): string {
  if (policies.some(({ using }) => using.includes('.*'))) return '*';
  return [...new Set(policies.flatMap(({ columns }) => columns))].map(quoteIdentifier).join(', ');
}

function countOf(from: string): Pick<CompiledQuery, 'text' | 'params'> {
  return {
    text: `select pg_catalog.count(*)::pg_catalog.text as answer from (select from ${from} limit ${mostRows + 1}) x`,
    params: [],
  };
}

/** The condition of one policy over rows that are handed in: as the caller it would be asked of those that he sees. */
function passing(table: PolicedTable, { using }: ReadPolicy, sample: string) {
  const rows = `pg_catalog.jsonb_populate_recordset(null::${qualified(table)}, $1::pg_catalog.jsonb)`;
  // Its sub-selects name the table's columns by the table's name.
  return { ...countOf(`${rows} as ${quoteIdentifier(table.name)} where (${using})`), params: [sample] };
}
