import { AppError } from '../../../lib/app-error.ts';
import type { Logger } from '../../../observability/logger.ts';
import type { PostgresSql } from '../postgres-sql.ts';
import { notKept } from './claim.ts';
import { installTables } from './install-tables.ts';

export interface PreparedTables {
  /**
   * The secret of all gateways, once the tables are there. They are made by who asks first. Rejects with NOT_CONFIGURED
   * where they cannot be made, and as a pool does where Postgres is away; then they are tried again after some seconds.
   */
  secret(): Promise<string>;
  /** Has them looked at anew: somebody has dropped them, or made others. */
  forget(): void;
}

export interface PreparedTablesDeps {
  readonly onSession: <T>(use: (sql: PostgresSql) => Promise<T>) => Promise<T>;
  /** Whose connections claim keys in their own transactions. */
  readonly logins: readonly string[];
  readonly log: Logger;
}

/** Milliseconds between two attempts. */
const retryMs = 5_000;

export function createPreparedTables({ onSession, logins, log }: PreparedTablesDeps): PreparedTables {
  let known: string | undefined;
  let making: Promise<string> | undefined;
  let failure: { readonly error: AppError; readonly at: number } | undefined;

  async function make(): Promise<string> {
    try {
      known = await onSession((sql) => installTables(sql, logins));
      return known;
    } catch (error) {
      log.warn({ err: error }, 'no idempotency keys can be kept: mutations that bring one are refused');
      const told = error instanceof AppError ? error : notKept(error);
      failure = { error: told, at: performance.now() };
      throw told;
    } finally {
      making = undefined;
    }
  }

  return {
    async secret() {
      if (known !== undefined) return known;
      if (failure !== undefined && performance.now() - failure.at < retryMs) throw failure.error;
      making ??= make();
      return await making;
    },
    forget() {
      known = undefined;
    },
  };
}
