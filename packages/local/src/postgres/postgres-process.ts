import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { LocalStackError } from '../lib/local-error.ts';
import type { LocalLog } from '../lib/log.ts';
import { asUser, type OsUser, postgresEnvironment } from '../lib/os-user.ts';
import type { PostgresBinaries } from './binaries.ts';

/** How a postmaster ended. */
export interface PostgresExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** True when `stop` asked for it. */
  readonly expected: boolean;
}

export interface PostgresProcess {
  readonly pid: number;
  readonly exited: Promise<PostgresExit>;
  stop(): Promise<void>;
}

const startDeadlineMs = 60_000;
const stopDeadlineMs = 10_000;
const keptLogLines = 20;

/** Thrown when the port was taken between choosing and using it. */
export class PortTakenError extends LocalStackError {}

/** Starts a postmaster and waits until it accepts connections. Nothing is left running when it throws. */
export async function launchPostgres(options: {
  binaries: PostgresBinaries;
  cluster: string;
  port: number;
  settings: Readonly<Record<string, string>>;
  user: OsUser | undefined;
  signal: AbortSignal | undefined;
  log: LocalLog;
}): Promise<PostgresProcess> {
  options.signal?.throwIfAborted();
  const args = ['-D', options.cluster, '-p', String(options.port)];
  for (const [name, value] of Object.entries(options.settings)) args.push('-c', `${name}=${value}`);
  const child = spawn(join(options.binaries.bin, 'postgres'), args, {
    cwd: '/',
    env: postgresEnvironment,
    stdio: ['ignore', 'ignore', 'pipe'],
    // A session of its own: Ctrl-C in the terminal is for us, and we stop Postgres when all else has drained.
    detached: true,
    ...asUser(options.user),
  });
  const lines: string[] = [];
  let stopping = false;
  const exited = new Promise<PostgresExit>((resolve) => {
    child.once('error', () => resolve({ code: null, signal: null, expected: false }));
    child.once('exit', (code, signal) => resolve({ code, signal, expected: stopping }));
  });
  const stop = async (): Promise<void> => {
    stopping = true;
    await stopChild(child, exited);
  };
  // The last resort when this process ends without having stopped it. SIGINT: cut connections, write all data.
  const killAtExit = () => child.kill('SIGINT');
  process.once('exit', killAtExit);
  void exited.then(() => process.off('exit', killAtExit));

  try {
    await untilReady(child, exited, lines, options);
  } catch (error) {
    await stop();
    options.signal?.throwIfAborted();
    if (lines.some((line) => /could not bind|could not create any TCP/.test(line))) {
      throw new PortTakenError(`Port ${options.port} for Postgres is taken.`, { cause: lastLines(lines) });
    }
    const reason = lines.map((line) => /(?:FATAL|PANIC): (.*)/.exec(line)?.[1]?.trim()).find(Boolean);
    throw new LocalStackError(`Postgres ended while it was starting: ${reason ?? 'it gave no reason'}.`, {
      cause: lastLines(lines, error),
    });
  }
  const { pid } = child;
  if (pid === undefined) throw new LocalStackError('Postgres could not be started.');
  return { pid, exited, stop };
}

async function untilReady(
  child: ChildProcess,
  exited: Promise<PostgresExit>,
  lines: string[],
  { log, signal }: { log: LocalLog; signal: AbortSignal | undefined },
): Promise<void> {
  const { stderr } = child;
  if (stderr === null) throw new Error('no log of Postgres to read');
  let timer: NodeJS.Timeout | undefined;
  const ready = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    signal?.addEventListener('abort', reject, { once: true });
    timer = setTimeout(() => reject(new Error('not ready in time')), startDeadlineMs);
    // Reading goes on after the start: a full pipe would stop Postgres.
    const reader = createInterface({ input: stderr });
    reader.on('line', (line) => {
      lines.push(line);
      if (lines.length > keptLogLines) lines.shift();
      if (line.includes('database system is ready to accept connections')) resolve();
      // Not FATAL: that is also each connection refused or cut.
      if (/ PANIC: | was terminated by /.test(line)) log.error({ line }, 'Postgres is in trouble');
    });
    // The last lines may still be in the pipe when the process is gone.
    reader.once('close', () => {
      void exited.then(({ code, signal }) => reject(new Error(`ended with ${signal ?? `code ${code}`}`)));
    });
  });
  try {
    await ready;
  } finally {
    clearTimeout(timer);
  }
}

async function stopChild(child: ChildProcess, exited: Promise<PostgresExit>): Promise<void> {
  // Fast shutdown, then immediate (the next start replays the log), then without asking.
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) break;
    child.kill(signal);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(resolve, stopDeadlineMs, 'late');
    });
    const first = await Promise.race([exited, late]);
    clearTimeout(timer);
    if (first !== 'late') break;
  }
  await exited;
}

function lastLines(lines: readonly string[], error?: unknown): Error {
  return new Error(lines.join('\n'), { cause: error });
}
