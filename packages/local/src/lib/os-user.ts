import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { LocalStackError } from './local-error.ts';

const run = promisify(execFile);

/** The operating system user that Postgres runs as when we are root. */
export interface OsUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

const candidates = ['postgres', '_postgres', 'nobody'];

/**
 * Postgres refuses to run as root, so root lends it an unprivileged user that exists already. Undefined for anyone
 * else: then it runs as the caller.
 */
export async function findPostgresUser(): Promise<OsUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const users = new Map<string, OsUser>();
  for (const line of (await readFile('/etc/passwd', 'utf8')).split('\n')) {
    const [name, , uid, gid] = line.split(':');
    if (name === undefined || !/^\d+$/.test(uid ?? '') || !/^\d+$/.test(gid ?? '')) continue;
    users.set(name, { name, uid: Number(uid), gid: Number(gid) });
  }
  for (const name of candidates) {
    const user = users.get(name);
    if (user !== undefined && user.uid !== 0) return user;
  }
  throw new LocalStackError(
    'Postgres cannot run as root, and there is no user postgres or nobody that it could run as: start as another user.',
  );
}

/** Options for spawn and execFile that make a child process run as `user`. */
export function asUser(user: OsUser | undefined): { uid?: number; gid?: number } {
  return user === undefined ? {} : { uid: user.uid, gid: user.gid };
}

/**
 * What a Postgres program gets of the environment: nothing. PG* variables, a locale that is not installed and
 * library paths of the caller would all change what it does.
 */
export const postgresEnvironment = { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/bin:/bin' };

/** Whether `user` may enter the folder; the path to it counts too. */
export async function mayEnter(folder: string, user: OsUser): Promise<boolean> {
  try {
    await run('/bin/sh', ['-c', 'cd -- "$1"', 'sh', folder], {
      cwd: '/',
      env: postgresEnvironment,
      ...asUser(user),
    });
    return true;
  } catch {
    return false;
  }
}
