import { hash } from 'node:crypto';
import { createLru } from '../lib/lru.ts';
import { unauthenticated } from './unauthenticated.ts';
import type { Viewer } from './viewer.ts';

export interface TokenCache {
  /** The viewer of a token verified lately. Throws UNAUTHENTICATED when it has expired meanwhile. */
  get(token: string): Viewer | undefined;
  /** Counts the flushes. Read it before a verification begins. */
  readonly generation: number;
  /** Forgets at once what was verified in an earlier generation: with a key that may have been withdrawn since. */
  set(token: string, viewer: Viewer, generation: number): void;
  flush(): void;
}

const maxAgeMs = 60_000;
/** Longer tokens are verified each time: who fills his metadata must not fill the cache. */
const maxTokenLength = 6_000;

/** Keyed by the SHA-256 of the token, so that the tokens themselves are not kept as keys. */
export function createTokenCache(options: {
  capacity: number;
  clockToleranceMs: number;
  now: () => number;
}): TokenCache {
  const { capacity, clockToleranceMs, now } = options;
  const entries = createLru<string, { viewer: Viewer; until: number }>(capacity);
  const keyOf = (token: string) => hash('sha256', token, 'base64');
  let generation = 0;
  return {
    get generation() {
      return generation;
    },
    get(token) {
      if (token.length > maxTokenLength) return undefined;
      const key = keyOf(token);
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      const time = now();
      const { expiresAt } = entry.viewer;
      if (expiresAt !== undefined && expiresAt * 1_000 + clockToleranceMs <= time) {
        entries.delete(key);
        throw unauthenticated('token_expired');
      }
      if (entry.until > time) return entry.viewer;
      entries.delete(key);
      return undefined;
    },
    set(token, viewer, verifiedIn) {
      if (token.length > maxTokenLength || verifiedIn !== generation) return;
      entries.set(keyOf(token), { viewer, until: now() + maxAgeMs });
    },
    flush() {
      generation += 1;
      entries.clear();
    },
  };
}
