import { setMaxListeners } from 'node:events';
import { AppError } from '../../lib/app-error.ts';
import { backOff } from '../../lib/back-off.ts';
import type { CircuitState } from '../../lib/circuit.ts';
import type { Logger } from '../../observability/logger.ts';
import { createAcquireQueue } from './acquire-queue.ts';
import { endsConnection, isServerLoss, sqlState, stopped, unavailable } from './failure.ts';
import { guardSession, type PostgresCallOptions } from './guard.ts';
import { isReadOnly } from './is-read-only.ts';
import type { PlainSql, PostgresSql } from './postgres-sql.ts';
import type { PostgresSession } from './session.ts';

export interface PostgresPoolStats {
  readonly max: number;
  readonly idle: number;
  readonly busy: number;
  readonly connecting: number;
  readonly waiting: number;
  /** OPEN: the last attempt to connect failed, and the next one has to wait. */
  readonly circuit: CircuitState;
}

export interface PostgresPool<Sql extends PlainSql = PostgresSql> {
  /**
   * Lends one connection to `use`. Rejects with UPSTREAM_UNAVAILABLE when none can be had in time, TIMEOUT when the
   * time limit or the caller ended the call, OUTCOME_UNKNOWN when a write's answer was lost, and with whatever `use`
   * rejects with. `use` leaves the session as it found it, or calls `session.destroy()`.
   */
  withSession<T>(
    options: PostgresCallOptions,
    use: (session: PostgresSession<Sql>) => Promise<T>,
  ): Promise<T>;
  stats(): PostgresPoolStats;
  /** Closes idle connections now and busy ones when they come back (failover). */
  evict(): void;
  /** Refuses new calls, waits for the running ones up to `graceMs`, then ends all. */
  close(graceMs: number): Promise<void>;
}

export interface PostgresPoolDeps<Sql extends PlainSql> {
  /** Names the pool in logs. */
  readonly name: string;
  readonly open: () => Promise<PostgresSession<Sql>>;
  /** Ends the backend of a session whose statement could not be cancelled. Never rejects. */
  readonly terminate: (session: PostgresSession<Sql>) => Promise<void>;
  readonly max: number;
  /** Milliseconds a call waits for a connection. */
  readonly acquireTimeoutMs: number;
  /** Whether a server that has become read-only is no longer the right one. */
  readonly writes: boolean;
  readonly log: Logger;
}

/** After which an unused connection is closed. */
const idleTimeoutMs = 300_000;
/** How long a connection lives, give or take a tenth. */
const maxLifetimeMs = 3_600_000;
const sweepEveryMs = 15_000;
const firstPauseMs = 100;
const longestPauseMs = 2_000;
const leastPause = 0.5;

interface Pooled<Sql extends PlainSql> {
  readonly session: PostgresSession<Sql>;
  readonly generation: number;
  readonly expiresAt: number;
  idleSince: number;
}

