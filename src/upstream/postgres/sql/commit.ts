import { AppError } from '../../../lib/app-error.ts';
import { isPostgresError } from '../postgres-error.ts';
import type { PlainSql } from '../postgres-sql.ts';

/**
 * COMMIT; OUTCOME_UNKNOWN when its answer never came, BAD_SQL when Postgres rolled back instead. `keep backend`:
 * another transaction begins at once, so that a pooler leaves us the backend until it is reset.
 */
export async function commit({ sql }: { readonly sql: PlainSql }, then?: 'keep backend'): Promise<void> {
  let command: string;
  try {
    ({ command } = await sql.run(then === undefined ? 'commit' : 'commit and chain'));
  } catch (error) {
    // A deferred constraint speaks here, and then nothing was committed. Anything else leaves it open.
    if (isPostgresError(error) && error.severity === 'ERROR') throw error;
    throw new AppError('OUTCOME_UNKNOWN', 'The connection was lost while the transaction was committed.', {
      details: { service: 'POSTGRES' },
      cause: error,
    });
  }
  // Postgres answers COMMIT with ROLLBACK when the transaction had failed before.
  if (command !== 'COMMIT') throw new AppError('BAD_SQL', 'The transaction was rolled back.');
}
