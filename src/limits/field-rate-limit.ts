import { createHash } from 'node:crypto';
import { AppError } from '../lib/app-error.ts';
import { addressGroup } from '../lib/client-address.ts';
import type { Viewer } from '../viewer/viewer.ts';

/** A token bucket by key. Memory or Redis behind it. */
export interface RateLimiter {
  take(key: string, limit: number, windowMs: number): RateLimitVerdict | Promise<RateLimitVerdict>;
}

export interface RateLimitVerdict {
  readonly ok: boolean;
  readonly retryAfterMs: number;
}

export interface RateLimitRule {
  readonly limit: number;
  readonly windowMs: number;
}

export interface RateLimitSubject {
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

/** Spends one call of a field, or throws RATE_LIMITED with `retryAfter` in seconds. */
export interface FieldRateLimit {
  spend(field: string, rule: RateLimitRule, subject: RateLimitSubject): Promise<void>;
}

const accountOnlyFactor = 10;

/**
 * The rule of `@rateLimit`: per user id, else per client address, for an opaque secret key per identity; never per anon
 * or publishable key, which everybody has. A field that takes an account counts per account and address, and per
 * account alone at ten times the limit, so that one address can neither guess a password nor lock an account out.
 */
export function createFieldRateLimit(
  limiter: RateLimiter,
  overrides: Readonly<Record<string, RateLimitRule>> = {},
): FieldRateLimit {
  return {
    async spend(field, declared, subject) {
      const { limit, windowMs } = overrides[field] ?? declared;
      const address =
        subject.clientAddress === undefined ? 'in-process' : addressGroup(subject.clientAddress);
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
        if (!verdict.ok) {
          const retryAfter = Math.max(1, Math.ceil(verdict.retryAfterMs / 1000));
          throw new AppError('RATE_LIMITED', `Too many calls of ${field}: try again in ${retryAfter} s.`, {
            details: { retryAfter },
          });
        }
      }
    },
  };
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
