import type { PostgresPool } from '../../../upstream/postgres.ts';
import type { Call } from '../../../viewer/call.ts';
import { toDatabaseError } from '../errors.ts';
import type { CatalogueStatement } from './catalogue-statement.ts';

/** Milliseconds. */
const timeoutMs = 30_000;

/** Without parameters of its own the driver would choose the simple protocol. */
const extended = { prepare: false, simple: false };

/** Runs one statement of the catalogues. Parameters are already as Postgres writes them. Throws AppErrors alone. */
export async function readCatalogue<Row>(
  pool: PostgresPool,
  statement: CatalogueStatement<Row>,
  params: readonly (string | null)[],
  call: Call,
): Promise<readonly Row[]> {
  try {
    return await pool.withSession({ signal: call.signal, timeoutMs }, async ({ sql }) => {
      const query = sql.unsafe<(Row & object)[]>(statement.text, [], extended);
      // Given already encoded they go out at once: the driver would first ask the server for their types.
      return await Object.assign(query, { parameters: [...params] });
    });
  } catch (error) {
    throw toDatabaseError(error);
  }
}
