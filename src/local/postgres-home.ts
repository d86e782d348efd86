import { createHash } from 'node:crypto';
import { chmod, chown, lstat, mkdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { LocalStackError } from './local-error.ts';
import { mayEnter, type OsUser } from './os-user.ts';

const fallbackParent = '/var/tmp';

/**
 * Makes the data folder, closed to other users of the machine. As root it belongs to root, and the group of the
 * user that Postgres runs as may pass through it to the cluster, which is that user's own.
 */
export async function makeDataFolder(dataDir: string, user: OsUser | undefined): Promise<string> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    const path = await realpath(dataDir);
    if (user !== undefined) await chown(path, 0, user.gid);
    await chmod(path, user === undefined ? 0o700 : 0o710);
    return path;
  } catch (error) {
    throw new LocalStackError(`The data folder ${dataDir} cannot be made or written.`, { cause: error });
  }
}

/**
 * Where the cluster lies, and copies of binaries if they are needed: the data folder, or a folder of its own under
 * /var/tmp when root's data folder lies where the user that Postgres runs as may not go.
 */
export async function findPostgresHome(dataDir: string, user: OsUser | undefined): Promise<string> {
  if (user === undefined || (await mayEnter(dataDir, user))) return dataDir;
  const hash = createHash('sha256').update(dataDir).digest('hex').slice(0, 16);
  const home = join(fallbackParent, `bunbun-${hash}`);
  const made = await mkdir(home, { mode: 0o700 }).then(
    () => true,
    () => false,
  );
  if (made) await chown(home, user.uid, user.gid);
  // The name can be guessed: a folder or link that someone else put there is never used.
  const found = await lstat(home);
  if (!found.isDirectory() || found.uid !== user.uid || (found.mode & 0o077) !== 0) {
    throw new LocalStackError(
      `${home} exists and does not belong to the user ${user.name} alone: remove it.`,
    );
  }
  return home;
}

/** Whether a path exists. */
export async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}
