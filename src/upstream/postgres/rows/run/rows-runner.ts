import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../../../../lib/app-error.ts';
import { backOff } from '../../../../lib/back-off.ts';
import type { CompiledQuery } from '../compile/query.ts';
import { readRows } from './read-rows.ts';
import type { RowsAnswer, RowsCaller } from './rows-caller.ts';
import { toRowsError, type VisibleNames } from './rows-error.ts';
import { checkLogin, type LoginCheck } from './rows-login.ts';
import {
  createRowsPools,
  type RowsPool,
  type RowsPoolsOptions,
  type RowsPoolsStats,
  type RowsSession,
} from './rows-pools.ts';
import { type FirstFailure, isPassing, wholeTransaction } from './rows-steps.ts';
import type { RoleSettings } from './settings.ts';
import { createShares } from './shares.ts';
import { type KeyedWrite, writeRows } from './write-rows.ts';

export interface RowsRunnerOptions extends RowsPoolsOptions {
  /** Read anew for each statement, as the schema may change. */
  readonly environment: () => RowsEnvironment;
}

/** What the database and the operator say of all statements. */
export interface RowsEnvironment {
  /** The schemas in which functions of the operator's own look for names. */
  readonly searchPath: readonly string[];
  readonly roleSettings: RoleSettings;
  /** `pgrst.db_pre_request`, quoted: a function that is called before each statement, and may refuse it. */
  readonly preRequest: string | undefined;
}

export interface RowsCallOptions {
  /** Aborted when the caller left. */
  readonly signal: AbortSignal;
  /** Milliseconds for the whole call, the wait for a connection included. */
  readonly timeoutMs: number;
  /** Of all answers together. */
  readonly maxBytes: number;
  /** What errors may speak of. */
  readonly names: VisibleNames;
  /** Whose share of the connections it takes one of: half of them at most. Undefined: there is no bound but the pool's. */
  readonly owner?: string | undefined;
}

interface RowsTransaction {
  /** Rejects when the statement fails. Then the whole transaction does, whatever else is done in it. */
  run(statement: CompiledQuery): Promise<RowsAnswer>;
}

/** Runs what was compiled, as a caller. What fails in Postgres is a RowsError, which says at which statement. */
export interface RowsRunner {
  /** All statements see one snapshot and can change nothing; one round trip. Gives the answer of each. */
  read(
    caller: RowsCaller,
    statements: readonly CompiledQuery[],
    options: RowsCallOptions,
  ): Promise<readonly RowsAnswer[]>;
  /**
   * What `work` runs is one transaction. Its answers are complete, and within `maxBytes`, before it is committed by a round
   * trip of its own; until then an error of `work`, which passes as it is, the time limit, or a caller who leaves rolls all
   * of it back. A connection that is lost afterwards is OUTCOME_UNKNOWN. After a deadlock or a serialization failure
   * `work` is called once more. Under a key `work` is called once for all who have the same: it waits for whoever is at
   * it, and gives the result that was kept.
   */
  write<T>(
    caller: RowsCaller,
    options: RowsCallOptions,
    work: (transaction: RowsTransaction) => Promise<T>,
    keyed?: KeyedWrite<T>,
  ): Promise<T>;
  /** Connects as callers do, who have `callerRoles`. Throws NOT_CONFIGURED where row level security does not bind the login. */
  check(callerRoles: readonly string[], timeoutMs: number): Promise<LoginCheck>;
  stats(): RowsPoolsStats;
  /** Has all connections opened anew, for after a change of the schema. */
  evict(): void;
  /** Refuses new calls, waits for running ones up to `graceMs`, then ends all. */
  close(graceMs: number): Promise<void>;
}

/** Milliseconds before a second attempt, at most. */
const retryPauseMs = 40;
const leastPause = 0.5;

type Use<T> = (session: RowsSession, first: FirstFailure) => Promise<T>;

/** Throws when a URL or its CA file is unusable. Nothing connects before it is needed. */
export function createRowsRunner(options: RowsRunnerOptions): RowsRunner {
  const pools = createRowsPools(options);
  const callers = pools.of({ role: 'anon', claims: {} }).read;
  const pooled = options.pooler === 'transaction';
  const shares = createShares(Math.ceil(options.max / 2), options.acquireTimeoutMs);

  /** Lends a connection in the caller's share. */
  async function onSession<T>(
    kind: 'read' | 'write',
    caller: RowsCaller,
    call: RowsCallOptions,
    use: Use<T>,
  ): Promise<T> {
    const until = performance.now() + call.timeoutMs;
    const pool = pools.of(caller)[kind];
    const { owner, signal, timeoutMs } = call;
    const free = owner === undefined ? undefined : await shares.take(`${kind} ${owner}`, signal, timeoutMs);
    try {
      return await tried(pool, until, caller, call, use);
    } finally {
      free?.();
    }
  }

  /** Calls `use` once more when what it met may be gone by then. */
  async function tried<T>(
    pool: RowsPool,
    until: number,
    caller: RowsCaller,
    { signal, names }: RowsCallOptions,
    use: Use<T>,
  ): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      const first: FirstFailure = { error: undefined, place: wholeTransaction };
      const left = { signal, timeoutMs: until - performance.now() };
      try {
        return await pool.withSession(left, (session) => use(session, first));
      } catch (error) {
        if (attempt === 1 && isPassing(error)) {
          // Who is left over may go on first, or both would meet again. A caller who leaves is noticed by the pool.
          await delay(backOff(1, retryPauseMs, retryPauseMs, leastPause), undefined, { signal }).catch(
            () => undefined,
          );
          continue;
        }
        // Of anything but a statement's failure and ours, `work` is the author.
        if (first.error === undefined && !(error instanceof AppError)) throw error;
        throw toRowsError(error, first.place, caller, names);
      }
    }
  }

  return {
    async read(caller, statements, call) {
      return await onSession('read', caller, call, (session, first) =>
        readRows(session, caller, statements, { ...call, ...options.environment(), pooled }, first),
      );
    },
    async write(caller, call, work, keyed) {
      const until = performance.now() + call.timeoutMs;
      return await onSession('write', caller, call, (session, first) => {
        const given = { ...call, ...options.environment(), pooled, until };
        return writeRows(session, caller, given, first, (run) => work({ run }), keyed);
      });
    },
    check: (callerRoles, timeoutMs) =>
      callers.withSession({ signal: AbortSignal.timeout(timeoutMs), timeoutMs }, (session) =>
        checkLogin(session, callerRoles),
      ),
    stats: pools.stats,
    evict: pools.evict,
    close: pools.close,
  };
}