/** A bounded pool of connections that are opened when needed. */
export function createPostgresPool<Sql extends PlainSql>(deps: PostgresPoolDeps<Sql>): PostgresPool<Sql> {
  const { name, max, log } = deps;
  const idle: Pooled<Sql>[] = [];
  const busy = new Set<Pooled<Sql>>();
  const queue = createAcquireQueue<Pooled<Sql>>(deps.acquireTimeoutMs);
  let connecting = 0;
  let generation = 0;
  let failures = 0;
  let retryAt = 0;
  let lastFailure: unknown;
  let closing = false;
  let drained: (() => void) | undefined;

  const sweeper = setInterval(sweep, sweepEveryMs);
  sweeper.unref();

  function sweep(): void {
    const now = Date.now();
    for (const pooled of [...idle]) {
      if (now - pooled.idleSince > idleTimeoutMs || now > pooled.expiresAt) drop(pooled);
    }
  }

  function drop(pooled: Pooled<Sql>): void {
    const at = idle.indexOf(pooled);
    if (at !== -1) idle.splice(at, 1);
    void pooled.session.end();
  }

  function circuit(): CircuitState {
    if (failures === 0) return 'CLOSED';
    return Date.now() < retryAt ? 'OPEN' : 'HALF_OPEN';
  }

  function mayConnect(): boolean {
    if (closing || busy.size + idle.length + connecting >= max) return false;
    const state = circuit();
    return state === 'CLOSED' || (state === 'HALF_OPEN' && connecting === 0);
  }

  function grow(): void {
    while (connecting < queue.size && mayConnect()) connect();
  }

  function connect(): void {
    connecting += 1;
    const bornIn = generation;
    deps.open().then(
      (session) => {
        connecting -= 1;
        failures = 0;
        const lifetime = maxLifetimeMs * (0.9 + Math.random() * 0.2);
        const pooled: Pooled<Sql> = {
          session,
          generation: bornIn,
          expiresAt: Date.now() + lifetime,
          idleSince: Date.now(),
        };
        session.onClose(() => forget(pooled));
        takeBack(pooled);
      },
      (error: unknown) => {
        connecting -= 1;
        failures += 1;
        lastFailure = error;
        retryAt = Date.now() + backOff(failures, firstPauseMs, longestPauseMs, leastPause);
        log.warn({ pool: name, failures, err: error }, 'cannot connect to Postgres');
        if (busy.size === 0 && connecting === 0) queue.rejectAll(unavailable(error));
        checkDrained();
      },
    );
  }

  function forget(pooled: Pooled<Sql>): void {
    const at = idle.indexOf(pooled);
    if (at !== -1) idle.splice(at, 1);
    busy.delete(pooled);
    grow();
    checkDrained();
  }

  function takeBack(pooled: Pooled<Sql>): void {
    busy.delete(pooled);
    if (!pooled.session.closed) {
      const stale = pooled.generation !== generation || Date.now() > pooled.expiresAt;
      if (closing || stale) {
        void pooled.session.end();
      } else if (queue.size > 0) {
        busy.add(pooled);
        queue.give(pooled);
      } else {
        pooled.idleSince = Date.now();
        idle.push(pooled);
      }
    }
    if (queue.size > 0) grow();
    checkDrained();
  }

  function checkDrained(): void {
    if (busy.size === 0 && connecting === 0) drained?.();
  }

  async function acquire({ signal, timeoutMs }: PostgresCallOptions): Promise<Pooled<Sql>> {
    if (signal.aborted) throw stopped(signal);
    if (closing) throw new AppError('SHUTTING_DOWN', 'The gateway is shutting down.');
    const ready = idle.pop();
    if (ready !== undefined) {
      busy.add(ready);
      return ready;
    }
    if (circuit() === 'OPEN' && busy.size === 0 && connecting === 0) throw unavailable(lastFailure);
    const waiting = queue.wait(signal, timeoutMs);
    grow();
    return await waiting;
  }

  /** Ends the session, or all, where the error says that they are of no more use. */
  async function judge(session: PostgresSession<Sql>, error: unknown): Promise<void> {
    if (isServerLoss(error)) session.destroy();
    else if (endsConnection(error)) giveUp(session);
    else if (deps.writes && sqlState(error) === '25006' && (await isReadOnly(session))) session.destroy();
    const { closed, overflowed, givenUp } = session;
    // What took this connection, a failover or a network that went away, has most likely taken the idle ones.
    if (closed && !overflowed && !givenUp) evict();
  }

  function evict(): void {
    generation += 1;
    for (const pooled of [...idle]) drop(pooled);
  }

  return {
    async withSession(options, use) {
      // One operation may hold many statements, and each of them listens: that is no leak worth a warning.
      setMaxListeners(0, options.signal);
      const started = performance.now();
      const pooled = await acquire(options);
      const left = { ...options, timeoutMs: options.timeoutMs - (performance.now() - started) };
      try {
        return await guardSession(pooled.session, left, deps.terminate, use);
      } catch (error) {
        await judge(pooled.session, error);
        throw error;
      } finally {
        takeBack(pooled);
      }
    },
    stats: () => ({
      max,
      idle: idle.length,
      busy: busy.size,
      connecting,
      waiting: queue.size,
      circuit: circuit(),
    }),
    evict,
    async close(graceMs) {
      closing = true;
      clearInterval(sweeper);
      queue.rejectAll(new AppError('SHUTTING_DOWN', 'The gateway is shutting down.'));
      const sessions = [...idle];
      idle.length = 0;
      await Promise.all(sessions.map(({ session }) => session.end()));
      if (busy.size === 0 && connecting === 0) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, graceMs);
        drained = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      for (const { session } of busy) session.destroy();
    },
  };
}

/** For a limit of this one session, such as on idle transactions. */
function giveUp(session: Pick<PostgresSession, 'givenUp' | 'destroy'>): void {
  session.givenUp = true;
  session.destroy();
}
