import { chmod, chown, lstat, mkdir, readdir, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { exists } from '../lib/exists.ts';
import { LocalStackError } from '../lib/local-error.ts';
import { findPostgresUser, type OsUser } from '../lib/os-user.ts';
import { keysFile } from './keys.ts';

const harmless = new Set(['.gitignore', '.gitkeep', '.DS_Store', 'lost+found']);
const locks = /^(postgres|stack)\.lock|^keys\.json\..*\.tmp$/;

export interface DataFolder {
  /** Absolute, without links. */
  readonly path: string;
  /** Whom Postgres runs as; undefined: as ourselves. */
  readonly user: OsUser | undefined;
}

/**
 * Makes the data folder, closed to other users of the machine. As root it belongs to root, and the group of the
 * user that Postgres runs as may pass through it to the cluster, which is that user's own. A folder of somebody
 * else stays theirs, and Postgres runs as its owner.
 */
export async function openDataFolder(dataDir: string): Promise<DataFolder> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    const path = await realpath(dataDir);
    await refuseForeign(path);
    const { uid, gid } = await lstat(path);
    if (process.getuid?.() === 0 && uid !== 0) {
      await chmod(path, 0o700);
      return { path, user: { name: `with id ${uid}`, uid, gid } };
    }
    const user = await findPostgresUser();
    if (user !== undefined) await chown(path, 0, user.gid);
    await chmod(path, user === undefined ? 0o700 : 0o710);
    return { path, user };
  } catch (error) {
    if (error instanceof LocalStackError) throw error;
    throw new LocalStackError(
      `The data folder ${dataDir} ${await reasonOf(error, dataDir)}: set BUNBUN_DATA_DIR to another one.`,
      { cause: error },
    );
  }
}

/** Completes "The data folder …". */
async function reasonOf(error: unknown, dataDir: string): Promise<string> {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EROFS') return 'is on a file system that is read-only';
  if (code === 'ENOSPC') return 'is on a disk that is full';
  if (code === 'ENOTDIR' || code === 'EEXIST') return 'lies where a file is';
  if (code !== 'EACCES' && code !== 'EPERM') return `cannot be made (${String(code ?? error)})`;
  return (await exists(dataDir)) ? 'belongs to another user' : 'cannot be made where this user may not write';
}

/** A home folder given by mistake must not be closed to others, and not be emptied by a later reset. */
async function refuseForeign(path: string): Promise<void> {
  const names = await readdir(path);
  if (names.includes(keysFile) || names.every((name) => harmless.has(name) || locks.test(name))) return;
  throw new LocalStackError(`The data folder ${path} holds other files: choose an empty one.`);
}

/** Removes all that is ours in the folder but its locks. */
export async function emptyDataFolder({ path }: DataFolder): Promise<void> {
  for (const name of await readdir(path)) {
    if (harmless.has(name) || locks.test(name) || name === keysFile) continue;
    await rm(join(path, name), { recursive: true, force: true });
  }
  // Last, so that an interrupted reset can be repeated.
  await rm(join(path, keysFile), { force: true });
}
