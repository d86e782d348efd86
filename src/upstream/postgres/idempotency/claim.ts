import { AppError } from '../../../lib/app-error.ts';
import { badInput } from '../../../lib/bad-input.ts';
import { notConfigured } from '../../../lib/not-configured.ts';
import type { IdempotencyKey } from '../../../viewer/idempotency-key.ts';
import { sqlState } from '../failure.ts';
import type { SqlText } from '../postgres-sql.ts';
import { mostAnswerBytes, mostKeys } from './tables-sql.ts';

/** What became of a claim: it is ours to do, somebody does it just now, or it was done. */
export type Claim =
  | { readonly state: 'new' | 'running' }
  | { readonly state: 'done'; readonly answer: string };

/**
 * Claims a key. With `leaseMs` it is for work outside of the transaction, whose doer counts as alive for so long;
 * without, the claim waits for the transaction of whoever has the same key.
 */
export function claimStatement(key: IdempotencyKey, leaseMs?: number): Required<SqlText> {
  const { id, owner, request, sealedWith, ttlMs } = key;
  return {
    text: 'select outcome, kept from bunbun.claim_idempotency_key($1, $2, $3, $4, $5, $6)',
    params: [id, owner, request, sealedWith, String(ttlMs), leaseMs === undefined ? null : String(leaseMs)],
  };
}

/** Ends what was claimed. Of an answer that is too long only that it was given is kept. */
export function endStatement({ id }: IdempotencyKey, answer: string): Required<SqlText> {
  const kept = Buffer.byteLength(answer) <= mostAnswerBytes ? answer : null;
  return { text: 'select bunbun.end_idempotency_key($1, $2)', params: [id, kept] };
}

/**
 * Reads what `claimStatement` gives. Throws BAD_USER_INPUT where the key belongs to another request, OUTCOME_UNKNOWN
 * where whoever did it is gone, CONFLICT where it was done and its answer is not kept, and RATE_LIMITED where the
 * caller has too many keys.
 */
export function claimOf(outcome: string | null | undefined, kept: string | null): Claim {
  switch (outcome) {
    case 'new':
    case 'running':
      return { state: outcome };
    case 'done':
      return { state: 'done', answer: kept ?? '' };
    case 'reused':
      throw badInput([], 'The idempotency key belongs to another request of yours.', {
        details: { reason: 'idempotency_key_reused' },
      });
    case 'unkept':
      throw new AppError(
        'CONFLICT',
        'This was done under the idempotency key before, and its answer was too large to be kept.',
        { details: { reason: 'idempotency_answer_not_kept', idempotency: 'done' } },
      );
    case 'unknown':
      throw new AppError(
        'OUTCOME_UNKNOWN',
        'This was begun under the idempotency key before, and how it ended will never be known: look first.',
        { details: { idempotency: 'unknown' } },
      );
    case 'full':
      throw new AppError('RATE_LIMITED', 'You have as many idempotency keys as may be kept.', {
        details: { reason: 'idempotency_keys_full', limit: mostKeys, retryAfter: 60 },
      });
    default:
      throw new Error('A claim of an idempotency key gave nothing.');
  }
}

/** What a claim that Postgres refused means for the caller; undefined where that is nothing special. */
export function claimFailure(error: unknown): AppError | undefined {
  const state = sqlState(error);
  if (state === '55P03') return stillRunning(error);
  if (state === undefined || !missing.has(state)) return undefined;
  return notKept(error);
}

/** Somebody does it under this key, for longer than others wait. */
export function stillRunning(cause?: unknown): AppError {
  return new AppError('TIMEOUT', 'This is being done under the idempotency key still: ask again.', {
    details: { reason: 'idempotency_key_running' },
    cause,
  });
}

/** Nothing that was sent with a key is done without it. */
export function notKept(cause?: unknown): AppError {
  const { code, message, details } = notConfigured(
    'POSTGRES',
    'This gateway cannot keep idempotency keys: its log says why.',
  );
  return new AppError(code, message, { details, cause });
}

/** No right, function, schema or table, tables that were made anew, or a database that can only be read. */
const missing: ReadonlySet<string> = new Set(['42501', '42883', '3F000', '42P01', '25006']);
