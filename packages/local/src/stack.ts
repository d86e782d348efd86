import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { AuthServerSettings } from './auth/settings.ts';
import { type AuthServer, startAuthServer } from './auth-server.ts';
import { openDataFolder, resetDataFolder } from './data-folder.ts';
import { lockFolder } from './folder-lock.ts';
import { startFunctionsServer } from './functions-server.ts';
import { LocalStackError } from './local-error.ts';
import type { LocalKeys, LocalLog, LocalServer } from './local-server.ts';
import { type LocalPostgres, startLocalPostgres } from './postgres.ts';
import { writePrivateFile } from './private-file.ts';
import { type RealtimeServer, startRealtimeServer } from './realtime-server.ts';
import { loadSigningKey, publicJwkOf } from './signing-key.ts';
import { type StorageServer, startStorageServer } from './storage-server.ts';

export interface LocalStackOptions {
  dataDir: string;
  log: LocalLog;
  /** NODE_ENV: the stack refuses `production`. */
  nodeEnv?: string | undefined;
  /** PG_BIN. */
  pgBin?: string | undefined;
  /** Ends the start: it then throws the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Empty the data folder first. */
  reset?: boolean | undefined;
  /** Loopback port of Postgres; the one of the last start when that is free, else any, when left out. */
  postgresPort?: number | undefined;
  /** Postgres settings on top of ours, such as `fsync`. */
  postgresSettings?: Readonly<Record<string, string>> | undefined;
  /** Where the gateway is reached, for links in mails; the auth server's own address when left out. */
  publicUrl?: string | undefined;
  /** The developer's own site, where links in mails end. @default 'http://localhost:3000' */
  siteUrl?: string | undefined;
  authSettings?: Partial<AuthServerSettings> | undefined;
  /** Whether mails and text messages can be read over HTTP. @default true */
  serveMailbox?: boolean | undefined;
  /** Folder of the edge functions. @default 'supabase/functions' below the working directory */
  functionsDir?: string | undefined;
  /** What user tokens are signed with: the shared secret, or a key whose public half is published. @default 'HS256' */
  jwtAlgorithm?: 'HS256' | 'ES256' | undefined;
}

/** What only the gateway knows of `local.json`; more may be added. */
interface LocalFileExtra {
  readonly graphqlUrl: string;
  readonly graphqlWsUrl: string;
  readonly [name: string]: unknown;
}

export interface LocalStack {
  readonly dataDir: string;
  readonly postgres: LocalPostgres;
  readonly auth: AuthServer;
  readonly storage: StorageServer;
  readonly realtime: RealtimeServer;
  readonly functions: LocalServer;
  readonly keys: LocalKeys;
  /** Undefined where it is not served. */
  readonly mailboxUrl: string | undefined;
  /** What the gateway's configuration reads from the environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Tells where the gateway listens, for functions that call it; the option `publicUrl` goes before. */
  gatewayListens(origin: string): void;
  /** Writes `local.json` into the data folder, for tools: URLs and keys, readable by the owner alone. */
  writeLocalFile(extra: LocalFileExtra): Promise<string>;
  /** Stops everything in reverse order. Can be called again. */
  stop(): Promise<void>;
}

/**
 * Starts the local stack in a data folder.
 * Throws a LocalStackError whose message is one sentence for the developer; then nothing is left running.
 */
