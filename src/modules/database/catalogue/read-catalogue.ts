import type { PostgresPool } from '../../../upstream/postgres.ts';
import type { Call } from '../../../viewer/call.ts';
import { encodedQuery } from '../encoded-query.ts';
import { toDatabaseError } from '../errors.ts';
import type { CatalogueStatement } from './catalogue-statement.ts';

/** Milliseconds. */
const timeoutMs = 30_000;

/** Runs one statement of the catalogues. Parameters are already as Postgres writes them. Throws AppErrors alone. */
export async function readCatalogue<Row>(
  pool: PostgresPool,
  statement: CatalogueStatement<Row>,
  params: readonly (string | null)[],
  call: Call,
): Promise<readonly Row[]> {
  try {
    return await pool.withSession({ signal: call.signal, timeoutMs }, async ({ sql }) => {
      return await encodedQuery<Row & object>(sql, statement.text, params);
    });
  } catch (error) {
    throw toDatabaseError(error);
  }
}
