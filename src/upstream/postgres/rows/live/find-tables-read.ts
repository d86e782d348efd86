import { isRecord } from '../../../../lib/is-record.ts';
import { formatTextArray } from '../../array.ts';
import type { PostgresSql } from '../../postgres-sql.ts';
import { type TableRead, tablesRead } from '../catalogue/tables-read.ts';
import type { CompiledQuery, CompiledRead } from '../compile/query.ts';
import { qualified } from '../compile/sql-names.ts';

/** The same statement, which tells how it would be run in place of running. */
export function explained({ text, params, leavesTraces }: CompiledQuery): CompiledQuery {
  return { text: `explain (format json, verbose) ${text}`, params, lists: [], leavesTraces };
}

/**
 * The tables that statements read, by themselves and by way of views, policies and functions. `plans`: what they gave
 * when they were explained as their caller, who may be shown other tables than the statements name.
 */
export async function findTablesRead(
  sql: PostgresSql,
  statements: readonly CompiledRead[],
  plans: readonly unknown[],
): Promise<readonly TableRead[]> {
  const tables = new Set(statements.flatMap(({ reads }) => [...reads.tables]));
  const functions = new Set(statements.flatMap(({ reads }) => [...reads.functions]));
  const planned = new Set(plans.flatMap(relationsIn));
  return await sql.query<TableRead>(
    tablesRead.text,
    [tables, functions, planned].map((names) => formatTextArray([...names])),
  );
}

/** Names of the relations that a plan scans, quoted and with their schemas. */
function relationsIn(plan: unknown): string[] {
  if (Array.isArray(plan)) return plan.flatMap(relationsIn);
  if (!isRecord(plan)) return [];
  const { Schema: schema, 'Relation Name': name } = plan;
  const own = typeof schema === 'string' && typeof name === 'string' ? [qualified({ schema, name })] : [];
  return [...own, ...Object.values(plan).flatMap(relationsIn)];
}
