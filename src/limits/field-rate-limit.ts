import { createHash } from 'node:crypto';
import { AppError } from '../lib/app-error.ts';
import { addressGroup } from '../lib/client-address.ts';
import type { Viewer } from '../viewer/viewer.ts';
import type { RateLimiter, RateLimitVerdict } from './rate-limiter.ts';

export interface RateLimitRule {
  readonly limit: number;
  readonly windowMs: number;
}

interface RateLimitSubject {
  readonly viewer: Viewer;
  readonly clientAddress: string | undefined;
  /** The account a call is about (an e-mail address, a phone number), where the field takes one. */
  readonly account?: string | undefined;
  /**
   * The call makes users or sessions: it counts for the address though a user calls. Whoever may have as many users as
   * they like would have as many buckets.
   */
  readonly ofStranger?: boolean | undefined;
}

/** How an attempt ended: `unjudged` where the service has not said whether it was right. */
export type AttemptOutcome = 'passed' | 'failed' | 'unjudged';

/** Tells how an attempt ended. Only the first call counts. */
export type SettleAttempt = (outcome: AttemptOutcome) => void;

export interface FieldRateLimit {
  /** Spends one call of a field, or throws RATE_LIMITED with `retryAfter` in seconds. */
  spend(field: string, rule: RateLimitRule, subject: RateLimitSubject): Promise<void>;
  /**
   * Takes one of the failures that a client address may have over all accounts and fields together, before it is known
   * whether it is one: what is given back afterwards is only what did not fail. Throws RATE_LIMITED as `spend`.
   */
  attempt(field: string, clientAddress: string | undefined): Promise<SettleAttempt>;
}

export interface FieldRateLimitMetrics {
  /** An attempt at `field` failed. */
  attemptFailed(field: string): void;
  /** A limit refused something; `limit` names the limit. */
  limitHit(limit: string): void;
}

const accountOnlyFactor = 10;

/** Its name in RATE_LIMITS. */
export const failedAttempts = 'failedAttempts';
const failedAttemptsRule: RateLimitRule = { limit: 100, windowMs: 5 * 60_000 };

function tooMany(what: string, { retryAfterMs }: RateLimitVerdict): AppError {
  const retryAfter = Math.max(1, Math.ceil(retryAfterMs / 1000));
  return new AppError('RATE_LIMITED', `Too many ${what}: try again in ${retryAfter} s.`, {
    details: { retryAfter },
  });
}

function groupOf(clientAddress: string | undefined): string {
  return clientAddress === undefined ? 'in-process' : addressGroup(clientAddress);
}

/**
 * The rule of `@rateLimit`: per user id, else per client address, for an opaque secret key per identity; never per anon
 * or publishable key, which everybody has. A field that takes an account counts per account and address, and per
 * account alone at ten times the limit, so that one address can neither guess a password nor lock an account out.
 */
export function createFieldRateLimit(
  limiter: RateLimiter,
  overrides: Readonly<Record<string, RateLimitRule>> = {},
  metrics?: FieldRateLimitMetrics,
): FieldRateLimit {
  return {
    async spend(field, declared, subject) {
      const { limit, windowMs } = overrides[field] ?? declared;
      const address = groupOf(subject.clientAddress);
      const takes: [key: string, limit: number][] = [];
      if (subject.account !== undefined) {
        const account = hashed(subject.account.trim().toLowerCase());
        takes.push([`${field}:account:${account}:${address}`, limit]);
        takes.push([`${field}:account:${account}`, limit * accountOnlyFactor]);
      } else {
        takes.push([`${field}:${callerKey(subject, address)}`, limit]);
      }
      for (const [key, keyLimit] of takes) {
        const verdict = await limiter.take(key, keyLimit, windowMs);
        if (!verdict.ok) throw tooMany(`calls of ${field}`, verdict);
      }
    },
    async attempt(field, clientAddress) {
      const { limit, windowMs } = overrides[failedAttempts] ?? failedAttemptsRule;
      const key = `${failedAttempts}:${groupOf(clientAddress)}`;
      const verdict = await limiter.take(key, limit, windowMs);
      if (!verdict.ok) {
        metrics?.limitHit(failedAttempts);
        throw tooMany('failed attempts', verdict);
      }
      let settled = false;
      return (outcome) => {
        if (settled) return;
        settled = true;
        if (outcome === 'failed') metrics?.attemptFailed(field);
        else limiter.giveBack(key, limit, windowMs);
      };
    },
  };
}

/** What has been asked did not answer, or for a reason that has nothing to do with what was tried. */
const unjudged: ReadonlySet<unknown> = new Set([
  'NOT_CONFIGURED',
  'RATE_LIMITED',
  'SHUTTING_DOWN',
  'UPSTREAM_ERROR',
  'UPSTREAM_UNAVAILABLE',
]);

/** How an attempt ended that threw. */
export function outcomeOf(error: unknown): AttemptOutcome {
  return error instanceof AppError && unjudged.has(error.code) ? 'unjudged' : 'failed';
}

/** Keys of one length, whatever a caller sends, and no addresses of people in the store. */
function hashed(account: string): string {
  return createHash('sha256').update(account).digest('base64url');
}

function callerKey({ viewer, ofStranger }: RateLimitSubject, address: string): string {
  if (viewer.kind === 'user' && !ofStranger) return `user:${viewer.userId}`;
  if (viewer.kind === 'service') return `service:${viewer.identity}`;
  return `address:${address}`;
}
