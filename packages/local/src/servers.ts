import { resolve } from 'node:path';
import type { AuthServerSettings } from './auth/settings.ts';
import { type AuthServer, startAuthServer } from './auth-server.ts';
import type { LocalKeys } from './data-folder/keys.ts';
import type { SigningKey } from './data-folder/signing-key.ts';
import { startFunctionsServer } from './functions-server.ts';
import type { LocalServer } from './http/local-server.ts';
import type { LocalLog } from './lib/log.ts';
import type { LocalPostgres } from './postgres/local-postgres.ts';
import { type RealtimeServer, startRealtimeServer } from './realtime-server.ts';
import { type StorageServer, startStorageServer } from './storage-server.ts';

/** The four servers of the stack, on one Postgres and one data folder. */
export interface LocalServers {
  readonly auth: AuthServer;
  readonly storage: StorageServer;
  readonly realtime: RealtimeServer;
  readonly functions: LocalServer;
  /** Tells the functions where the gateway listens, unless `publicUrl` has said so. */
  gatewayListens(origin: string): void;
}

/** Where links in mails end: the usual address of a developer's own site. */
const siteUrl = 'http://localhost:3000';
/** Below the working directory, as Supabase's own tools have it. */
const functionsFolder = 'supabase/functions';

/** Starts them; `onStarted` is given how to stop each one once it runs. Throws when one cannot start. */
export async function startServers(
  parts: {
    readonly dataDir: string;
    readonly postgres: LocalPostgres;
    readonly keys: LocalKeys;
    readonly signing: SigningKey | undefined;
    readonly log: LocalLog;
    readonly publicUrl: string | undefined;
    readonly authSettings: Partial<AuthServerSettings> | undefined;
    readonly serveMailbox: boolean;
  },
  onStarted: (close: () => Promise<void>) => void,
): Promise<LocalServers> {
  const { postgres, keys, signing, log, publicUrl } = parts;
  const auth = await startAuthServer({
    postgresUrl: postgres.urlFor('supabase_auth_admin'),
    keys,
    siteUrl,
    log,
    externalUrl: publicUrl && `${publicUrl}/auth/v1`,
    settings: parts.authSettings,
    signing,
    serveMailbox: parts.serveMailbox,
  });
  onStarted(auth.close);

  const storage = await startStorageServer({
    postgresUrl: postgres.urlFor('supabase_storage_admin'),
    dataDir: parts.dataDir,
    keys,
    signing,
    log,
  });
  onStarted(storage.close);

  const realtime = await startRealtimeServer({
    postgresUrl: postgres.urlFor('supabase_admin'),
    keys,
    signing,
    log,
  });
  onStarted(realtime.close);

  // The names that Supabase gives to functions.
  const functionsEnv: Record<string, string> = {
    ...(publicUrl === undefined ? {} : { SUPABASE_URL: publicUrl }),
    SUPABASE_ANON_KEY: keys.anonKey,
    SUPABASE_SERVICE_ROLE_KEY: keys.serviceRoleKey,
    SUPABASE_DB_URL: postgres.databaseUrl,
  };
  const functions = await startFunctionsServer({
    functionsDir: resolve(functionsFolder),
    env: functionsEnv,
    log,
  });
  onStarted(functions.close);

  return {
    auth,
    storage,
    realtime,
    functions,
    gatewayListens(origin) {
      functionsEnv['SUPABASE_URL'] ??= origin;
    },
  };
}
