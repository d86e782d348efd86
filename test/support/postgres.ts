import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cp, mkdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { inject } from 'vitest';
import { openDataFolder } from '../../packages/local/src/data-folder/data-folder.ts';
import type { LocalKeys } from '../../packages/local/src/data-folder/keys.ts';
import { loadLocalSecrets } from '../../packages/local/src/data-folder/keys.ts';
import type { LocalLog } from '../../packages/local/src/lib/log.ts';
import { clusterFolder, findPostgresHome } from '../../packages/local/src/postgres/home.ts';
import {
  type LocalPostgres,
  type LocalPostgresOptions,
  startLocalPostgres,
} from '../../packages/local/src/postgres/local-postgres.ts';

/** A Postgres that belongs to one test file, with the roles, schemas and keys of the local stack. */
export interface TestPostgres extends LocalPostgres, AsyncDisposable {
  readonly keys: LocalKeys;
  readonly dataDir: string;
  /** Stops it, does `meanwhile`, and starts it again on the same port. */
  restart(meanwhile?: () => Promise<unknown>): Promise<void>;
}

const nothing = () => undefined;

export const silentLog: LocalLog = { info: nothing, warn: nothing, error: nothing };

/** Tests may lose data in a power cut; real stacks keep Postgres' own defaults. */
export const unsafeButFast = {
  settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' },
  // Small log segments: a cluster is half the size to copy.
  initArguments: ['--no-sync', '--wal-segsize=1'],
} as const;

/** A new folder below the run's folder, which Postgres can reach; removed when the run ends. */
export async function makeTestFolder(name: string): Promise<string> {
  const folder = join(inject('testRunFolder'), `${name}-${randomBytes(6).toString('hex')}`);
  await mkdir(folder, { mode: 0o711 });
  return folder;
}

/** Copies the data folder that is made once per run: as after a first start and a clean stop. */
export async function makeDataFolder(name: string): Promise<string> {
  const template = await templateFolder();
  const dataDir = join(inject('testRunFolder'), `${name}-${randomBytes(6).toString('hex')}`);
  const { user } = await openDataFolder(dataDir);
  const { jwtSecret } = await loadLocalSecrets(template);
  const home = async (folder: string) => await findPostgresHome({ dataDir: folder, user, secret: jwtSecret });
  const [from, to] = [clusterFolder(await home(template)), clusterFolder(await home(dataDir))];
  await promisify(execFile)('cp', ['-a', from, to]);
  // Else every copy would try the template's port first.
  await rm(join(to, 'postmaster.opts'), { force: true });
  await cp(join(template, 'keys.json'), join(dataDir, 'keys.json'));
  return dataDir;
}

/** Starts a cluster in a folder of its own. `stop()` or `await using` ends it and removes the folder. */
export async function startTestPostgres(
  options: Pick<LocalPostgresOptions, 'settings' | 'port'> & { log?: LocalLog } = {},
): Promise<TestPostgres> {
  const dataDir = await makeDataFolder('postgres');
  const start = (port: number | undefined) =>
    startLocalPostgres({
      dataDir,
      log: options.log ?? silentLog,
      port,
      settings: { ...unsafeButFast.settings, ...options.settings },
    });
  const postgres = await start(options.port);
  let running = postgres;
  const restart = async (meanwhile?: () => Promise<unknown>): Promise<void> => {
    await running.stop();
    await meanwhile?.();
    running = await start(postgres.port);
  };
  const stop = async (): Promise<void> => {
    await running.stop();
    await rm(dataDir, { recursive: true, force: true });
    await rm(dirname(postgres.cluster), { recursive: true, force: true });
  };
  const { jwtSecret, anonKey, serviceRoleKey } = postgres.secrets;
  const keys = { jwtSecret, anonKey, serviceRoleKey };
  return { ...postgres, keys, dataDir, restart, stop, [Symbol.asyncDispose]: stop };
}

/** Made by whichever test file needs it first, so that runs without a database do not pay for it. */
async function templateFolder(): Promise<string> {
  const folder = join(inject('testRunFolder'), 'template');
  const finished = `${folder}.finished`;
  const deadline = Date.now() + 50_000;
  for (;;) {
    if (await exists(finished)) return folder;
    if (await makeFirst(`${folder}.making`)) break;
    if (Date.now() > deadline) throw new Error('the database template was not made in time');
    await delay(20);
  }
  try {
    // Whoever made it may have ended between the two looks.
    if (await exists(finished)) return folder;
    const postgres = await startLocalPostgres({ dataDir: folder, log: silentLog, ...unsafeButFast });
    await postgres.stop();
    await mkdir(finished);
    return folder;
  } finally {
    await rm(`${folder}.making`, { recursive: true, force: true });
  }
}

async function makeFirst(folder: string): Promise<boolean> {
  return await mkdir(folder).then(
    () => true,
    () => false,
  );
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}
