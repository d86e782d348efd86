import type { PostgresSession } from '../../../upstream/postgres/session.ts';
import type { ScriptStatement } from './divide-script.ts';
import { ScriptFailure } from './script-failure.ts';

/** Statements sent before the answer of the first is awaited. */
const window = 100;

/**
 * Runs statements in the open transaction, many on their way at a time: after a failure the others fail too, and do
 * nothing. Each goes by the extended protocol, which takes one statement, whatever a parser may think of the text.
 */
export async function runInTransaction(
  { sql }: PostgresSession,
  statements: readonly ScriptStatement[],
): Promise<void> {
  for (let from = 0; from < statements.length; from += window) {
    const sent = statements
      .slice(from, from + window)
      .map((statement) => (statement.kind === undefined ? Promise.resolve() : sql.query(statement.text)));
    const results = await Promise.allSettled(sent);
    for (const [offset, result] of results.entries()) {
      const statement = statements[from + offset];
      if (result.status === 'rejected' && statement !== undefined) {
        throw new ScriptFailure(from + offset, statement, result.reason);
      }
    }
  }
}

/** Runs statements one by one, each for itself. */
export async function runOneByOne(
  { sql }: PostgresSession,
  statements: readonly ScriptStatement[],
): Promise<void> {
  for (const [index, statement] of statements.entries()) {
    try {
      if (statement.kind !== undefined) await sql.query(statement.text);
    } catch (error) {
      throw new ScriptFailure(index, statement, error);
    }
  }
}
