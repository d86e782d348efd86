import postgres, { type Sql, type TransactionSql } from 'postgres';
import type { StorageCaller } from './caller.ts';
import { refuse, StorageError } from './storage-error.ts';

/** Where the storage tables are. The login owns them, so that what it does as itself sees every row. */
export interface StorageDatabase {
  /** Runs `work` as the token's role with its claims in place, so that row level security decides. */
  as<T>(caller: StorageCaller, operation: string, work: Work<T>): Promise<T>;
  /** The same, but undone whatever comes of it: whether the caller would be allowed to. */
  tryAs(caller: StorageCaller, operation: string, work: Work<unknown>): Promise<void>;
  asOwner<T>(work: Work<T>): Promise<T>;
  readonly sql: Sql;
  close(): Promise<void>;
}

type Work<T> = (sql: TransactionSql) => Promise<T>;

class Undo extends Error {}

export function openStorageDatabase(postgresUrl: string): StorageDatabase {
  const sql = postgres(postgresUrl, { max: 10, onnotice: () => undefined });

  async function transaction<T>(work: Work<T>): Promise<T> {
    const results: { value: T }[] = [];
    try {
      await sql.begin(async (tx) => {
        results.push({ value: await work(tx) });
      });
    } catch (error) {
      throw toStorageError(error);
    }
    const [result] = results;
    if (result === undefined) throw refuse.internal();
    return result.value;
  }

  const as = <T>(caller: StorageCaller, operation: string, work: Work<T>): Promise<T> =>
    transaction(async (tx) => {
      await tx`
        select set_config('role', ${caller.role}, true),
          set_config('request.jwt.claim.role', ${caller.role}, true),
          set_config('request.jwt', ${caller.token}, true),
          set_config('request.jwt.claim.sub', ${caller.sub ?? ''}, true),
          set_config('request.jwt.claims', ${JSON.stringify(caller.claims)}, true),
          set_config('storage.operation', ${operation}, true),
          set_config('storage.allow_delete_query', 'true', true)`;
      return await work(tx);
    });

  return {
    sql,
    as,
    async tryAs(caller, operation, work) {
      try {
        await as(caller, operation, async (tx) => {
          await work(tx);
          throw new Undo();
        });
      } catch (error) {
        if (!(error instanceof Undo)) throw error;
      }
    },
    asOwner: (work) =>
      transaction(async (tx) => {
        await tx`select set_config('storage.allow_delete_query', 'true', true)`;
        return await work(tx);
      }),
    close: () => sql.end({ timeout: 5 }),
  };
}

function toStorageError(error: unknown): unknown {
  if (error instanceof StorageError || error instanceof Undo) return error;
  if (!(error instanceof postgres.PostgresError)) return error;
  if (error.code === '42501') {
    return error.message.includes('row-level security')
      ? refuse.rowSecurity()
      : refuse.accessDenied(error.message);
  }
  if (error.code === '23505') return refuse.duplicate('KeyAlreadyExists');
  if (error.code === '23503') return refuse.noRelated();
  return refuse.database(error.code);
}
