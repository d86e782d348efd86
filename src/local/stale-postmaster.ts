import { readFile, realpath, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { LocalStackError } from './local-error.ts';
import { identifyProcess, isAlive } from './process-identity.ts';

const stopDeadlineMs = 10_000;
const startToleranceSeconds = 5;

/**
 * Ends a postmaster that a killed process left behind. Process ids are reused, so only a process whose executable,
 * data folder and start time are those of `postmaster.pid` is signalled.
 */
export async function stopStalePostmaster(cluster: string): Promise<void> {
  const path = join(cluster, 'postmaster.pid');
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return;
  const [pidLine = '', folder = '', startLine = ''] = text.split('\n');
  const pid = Number(pidLine);
  if (!isAlive(pid)) return;
  if (!(await isPostmaster({ pid, cluster, folder, startedAt: Number(startLine) }))) {
    // Postgres would take any living process with this id for its own predecessor and refuse to start.
    await rm(path, { force: true });
    return;
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

async function isPostmaster(claim: {
  pid: number;
  cluster: string;
  folder: string;
  startedAt: number;
}): Promise<boolean> {
  const process = await identifyProcess(claim.pid);
  if (process === undefined) return false;
  const cluster = await realpath(claim.cluster);
  const folder = await realpath(claim.folder).catch(() => claim.folder);
  if (folder !== cluster) return false;
  if (process.workingFolder !== undefined && process.workingFolder !== cluster) return false;
  if (Math.abs(process.startedAt - claim.startedAt) > startToleranceSeconds) return false;
  const executable = process.executable.replace(/ \(deleted\)$/, '').split(' ')[0] ?? '';
  return /^postgres(\.exe)?$/.test(basename(executable));
}
