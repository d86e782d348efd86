import type { PostgresSql } from './pools.ts';

/**
 * One statement whose parameters are already as Postgres writes them. They go out at once: given JavaScript values,
 * the driver would first ask the server for their types. With `keepPlan` the statement is prepared by name where the
 * connection allows it, once; the driver does so again after somebody's DISCARD ALL.
 */
export function encodedQuery<Row extends object>(
  sql: PostgresSql,
  text: string,
  params: readonly (string | null)[] = [],
  keepPlan = false,
) {
  // Without parameters of its own the driver would choose the simple protocol.
  const extended = { prepare: keepPlan, simple: false };
  return Object.assign(sql.unsafe<Row[]>(text, [], extended), { parameters: [...params] });
}
