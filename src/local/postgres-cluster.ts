import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { LocalStackError } from './local-error.ts';
import { asUser, type OsUser, postgresEnvironment } from './os-user.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';
import { clusterFolder } from './postgres-home.ts';

const run = promisify(execFile);
const unfinishedPrefix = 'cluster.new-';

/** Major version that made the cluster; undefined when there is none yet. */
export async function clusterMajor(home: string): Promise<number | undefined> {
  const path = join(clusterFolder(home), 'PG_VERSION');
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new LocalStackError(`The database in ${clusterFolder(home)} belongs to another user.`, {
      cause: error,
    });
  });
  return text === undefined ? undefined : Number.parseInt(text, 10);
}

/**
 * Makes the cluster with a superuser `supabase_admin` and passwords for everyone. It is built beside its place and
 * moved there when it is whole, so that an interrupted start leaves nothing that looks like a database.
 */
export async function createCluster(options: {
  home: string;
  binaries: PostgresBinaries;
  user: OsUser | undefined;
  superuserPassword: string;
  /** More for initdb. */
  initArguments: readonly string[];
}): Promise<void> {
  const { home, user } = options;
  await removeUnfinished(home);
  const folder = join(home, unfinishedPrefix + randomBytes(6).toString('hex'));
  const passwordFile = `${folder}.password`;
  await mkdir(folder, { mode: 0o700 });
  await writeFile(passwordFile, options.superuserPassword, { flag: 'wx', mode: 0o600 });
  try {
    if (user !== undefined) {
      await chown(folder, user.uid, user.gid);
      await chown(passwordFile, user.uid, user.gid);
    }
    const args = [`--pgdata=${folder}`, '--username=supabase_admin', `--pwfile=${passwordFile}`];
    args.push('--auth=scram-sha-256', '--no-instructions', ...localeArguments(options.binaries.major));
    args.push(...options.initArguments);
    const env = postgresEnvironment;
    await run(join(options.binaries.bin, 'initdb'), args, { cwd: '/', env, ...asUser(user) });
    await rename(folder, clusterFolder(home));
  } catch (error) {
    throw new LocalStackError('Postgres could not make its database folder.', { cause: error });
  } finally {
    await removeUnfinished(home);
  }
}

/**
 * Text sorts by code point and letters beyond ASCII have upper and lower case, on every machine alike: the locales
 * that are installed play no part.
 */
function localeArguments(major: number): string[] {
  const plain = ['--encoding=UTF8', '--locale=C'];
  if (major >= 17) return [...plain, '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  return process.platform === 'linux' ? [...plain, '--lc-ctype=C.UTF-8'] : plain;
}

async function removeUnfinished(home: string): Promise<void> {
  for (const name of await readdir(home)) {
    if (name.startsWith(unfinishedPrefix)) await rm(join(home, name), { recursive: true, force: true });
  }
}
