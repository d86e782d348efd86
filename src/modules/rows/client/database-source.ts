import type { PostgresPool } from '../../../upstream/postgres/pool.ts';
import type { PostgresSql } from '../../../upstream/postgres/postgres-sql.ts';
import { readFingerprint } from '../../../upstream/postgres/rows/model/fingerprint.ts';
import { readGrants } from '../../../upstream/postgres/rows/model/read-grants.ts';
import { readRowsModel } from '../../../upstream/postgres/rows/model/read-model.ts';
import {
  readPostgrestSettings,
  readRoleSettings,
} from '../../../upstream/postgres/rows/model/role-settings.ts';
import type { RowsState } from './rows-state.ts';
import type { StateSource } from './state-watch.ts';

export interface DatabaseSourceDeps {
  readonly pool: PostgresPool;
  /** The login that rows are read with: what `alter role` says of it for PostgREST counts here, too. */
  readonly login: string;
  /** ROWS_SCHEMAS. */
  readonly schemas: readonly string[] | undefined;
  /** All that callers may be. */
  readonly roles: readonly string[];
}

const timeoutMs = 30_000;

/** Reads tables, functions, grants and settings, with a login that sees all of them. */
export function databaseSource({ pool, login, schemas, roles }: DatabaseSourceDeps): StateSource {
  const onSession = <T>(use: (sql: PostgresSql) => Promise<T>): Promise<T> =>
    pool.withSession({ signal: new AbortController().signal, timeoutMs }, ({ sql }) => use(sql));

  async function exposed(sql: PostgresSql) {
    const { preRequest, schemas: forPostgrest } = await readPostgrestSettings(sql, login);
    return { preRequest, schemas: schemas ?? forPostgrest ?? ['public'] };
  }

  return {
    fingerprint: () => onSession(async (sql) => await readFingerprint(sql, (await exposed(sql)).schemas)),
    read: () =>
      onSession(async (sql): Promise<RowsState> => {
        const { preRequest, schemas: read } = await exposed(sql);
        const fingerprint = await readFingerprint(sql, read);
        const model = await readRowsModel(sql, read);
        const roleSettings = await readRoleSettings(sql, roles);
        const grants = new Map(
          await Promise.all(roles.map(async (role) => [role, await readGrants(sql, model, role)] as const)),
        );
        return { fingerprint, model, grants, searchPath: read, roleSettings, preRequest };
      }),
  };
}
