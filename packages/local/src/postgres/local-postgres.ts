import { join } from 'node:path';
import postgres from 'postgres';
import { openDataFolder } from '../data-folder/data-folder.ts';
import { type FolderLock, lockFolder } from '../data-folder/folder-lock.ts';
import { type LocalLogin, type LocalSecrets, loadLocalSecrets } from '../data-folder/keys.ts';
import { LocalStackError } from '../lib/local-error.ts';
import type { LocalLog } from '../lib/log.ts';
import { applySqlFiles } from './apply-sql.ts';
import { findPostgresBinaries, type PostgresBinaries } from './binaries.ts';
import { clusterMajor, createCluster } from './cluster.ts';
import { clusterFolder, findPostgresHome } from './home.ts';
import { setLoginPasswords } from './login-passwords.ts';
import { withOwnExtensions } from './own-extensions.ts';
import { lastPort, onFreePort } from './port.ts';
import { launchPostgres, type PostgresExit, type PostgresProcess } from './postgres-process.ts';
import { grantToRowsLogin } from './rows-login.ts';
import { stopStalePostmaster } from './stale-postmaster.ts';

export interface LocalPostgresOptions {
  dataDir: string;
  log: LocalLog;
  /** Loopback port; when left out the one of the last start if that is free, else any. */
  port?: number | undefined;
  /** Folder with the PostgreSQL programs, preferred over those found. */
  pgBin?: string | undefined;
  /** Server settings on top of ours, such as `fsync`. */
  settings?: Readonly<Record<string, string>> | undefined;
  /** More arguments for initdb, such as `--no-sync`. */
  initArguments?: readonly string[] | undefined;
  /** Roles of users beside `authenticated`, which the login for rows may become. */
  userRoles?: readonly string[] | undefined;
  /** Ends the start: it then throws the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** A running Postgres that looks like Supabase's. */
export interface LocalPostgres {
  readonly port: number;
  readonly pid: number;
  /** Such as `17.10`. */
  readonly version: string;
  /** Folder of the cluster: below the data folder, or under /var/tmp (see home.ts). */
  readonly cluster: string;
  readonly secrets: LocalSecrets;
  /** As `postgres`, the developer's own login. */
  readonly databaseUrl: string;
  /** As `bunbun_read`, which can read everything and change nothing. */
  readonly readUrl: string;
  /** As `bunbun_rows`, which may become what users are. */
  readonly rowsUrl: string;
  /** As `authenticator`, which may become the service role, too. */
  readonly rowsServiceUrl: string;
  /** Settles when the server has ended, for whatever reason. */
  readonly exited: Promise<PostgresExit>;
  urlFor(login: LocalLogin): string;
  /** Ends the server within seconds and gives the folder free. */
  stop(): Promise<void>;
}

/**
 * Starts Postgres on loopback in a data folder, making or repairing what is needed first.
 * Throws a LocalStackError whose message is one sentence for the developer; then nothing is left running.
 */
export async function startLocalPostgres(options: LocalPostgresOptions): Promise<LocalPostgres> {
  const { signal } = options;
  const { path: dataDir, user } = await openDataFolder(options.dataDir);
  const lock = await lockFolder(join(dataDir, 'postgres.lock'), `The data folder ${dataDir}`);
  try {
    const secrets = await loadLocalSecrets(dataDir);
    const home = await findPostgresHome({ dataDir, user, secret: secrets.jwtSecret });
    const cluster = clusterFolder(home);
    const major = await clusterMajor(home);
    const binaries = await findPostgresBinaries({ pgBin: options.pgBin, major, home, user });
    if (major === undefined) {
      const superuserPassword = secrets.passwords.supabase_admin;
      const initArguments = options.initArguments ?? [];
      await createCluster({ home, binaries, user, superuserPassword, initArguments, signal });
    } else {
      await stopStalePostmaster(cluster);
    }
    const server = await withOwnExtensions(binaries, { home, user, log: options.log });
    const launch = async (port: number) => {
      const settings = { ...serverSettings(binaries), ...options.settings };
      return await launchPostgres({
        binaries: server,
        cluster,
        port,
        settings,
        user,
        signal,
        log: options.log,
      });
    };
    const { child, port } = await onFreePort(options.port, await lastPort(cluster), launch);
    try {
      await prepareDatabase(port, secrets, options);
    } catch (error) {
      await child.stop();
      throw error;
    }
    return toLocalPostgres({ child, port, cluster, binaries, secrets, lock });
  } catch (error) {
    await lock.release();
    throw error;
  }
}

function serverSettings(binaries: PostgresBinaries): Record<string, string> {
  return {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    wal_level: 'logical',
    max_wal_senders: '10',
    max_replication_slots: '10',
    max_slot_wal_keep_size: '256MB',
    search_path: '"$user", public, extensions',
    timezone: 'UTC',
    log_timezone: 'UTC',
    lc_messages: 'C',
    // ERROR ranks below LOG here: the statements of users and their mistakes stay out of our log.
    log_min_messages: 'log',
    log_min_error_statement: 'panic',
    ...(binaries.hasStatStatements ? { shared_preload_libraries: 'pg_stat_statements' } : {}),
  };
}

async function prepareDatabase(
  port: number,
  secrets: LocalSecrets,
  { log, userRoles = [] }: LocalPostgresOptions,
): Promise<void> {
  const sql = postgres({
    host: '127.0.0.1',
    port,
    database: 'postgres',
    username: 'supabase_admin',
    password: secrets.passwords.supabase_admin,
    max: 1,
    prepare: false,
    onnotice: () => undefined,
  });
  try {
    await applySqlFiles(sql, log);
    await setLoginPasswords(sql, secrets.passwords);
    await grantToRowsLogin(sql, userRoles);
  } catch (error) {
    const wrongPassword = error instanceof postgres.PostgresError && error.code === '28P01';
    throw new LocalStackError(
      wrongPassword
        ? 'The keys of the data folder are not those of its database: restore keys.json, or start with --reset.'
        : 'The schemas of the local stack could not be made.',
      { cause: error },
    );
  } finally {
    await sql.end({ timeout: 1 });
  }
}

function toLocalPostgres(parts: {
  child: PostgresProcess;
  port: number;
  cluster: string;
  binaries: PostgresBinaries;
  secrets: LocalSecrets;
  lock: FolderLock;
}): LocalPostgres {
  const { child, port, secrets } = parts;
  const urlFor = (login: LocalLogin) =>
    `postgresql://${login}:${secrets.passwords[login]}@127.0.0.1:${port}/postgres`;
  return {
    port,
    pid: child.pid,
    version: parts.binaries.version,
    cluster: parts.cluster,
    secrets,
    databaseUrl: urlFor('postgres'),
    readUrl: urlFor('bunbun_read'),
    rowsUrl: urlFor('bunbun_rows'),
    rowsServiceUrl: urlFor('authenticator'),
    exited: child.exited,
    urlFor,
    stop: async () => {
      await child.stop();
      await parts.lock.release();
    },
  };
}
