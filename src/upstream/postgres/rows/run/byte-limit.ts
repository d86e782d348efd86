import { AppError } from '../../../../lib/app-error.ts';
import type { RowsAnswer } from './rows-caller.ts';
import type { RowsSession } from './rows-pools.ts';

/** Beside answers: what else Postgres says, and answers that are each small enough but too large together. */
const spareBytes = 1024 * 1024;

/**
 * Has `session` take answers of at most `maxBytes` together while `work` runs. Throws PAYLOAD_TOO_LARGE where they are
 * larger: none of them is held then, unless several are too large together.
 */
export async function withinBytes(
  session: RowsSession,
  maxBytes: number,
  work: () => Promise<readonly RowsAnswer[]>,
): Promise<{ readonly answers: readonly RowsAnswer[]; readonly bytes: number }> {
  const { messages } = session;
  const leftOut = messages.rowsLeftOut;
  messages.rowLimit = maxBytes;
  session.receivedBytes = 0;
  session.receiveLimit = 2 * maxBytes + spareBytes;
  try {
    const answers = await work();
    const bytes = answers.reduce((sum, { text }) => sum + (text === null ? 0 : Buffer.byteLength(text)), 0);
    if (bytes > maxBytes || messages.rowsLeftOut > leftOut) throw tooLarge(maxBytes);
    return { answers, bytes };
  } catch (error) {
    throw session.overflowed ? tooLarge(maxBytes) : error;
  } finally {
    messages.rowLimit = Number.POSITIVE_INFINITY;
    session.receiveLimit = Number.POSITIVE_INFINITY;
  }
}

function tooLarge(limit: number): AppError {
  return new AppError(
    'PAYLOAD_TOO_LARGE',
    'The answer is larger than an answer may be: ask for fewer rows.',
    {
      details: { limit },
    },
  );
}
