import { AppError } from '../../../lib/app-error.ts';
import type { PostgresColumn, SqlText } from '../postgres-sql.ts';
import type { PostgresSession } from '../session.ts';

export interface WireResult {
  readonly columns: readonly PostgresColumn[];
  /** Built-in types are decoded, others are still text. */
  readonly values: unknown[][];
  readonly command: string;
  readonly rowCount: number;
  readonly truncated: boolean;
}

export interface RowLimits {
  readonly maxRows: number;
  /** Bytes of one result, give or take what one read from the socket brings. */
  readonly maxBytes: number;
  /**
   * True: the statement is cancelled when the bytes are used up. False: it runs to its end and the rest of its rows
   * is dropped, because what a statement does must not depend on how many of its rows somebody wants to see.
   */
  readonly stopEarly: boolean;
}

/**
 * Sends a statement and keeps the rows that fit; the rest is counted as truncated. With `stopEarly` it rejects with
 * PAYLOAD_TOO_LARGE when one single row is over twice the limit: the connection had to be destroyed then. Without, such
 * a row is left out, because what the statement did may be committed, and its outcome has to be told.
 */
export async function collectRows(
  session: PostgresSession,
  statement: SqlText,
  limits: RowLimits,
): Promise<WireResult> {
  const { maxRows, maxBytes, stopEarly } = limits;
  const values: unknown[][] = [];
  let truncated = false;
  let stopping: Promise<boolean> | undefined;
  let columns: readonly PostgresColumn[] = [];
  const { messages } = session;
  const leftOutBefore = messages.rowsLeftOut;
  session.receivedBytes = 0;
  if (stopEarly) session.receiveLimit = maxBytes * 2;
  else messages.rowLimit = maxBytes;
  try {
    const outcome = await session.sql.forEachRow(statement, (row, described) => {
      const tooMany = session.receivedBytes > maxBytes;
      if (!tooMany && values.length < maxRows) {
        values.push(row);
        return;
      }
      truncated = true;
      // What is dropped does not count, but each single row still has its limit.
      session.receivedBytes = maxBytes + 1;
      if (tooMany && stopEarly && stopping === undefined) {
        columns = described;
        stopping = session.cancel();
      }
    });
    truncated ||= messages.rowsLeftOut > leftOutBefore;
    const { command, count = values.length } = outcome;
    return { columns: outcome.columns, values, truncated, command, rowCount: count };
  } catch (error) {
    if (session.overflowed) throw tooLarge(maxBytes);
    if (stopping === undefined) throw error;
    return { columns, values, truncated, command: 'SELECT', rowCount: values.length };
  } finally {
    session.receiveLimit = Number.POSITIVE_INFINITY;
    messages.rowLimit = Number.POSITIVE_INFINITY;
    // It could still come, and hit the next statement.
    if (stopping !== undefined && !(await stopping)) session.destroy();
  }
}

function tooLarge(limit: number): AppError {
  return new AppError('PAYLOAD_TOO_LARGE', 'One row of the result is larger than this gateway hands out.', {
    details: { limit, unit: 'bytes' },
  });
}
