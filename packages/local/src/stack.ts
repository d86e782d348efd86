import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { AuthServerSettings } from './auth/settings.ts';
import { openDataFolder } from './data-folder/data-folder.ts';
import { lockFolder } from './data-folder/folder-lock.ts';
import type { LocalKeys } from './data-folder/keys.ts';
import { loadSigningKey, publicJwkOf, type SigningKey } from './data-folder/signing-key.ts';
import { LocalStackError } from './lib/local-error.ts';
import type { LocalLog } from './lib/log.ts';
import { writePrivateFile } from './lib/private-file.ts';
import { type LocalPostgres, startLocalPostgres } from './postgres/local-postgres.ts';
import { resetDataFolder } from './reset-data-folder.ts';
import { type LocalServers, startServers } from './servers.ts';

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
  /** Roles of users beside `authenticated`. */
  userRoles?: readonly string[] | undefined;
  /** Postgres settings on top of ours, such as `fsync`. */
  postgresSettings?: Readonly<Record<string, string>> | undefined;
  /** Where the gateway is reached, for links in mails; the auth server's own address when left out. */
  publicUrl?: string | undefined;
  authSettings?: Partial<AuthServerSettings> | undefined;
  /** Whether mails and text messages can be read over HTTP. @default true */
  serveMailbox?: boolean | undefined;
  /** What user tokens are signed with: the shared secret, or a key whose public half is published. @default 'HS256' */
  jwtAlgorithm?: 'HS256' | 'ES256' | undefined;
}

/** What only the gateway knows of `local.json`. */
interface GatewayAddresses {
  readonly graphqlUrl: string;
  readonly graphqlWsUrl: string;
}

export interface LocalStack {
  readonly dataDir: string;
  readonly postgres: LocalPostgres;
  readonly keys: LocalKeys;
  /** Undefined where it is not served. */
  readonly mailboxUrl: string | undefined;
  /** What the gateway's configuration reads from the environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Tells where the gateway listens, for functions that call it; the option `publicUrl` goes before. */
  gatewayListens(origin: string): void;
  /** Writes `local.json` into the data folder, for tools: URLs and keys, readable by the owner alone. */
  writeLocalFile(gateway: GatewayAddresses): Promise<string>;
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
      pgBin: options.pgBin,
      settings: options.postgresSettings,
      userRoles: options.userRoles,
      signal,
    });
    started.push(() => postgres.stop());
    signal?.throwIfAborted();
    void postgres.exited.then(({ expected, ...exit }) => {
      if (!expected) log.error(exit, 'Postgres has ended by itself: start the local stack again');
    });

    const { jwtSecret, anonKey, serviceRoleKey } = postgres.secrets;
    const keys = { jwtSecret, anonKey, serviceRoleKey };
    const signing = options.jwtAlgorithm === 'ES256' ? await loadSigningKey(folder.path) : undefined;
    const { publicUrl, authSettings } = options;
    const parts = {
      dataDir: folder.path,
      postgres,
      keys,
      signing,
      log,
      publicUrl,
      authSettings,
      serveMailbox,
    };
    const servers = await startServers(parts, (close) => started.push(close));
    const mailboxUrl = serveMailbox ? `${servers.auth.url}/_local/mailbox` : undefined;

    return {
      dataDir: folder.path,
      postgres,
      keys,
      mailboxUrl,
      env: gatewayEnvironment(postgres, keys, signing, servers),
      gatewayListens: servers.gatewayListens,
      async writeLocalFile(gateway) {
        const content = { version: 1, ...gateway, ...addressesOf(postgres, servers), mailboxUrl, ...keys };
        await writePrivateFile(localFile, `${JSON.stringify(content, null, 2)}\n`);
        return localFile;
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function gatewayEnvironment(
  postgres: LocalPostgres,
  keys: LocalKeys,
  signing: SigningKey | undefined,
  servers: LocalServers,
): Record<string, string> {
  return {
    DATABASE_URL: postgres.databaseUrl,
    DATABASE_URL_READ: postgres.readUrl,
    DATABASE_URL_ROWS: postgres.rowsUrl,
    DATABASE_URL_ROWS_SERVICE: postgres.rowsServiceUrl,
    DATABASE_DIRECT_URL: postgres.databaseUrl,
    JWT_SECRET: keys.jwtSecret,
    SUPABASE_ANON_KEY: keys.anonKey,
    SUPABASE_SERVICE_KEY: keys.serviceRoleKey,
    ...(signing === undefined ? {} : { JWKS: JSON.stringify({ keys: [publicJwkOf(signing)] }) }),
    AUTH_URL: servers.auth.url,
    STORAGE_URL: servers.storage.url,
    IMAGE_TRANSFORMATION: String(servers.storage.imageTransformation),
    REALTIME_URL: servers.realtime.url,
    FUNCTIONS_URL: servers.functions.url,
  };
}

function addressesOf(postgres: LocalPostgres, { auth, storage, realtime, functions }: LocalServers) {
  return {
    databaseUrl: postgres.databaseUrl,
    databaseReadUrl: postgres.readUrl,
    authUrl: auth.url,
    storageUrl: storage.url,
    realtimeUrl: realtime.url,
    functionsUrl: functions.url,
    postgresFolder: postgres.cluster,
  };
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
