import { formatTextArray } from '../../array.ts';
import type { PostgresSql } from '../../postgres-sql.ts';
import { changes } from '../catalogue/changes.ts';

/**
 * A text that is another one whenever the model of these schemas, the grants of a role or its settings may be. One
 * cheap statement. What is read after it is at least as new as it says.
 */
export async function readFingerprint(sql: PostgresSql, schemas: readonly string[]): Promise<string> {
  const [row] = await sql.query<{ fingerprint: string }>(changes.text, [formatTextArray(schemas)], true);
  return row?.fingerprint ?? '';
}