export async function startLocalStack(options: LocalStackOptions): Promise<LocalStack> {
  if (options.nodeEnv === 'production') {
    throw new LocalStackError(
      'The local stack is for development: it does not start with NODE_ENV=production.',
    );
  }
  const { log, serveMailbox = true, signal } = options;
  const folder = await openDataFolder(options.dataDir);
  const localFile = join(folder.path, 'local.json');
  const started: (() => Promise<void>)[] = [];
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= stopAll(started, log);
    return stopped;
  };

  try {
    const lock = await lockFolder(join(folder.path, 'stack.lock'), `The data folder ${folder.path}`);
    started.push(() => lock.release());
    // A tool that waits for the file must not read the ports of the last start.
    await rm(localFile, { force: true });
    started.push(() => rm(localFile, { force: true }));
    if (options.reset === true) await resetDataFolder(folder);

    const postgres = await startLocalPostgres({
      dataDir: folder.path,
      log,
      port: options.postgresPort,
      pgBin: options.pgBin,
      settings: options.postgresSettings,
      signal,
    });
    started.push(() => postgres.stop());
    signal?.throwIfAborted();
    void postgres.exited.then(({ expected, ...exit }) => {
      if (!expected) log.error(exit, 'Postgres has ended by itself: start the local stack again');
    });
    const { jwtSecret, anonKey, serviceRoleKey } = postgres.secrets;
    const keys = { jwtSecret, anonKey, serviceRoleKey };
    const env: Record<string, string> = {
      DATABASE_URL: postgres.databaseUrl,
      DATABASE_URL_READ: postgres.readUrl,
      DATABASE_DIRECT_URL: postgres.databaseUrl,
      JWT_SECRET: jwtSecret,
      SUPABASE_ANON_KEY: anonKey,
      SUPABASE_SERVICE_KEY: serviceRoleKey,
    };
    const signing = options.jwtAlgorithm === 'ES256' ? await loadSigningKey(folder.path) : undefined;
    if (signing !== undefined) env['JWKS'] = JSON.stringify({ keys: [publicJwkOf(signing)] });

    // Servers follow in the order in which they need each other, each with its URL in `env`.
    const auth = await startAuthServer({
      postgresUrl: postgres.urlFor('supabase_auth_admin'),
      keys,
      siteUrl: options.siteUrl ?? 'http://localhost:3000',
      log,
      ...(options.publicUrl === undefined ? {} : { externalUrl: `${options.publicUrl}/auth/v1` }),
      ...(options.authSettings === undefined ? {} : { settings: options.authSettings }),
      ...(signing === undefined ? {} : { signing }),
      serveMailbox,
    });
    started.push(() => auth.close());
    env['AUTH_URL'] = auth.url;
    const mailboxUrl = serveMailbox ? `${auth.url}/_local/mailbox` : undefined;

    const storage = await startStorageServer({
      postgresUrl: postgres.urlFor('supabase_storage_admin'),
      dataDir: folder.path,
      keys,
      signing,
      log,
    });
    started.push(() => storage.close());
    env['STORAGE_URL'] = storage.url;
    env['IMAGE_TRANSFORMATION'] = String(storage.imageTransformation);

    const realtime = await startRealtimeServer({
      postgresUrl: postgres.urlFor('supabase_admin'),
      keys,
      signing,
      log,
    });
    started.push(() => realtime.close());
    env['REALTIME_URL'] = realtime.url;

    // The names that Supabase gives to functions.
    const functionsEnv: Record<string, string> = {
      ...(options.publicUrl === undefined ? {} : { SUPABASE_URL: options.publicUrl }),
      SUPABASE_ANON_KEY: anonKey,
      SUPABASE_SERVICE_ROLE_KEY: serviceRoleKey,
      SUPABASE_DB_URL: postgres.databaseUrl,
    };
    const functions = await startFunctionsServer({
      functionsDir: resolve(options.functionsDir ?? 'supabase/functions'),
      env: functionsEnv,
      log,
    });
    started.push(() => functions.close());
    env['FUNCTIONS_URL'] = functions.url;

    const writeLocalFile = async (extra: LocalFileExtra): Promise<string> => {
      const content = {
        version: 1,
        ...extra,
        databaseUrl: postgres.databaseUrl,
        databaseReadUrl: postgres.readUrl,
        authUrl: auth.url,
        storageUrl: storage.url,
        realtimeUrl: realtime.url,
        functionsUrl: functions.url,
        mailboxUrl,
        ...keys,
        postgresFolder: postgres.cluster,
      };
      await writePrivateFile(localFile, `${JSON.stringify(content, null, 2)}\n`);
      return localFile;
    };
    return {
      dataDir: folder.path,
      postgres,
      auth,
      storage,
      realtime,
      functions,
      keys,
      mailboxUrl,
      env,
      gatewayListens(origin) {
        functionsEnv['SUPABASE_URL'] ??= origin;
      },
      writeLocalFile,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function stopAll(started: (() => Promise<void>)[], log: LocalLog): Promise<void> {
  for (const stopOne of started.reverse()) {
    try {
      await stopOne();
    } catch (error) {
      // One server that does not stop must not keep the others running.
      log.error({ err: error }, 'a part of the local stack did not stop');
    }
  }
}
