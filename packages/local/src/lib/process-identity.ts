import { execFile } from 'node:child_process';
import { readFile, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What tells one process from a later one that got the same id. */
export interface ProcessIdentity {
  /** When it started, in seconds since 1970; exact to about a second, and wrong after the clock was set. */
  readonly startedAt: number;
  /** The same moment in a form that the clock does not change; only for comparing. */
  readonly birth: string;
  /** Path of its executable, or its command line where the system gives no more. */
  readonly executable: string;
  /** Id of the process that started it, or of the one that it was left to. */
  readonly parent: number;
  /** Its working folder, where the system tells. */
  readonly workingFolder: string | undefined;
}

/** Looks a running process up. Undefined when there is none with this id. */
export async function identifyProcess(pid: number): Promise<ProcessIdentity | undefined> {
  if (!isAlive(pid)) return undefined;
  return process.platform === 'linux' ? await fromProc(pid) : await fromPs(pid);
}

/** Whether a process with this id exists, of whatever owner. */
export function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

async function fromProc(pid: number): Promise<ProcessIdentity | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold blanks and parentheses itself: fields count from the last one.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z') return undefined;
    const boot = /^btime (\d+)$/m.exec(await readFile('/proc/stat', 'utf8'))?.[1];
    const ticksPerSecond = 100;
    const startedAt = Number(boot) + Number(fields[19]) / ticksPerSecond;
    const [bootId, executable, workingFolder] = await Promise.all([
      readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => ''),
      readlink(`/proc/${pid}/exe`).catch(() => ''),
      readlink(`/proc/${pid}/cwd`).catch(() => undefined),
    ]);
    const birth = `${bootId.trim()} ${fields[19]}`;
    return { startedAt, birth, executable, parent: Number(fields[1]), workingFolder };
  } catch {
    return undefined;
  }
}

async function fromPs(pid: number): Promise<ProcessIdentity | undefined> {
  try {
    const { stdout } = await run(
      'ps',
      ['-p', String(pid), '-o', 'lstart=', '-o', 'ppid=', '-o', 'command='],
      {
        env: { LC_ALL: 'C', PATH: '/usr/bin:/bin' },
      },
    );
    const [, started = '', parent = '', executable = ''] =
      /^ *(\w+ +\w+ +\d+ [\d:]+ \d+) +(\d+) +(.*)$/m.exec(stdout) ?? [];
    const startedAt = Date.parse(started) / 1000;
    return { startedAt, birth: started, executable, parent: Number(parent), workingFolder: undefined };
  } catch {
    return undefined;
  }
}
