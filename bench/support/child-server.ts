import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export interface ChildServer {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Another Node, and the folder to start it in. */
interface ChildPlace {
  readonly node?: string;
  readonly folder?: string;
}

/** Starts a Node process that prints `listening <port>`, and waits for it. */
export async function startChild(
  args: readonly string[],
  env: Record<string, string>,
  { node = process.execPath, folder = '.' }: ChildPlace = {},
): Promise<ChildServer> {
  const child = spawn(node, args, {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const port = await new Promise<number>((resolve, reject) => {
    let output = '';
    child.once('exit', (code) => reject(new Error(`ended with ${code}: ${output}`)));
    // What comes later is dropped unread: looking at it would cost the load generator, which is this process, its time.
    const read = (chunk: Buffer): void => {
      output += chunk.toString('utf8');
      const found = /listening (\d+)/.exec(output);
      if (!found) return;
      child.stdout.off('data', read).resume();
      resolve(Number(found[1]));
    };
    child.stdout.on('data', read);
  });
  return childServer(child, port);
}

/**
 * Starts the built gateway of the checkout in `folder` on a free port, with warnings alone in its log, as quiet as what
 * it is compared with; resolves when it is ready.
 */
export async function startGateway(
  env: Record<string, string>,
  folder = '.',
  node = process.execPath,
): Promise<ChildServer> {
  const port = await freePort();
  const child = spawn(node, [join(folder, 'dist/cli.js'), 'serve'], {
    env: {
      PATH: process.env['PATH'] ?? '',
      NODE_ENV: 'production',
      ...env,
      PORT: String(port),
      LOG_LEVEL: 'warn',
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const server = childServer(child, port);
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the gateway ended with ${child.exitCode}`);
    const ready = await fetch(`${server.url}/ready`).catch(() => undefined);
    if (ready?.ok) return server;
    await delay(10);
  }
}

/** A port of this machine that nobody listens on. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}

function childServer(child: ChildProcess, port: number): ChildServer {
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve());
        child.kill('SIGTERM');
      }),
  };
}

/** Resident memory of a process in megabytes. */
export function residentMegabytes(pid: number): number {
  const line = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(line?.[1] ?? Number.NaN) / 1024;
}

/** Seconds of CPU that a process has used, its threads included. */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
