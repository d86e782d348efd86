import { constants } from 'node:fs';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { LocalStackError } from '../lib/local-error.ts';
import { identifyProcess, isAlive, type ProcessIdentity } from '../lib/process-identity.ts';

const stopDeadlineMs = 10_000;
const startToleranceSeconds = 5;

/**
 * Ends a postmaster that a killed process left behind. Process ids are reused, so only a process whose executable,
 * data folder and start time are those of `postmaster.pid` is signalled.
 */
export async function stopStalePostmaster(cluster: string): Promise<void> {
  const path = join(cluster, 'postmaster.pid');
  // Neither here nor below is a link followed: the folder belongs to the user that Postgres runs as.
  const text = await withFile(path, constants.O_RDONLY, (file) => file.readFile('utf8'));
  if (text === undefined) return;
  const [pidLine = '', folder = '', startLine = ''] = text.split('\n');
  const pid = Number(pidLine);
  if (!isAlive(pid)) return;
  const found = await identifyProcess(pid);
  if (found === undefined || !(await isPostgresOf(found, cluster))) {
    // A zombie, or somebody else: Postgres takes any process with this id for its predecessor and refuses to start,
    // except for its own parent. With that in its place it still checks for backends that outlived the postmaster.
    const own = text.replace(/^\d+/, String(process.pid));
    await withFile(path, constants.O_WRONLY | constants.O_TRUNC, (file) => file.writeFile(own));
    return;
  }
  if (folder !== cluster || Math.abs(found.startedAt - Number(startLine)) > startToleranceSeconds) {
    throw new LocalStackError(
      `Process ${pid} uses the database of ${cluster} and is not ours: stop it by hand.`,
    );
  }
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    process.kill(pid, signal);
    const deadline = Date.now() + stopDeadlineMs;
    while (Date.now() < deadline) {
      if ((await identifyProcess(pid)) === undefined) return;
      await delay(20);
    }
  }
  throw new LocalStackError(`A Postgres of an earlier start (process ${pid}) does not end: stop it by hand.`);
}

async function withFile<T>(
  path: string,
  flags: number,
  use: (file: FileHandle) => Promise<T>,
): Promise<T | undefined> {
  const file = await open(path, flags | constants.O_NOFOLLOW).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new LocalStackError(`${path} cannot be read: remove it if no Postgres uses it.`, { cause: error });
  });
  if (file === undefined) return undefined;
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

async function isPostgresOf(process: ProcessIdentity, cluster: string): Promise<boolean> {
  const executable = process.executable.replace(/ \(deleted\)$/, '').split(' -D ')[0] ?? '';
  if (!/^postgres(\.exe)?$/.test(basename(executable))) return false;
  // A postmaster works in its data folder; where the system does not tell that, the folder is on its command line.
  if (process.workingFolder !== undefined) return process.workingFolder === (await realpath(cluster));
  return process.executable.includes(` -D ${cluster} `);
}
