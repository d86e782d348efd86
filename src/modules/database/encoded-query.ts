import type { PostgresSql } from '../../upstream/postgres.ts';

/** Without parameters of its own the driver would choose the simple protocol. */
const extended = { prepare: false, simple: false };

/**
 * One statement whose parameters are already as Postgres writes them. They go out at once: given JavaScript values,
 * the driver would first ask the server for their types.
 */
export function encodedQuery<Row extends object>(
  sql: PostgresSql,
  text: string,
  params: readonly (string | null)[] = [],
) {
  return Object.assign(sql.unsafe<Row[]>(text, [], extended), { parameters: [...params] });
}
