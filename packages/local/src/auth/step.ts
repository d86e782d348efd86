import postgres from 'postgres';
import { AuthError } from './auth-error.ts';

// Text that Postgres cannot store, numbers that are out of range: the caller's, whatever the step.
const ofTheCaller = ['22P05', '22021', '22003'];
const exposed = ['P0001', '23000', '23001', '23502', '23503', '23505', '23514', '23P01'];

/** What the old form of errors shows of a refusal, and at which status: `raise` chooses one with PT and its digits. */
function shownOf({ code, message, detail, hint }: postgres.PostgresError) {
  const [, digits] = /^PT([1-9]\d\d)$/.exec(code) ?? [];
  if (digits === undefined && !exposed.includes(code)) return undefined;
  return {
    status: Number(digits ?? 500),
    body: { code, message, ...(hint ? { hint } : {}), ...(detail ? { detail } : {}) },
  };
}

/**
 * One step of a request. What the database refuses in it, for instance by a trigger of the project's, is a 500 with the
 * sentence that Supabase Auth has for the step.
 */
export async function step<T>(sentence: string, work: PromiseLike<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof postgres.PostgresError && !ofTheCaller.includes(error.code)) {
      throw new AuthError(500, 'unexpected_failure', sentence, { postgres: shownOf(error), cause: error });
    }
    // A step that holds others has the last word.
    if (error instanceof AuthError && error.status === 500) {
      throw new AuthError(500, 'unexpected_failure', sentence, { cause: error.cause });
    }
    throw error;
  }
}
