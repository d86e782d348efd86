import { randomBytes } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { LocalStackError } from '../lib/local-error.ts';
import { identifyProcess } from '../lib/process-identity.ts';

const holderFile = z.object({ pid: z.number().int(), birth: z.string() });

export interface FolderLock {
  release(): Promise<void>;
}

/**
 * Keeps a second start out of a data folder. The lock of a process that was killed counts for nothing: ids are
 * reused, so its start time is compared too. Throws a LocalStackError when a living process holds it.
 */
export async function lockFolder(path: string, what: string): Promise<FolderLock> {
  const self = await identifyProcess(process.pid);
  const text = JSON.stringify({ pid: process.pid, birth: self?.birth ?? '', id: randomId() });
  const mine = `${path}.${randomId()}`;
  // Linking a finished file is atomic: nobody ever reads a lock that is half written.
  await writeFile(mine, text, { flag: 'wx', mode: 0o600 });
  try {
    for (let attempt = 0; attempt < 5; attempt++) {
      if (await tryLink(mine, path)) return { release: () => releaseLock(path, text) };
      const seen = await readFile(path, 'utf8').catch(() => undefined);
      if (seen === undefined) continue;
      const pid = await livingHolder(seen);
      if (pid !== undefined) throw inUse(what, pid);
      await removeStale(path, seen);
    }
    throw inUse(what, undefined);
  } finally {
    await rm(mine, { force: true });
  }
}

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

async function livingHolder(text: string): Promise<number | undefined> {
  let holder: z.infer<typeof holderFile>;
  try {
    holder = holderFile.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
  const identity = await identifyProcess(holder.pid);
  return identity?.birth === holder.birth ? holder.pid : undefined;
}

/** Two starts may find the same dead lock: what was moved aside is put back when it is the other one's new lock. */
async function removeStale(path: string, stale: string): Promise<void> {
  const aside = `${path}.${randomId()}`;
  const moved = await rename(path, aside).then(
    () => true,
    () => false,
  );
  if (!moved) return;
  if ((await readFile(aside, 'utf8')) !== stale) await tryLink(aside, path);
  await rm(aside, { force: true });
}

async function releaseLock(path: string, mine: string): Promise<void> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === mine) await rm(path, { force: true });
}

function inUse(what: string, pid: number | undefined): LocalStackError {
  const who = pid === undefined ? 'another process' : `process ${pid}`;
  return new LocalStackError(`${what} is in use by ${who}: stop that first, or choose another folder.`);
}

function randomId(): string {
  return randomBytes(6).toString('hex');
}
