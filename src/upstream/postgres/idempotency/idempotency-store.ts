import { createHmac, hash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { backOff } from '../../../lib/back-off.ts';
import { within } from '../../../lib/within.ts';
import type { Logger } from '../../../observability/logger.ts';
import type { IdempotencyKey } from '../../../viewer/idempotency-key.ts';
import { sqlState, stopped } from '../failure.ts';
import type { PostgresPool } from '../pool.ts';
import type { EncodedParam, PostgresSql } from '../postgres-sql.ts';
import { type Claim, claimFailure, claimOf, claimStatement, endStatement, stillRunning } from './claim.ts';
import { createPreparedTables } from './prepared-tables.ts';

export interface IdempotencyStoreOptions {
  /** DATABASE_URL. */
  readonly pool: PostgresPool;
  /** Whose connections claim keys in their own transactions. */
  readonly logins: readonly string[];
  /** IDEMPOTENCY_TTL, milliseconds. */
  readonly ttlMs: number;
  readonly log: Logger;
}

interface KeyedRequest {
  /** Who asks, in words that no other caller has. */
  readonly owner: string;
  /** As the owner gave it. */
  readonly key: string;
  /** A hash of what is to be done. */
  readonly request: string;
}

/** How work under a key ended. `refused`: nothing was done. `unknown`: nobody can say. */
export type Ending = { readonly answer: string } | 'refused' | 'unknown';

/** Work that is ours to do. */
interface Started {
  /** Never rejects: what cannot be written down is unknown to the next one who asks. */
  end(ending: Ending): Promise<void>;
}

/** What was done under which idempotency key. */
export interface IdempotencyStore {
  /** Rejects with NOT_CONFIGURED where no keys can be kept, and as a pool does where Postgres is away. */
  keyOf(asked: KeyedRequest): Promise<IdempotencyKey>;
  /**
   * Begins work outside of a transaction of ours, or gives the answer of what was done before. Waits while somebody
   * else does it; then rejects with TIMEOUT, and else as `claimOf` throws.
   */
  start(key: IdempotencyKey, signal: AbortSignal): Promise<Started | { readonly answer: string }>;
  /** Somebody has dropped what keys are kept in, or made it anew. */
  forget(): void;
  /** Makes the tables, and waits a little for it. Never rejects. */
  prepare(): Promise<void>;
  close(): void;
}

/** Milliseconds for one statement, or for making the tables; and for which a start waits for these. */
const statementMs = 5_000;
const prepareMs = 2_000;
/** For which whoever does something counts as alive, and between two signs of life. */
const leaseMs = 20_000;
const renewEveryMs = 5_000;
/** How long a repeat waits for whoever does it. */
const waitMs = 30_000;
/** For which a key is kept at least after a sign of life, however old it is: who waits hears how it ended. */
const keptMs = 2 * waitMs;
const firstPauseMs = 50;
const longestPauseMs = 1_000;
const leastPause = 0.5;
/** Between two deletions of expired keys, and how many one statement deletes. */
const sweepEveryMs = 300_000;
const sweptAtOnce = 1_000;

/** Nothing connects before it is asked to. */
export function createIdempotencyStore(options: IdempotencyStoreOptions): IdempotencyStore {
  const { pool, logins, ttlMs, log } = options;
  // Also what a caller who has left began is written down, for his repeats.
  const onSession = <T>(use: (sql: PostgresSql) => Promise<T>): Promise<T> =>
    pool.withSession({ signal: new AbortController().signal, timeoutMs: statementMs }, ({ sql }) => use(sql));
  const tables = createPreparedTables({ onSession, logins, log });
  const running = new Set<string>();
  let timers: NodeJS.Timeout[] | undefined;

  /** For what nobody waits for. */
  const tryTo = async (what: string, use: (sql: PostgresSql) => Promise<unknown>): Promise<void> => {
    await onSession(use).catch((error: unknown) => log.warn({ err: error }, what));
  };
  const renew = (): void => {
    if (running.size === 0) return;
    const ids = [...running];
    void tryTo('leases of idempotency keys were not renewed', (sql) => sql.query(renewal, [asArray(ids)]));
  };
  const sweep = (): void => {
    void tryTo('expired idempotency keys were not deleted', async (sql) => {
      let deleted: readonly unknown[];
      do deleted = await sql.query(deletion, [String(sweptAtOnce)]);
      while (deleted.length === sweptAtOnce);
    });
  };

  async function claim(key: IdempotencyKey): Promise<Claim> {
    const { text, params } = claimStatement(key, leaseMs);
    try {
      const [row] = await onSession((sql) =>
        sql.query<{ outcome: string; kept: string | null }>(text, params),
      );
      return claimOf(row?.outcome, row?.kept ?? null);
    } catch (error) {
      if (busy.has(sqlState(error) ?? '')) return { state: 'running' };
      const failure = claimFailure(error);
      if (failure?.code === 'NOT_CONFIGURED') tables.forget();
      throw failure ?? error;
    }
  }

  function started(key: IdempotencyKey): Started {
    running.add(key.id);
    return {
      async end(ending) {
        running.delete(key.id);
        const [text, params] = endingStatement(key, ending);
        await tryTo('how a mutation under an idempotency key ended was not written down', (sql) =>
          sql.query(text, params),
        );
      },
    };
  }

  return {
    async keyOf({ owner, key, request }) {
      const secret = await tables.secret();
      timers ??= [setInterval(renew, renewEveryMs).unref(), setInterval(sweep, sweepEveryMs).unref()];
      const seal = (...parts: readonly string[]): string =>
        createHmac('sha256', secret).update(JSON.stringify(parts)).digest('base64url');
      return {
        id: seal('key', owner, key),
        owner: seal('owner', owner),
        // The key is kept nowhere: whoever reads table and secret cannot try passwords until the hash fits.
        request: seal('request', key, request),
        sealedWith: hash('sha256', secret),
        ttlMs,
      };
    },
    async start(key, signal) {
      const until = performance.now() + waitMs;
      for (let attempt = 0; ; attempt += 1) {
        if (signal.aborted) throw stopped(signal);
        const claimed = await claim(key);
        if (claimed.state === 'done') return claimed;
        if (claimed.state === 'new') return started(key);
        if (performance.now() > until) throw stillRunning();
        const pause = backOff(attempt, firstPauseMs, longestPauseMs, leastPause);
        // A caller who leaves is noticed at the next turn.
        await delay(pause, undefined, { signal }).catch(() => undefined);
      }
    },
    forget: tables.forget,
    async prepare() {
      const prepared = tables.secret().then(
        () => sweep(),
        // It has been logged.
        () => undefined,
      );
      await within(prepareMs, prepared);
    },
    close() {
      for (const timer of timers ?? []) clearInterval(timer);
    },
  };
}

/** Somebody else's transaction holds the key, or has taken it since ours began. */
const busy: ReadonlySet<string> = new Set(['55P03', '40001', '40P01']);

/** Ids are made of letters, digits, `-` and `_`. */
function asArray(ids: readonly string[]): string {
  return `{${ids.join(',')}}`;
}

const renewal = `
  update bunbun.idempotency_keys set leased_until = pg_catalog.clock_timestamp() + ${leaseMs} * interval '1 ms',
    expires_at = greatest(expires_at, pg_catalog.clock_timestamp() + ${keptMs} * interval '1 ms')
  where id = any ($1::text[]) and not done`;

const deletion = `
  delete from bunbun.idempotency_keys where id in (
    select id from bunbun.idempotency_keys where expires_at <= pg_catalog.clock_timestamp()
    order by expires_at limit $1::int for update skip locked)
  returning true as deleted`;

function endingStatement(key: IdempotencyKey, ending: Ending): [string, readonly EncodedParam[]] {
  if (ending === 'refused') {
    return ['delete from bunbun.idempotency_keys where id = $1 and not done', [key.id]];
  }
  if (ending === 'unknown') {
    const text =
      'update bunbun.idempotency_keys set leased_until = pg_catalog.clock_timestamp() where id = $1';
    return [text, [key.id]];
  }
  const { text, params } = endStatement(key, ending.answer);
  return [text, params];
}
