import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { LocalStackError } from '../lib/local-error.ts';
import { asUser, type OsUser, postgresEnvironment } from '../lib/os-user.ts';
import type { PostgresBinaries } from './binaries.ts';
import { clusterFolder } from './home.ts';

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
  signal: AbortSignal | undefined;
}): Promise<void> {
  const { home, user, signal } = options;
  if (user === undefined) refuseNamelessUser();
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
    await runInitdb(join(options.binaries.bin, 'initdb'), args, user, signal);
    await rename(folder, clusterFolder(home));
  } finally {
    await removeUnfinished(home);
  }
}

/** initdb asks the system for the name of its user, which containers with a free choice of the id do not have. */
function refuseNamelessUser(): void {
  try {
    userInfo();
  } catch (error) {
    throw new LocalStackError(
      `The user with the id ${process.getuid?.()} is not in /etc/passwd, and Postgres makes no database for a user ` +
        'without a name: start as one that is, or add a line for this one.',
      { cause: error },
    );
  }
}

/** Rejects with what initdb says is wrong. It is ended, and waited for, when the signal says so. */
async function runInitdb(
  program: string,
  args: readonly string[],
  user: OsUser | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  signal?.throwIfAborted();
  const child = spawn(program, args, {
    cwd: '/',
    env: postgresEnvironment,
    stdio: ['ignore', 'ignore', 'pipe'],
    // A session of its own: Ctrl-C in the terminal is for us, who end it then.
    detached: true,
    ...asUser(user),
  });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said = (said + String(chunk)).slice(-10_000);
  });
  const end = () => child.kill();
  signal?.addEventListener('abort', end);
  process.once('exit', end);
  try {
    const ended = await new Promise<string | undefined>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, by) => resolve(code === 0 ? undefined : `initdb ended with ${by ?? code}`));
    });
    signal?.throwIfAborted();
    if (ended === undefined) return;
    const lines = said.split('\n').map((line) => /(?:error|FATAL|PANIC): (.*)/.exec(line)?.[1]?.trim());
    const reason = lines.find((line) => line !== undefined)?.replace(/\.$/, '') ?? ended;
    throw new LocalStackError(`Postgres could not make its database folder: ${reason}.`, {
      cause: new Error(said),
    });
  } finally {
    signal?.removeEventListener('abort', end);
    process.off('exit', end);
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
