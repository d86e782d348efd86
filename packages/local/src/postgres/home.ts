import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chown, lstat, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { exists } from '../lib/exists.ts';
import { LocalStackError } from '../lib/local-error.ts';
import { mayEnter, type OsUser } from '../lib/os-user.ts';

const fallbackParent = '/var/tmp';

/** The cluster's folder below a home. */
export function clusterFolder(home: string): string {
  return join(home, 'cluster');
}

/**
 * Where the cluster lies, and copies of binaries if they are needed: the data folder, or a folder of its own under
 * /var/tmp when root's data folder lies where the user that Postgres runs as may not go. `secret` ties that folder
 * to this data folder: one that is made anew at the same path does not meet the database of its predecessor.
 */
export async function findPostgresHome(options: {
  dataDir: string;
  user: OsUser | undefined;
  secret: string;
}): Promise<string> {
  const { dataDir, user } = options;
  if (user === undefined) return dataDir;
  const hash = createHash('sha256').update(`${dataDir}\n${options.secret}`).digest('hex').slice(0, 16);
  const apart = join(fallbackParent, `bunbun-${hash}`);
  const hasCluster = await exists(clusterFolder(dataDir));
  const hasClusterApart = await exists(clusterFolder(apart));
  if (!hasClusterApart && (await mayEnter(dataDir, user))) return dataDir;
  await makeOwnFolder(apart, user);
  if (hasCluster && !hasClusterApart) await moveCluster(dataDir, apart);
  return apart;
}

async function makeOwnFolder(folder: string, user: OsUser): Promise<void> {
  const made = await mkdir(folder, { mode: 0o700 }).then(
    () => true,
    () => false,
  );
  if (made) await chown(folder, user.uid, user.gid);
  // Everyone may make folders there: one, or a link, that someone else put in this place is never used.
  const found = await lstat(folder);
  if (!found.isDirectory() || found.uid !== user.uid || (found.mode & 0o077) !== 0) {
    throw new LocalStackError(
      `${folder} exists and does not belong to the user ${user.name} alone: remove it.`,
    );
  }
}

/** The way to the data folder was closed after the database had been made in it. */
async function moveCluster(from: string, to: string): Promise<void> {
  const unfinished = join(to, 'cluster.moving');
  await rm(unfinished, { recursive: true, force: true });
  await promisify(execFile)('cp', ['-a', clusterFolder(from), unfinished]);
  await rename(unfinished, clusterFolder(to));
  await rm(clusterFolder(from), { recursive: true, force: true });
}
