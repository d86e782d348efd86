import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export interface RunningMeta extends AsyncDisposable {
  readonly url: string;
  close(): Promise<void>;
}

/** The real postgres-meta as a process of its own, in front of the database `url`. */
export async function startPostgresMeta(url: string, env: Record<string, string> = {}): Promise<RunningMeta> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePortPair();
    const child = spawn(process.execPath, [serverEntry()], {
      env: { ...env, PG_META_HOST: '127.0.0.1', PG_META_PORT: String(port), PG_META_DB_URL: url },
      stdio: 'ignore',
    });
    const close = () => stop(child);
    const origin = `http://127.0.0.1:${port}`;
    if (await answers(`${origin}/health`, child)) return { url: origin, close, [Symbol.asyncDispose]: close };
    await close();
    if (attempt === 3) throw new Error('postgres-meta did not start');
  }
}

function serverEntry(): string {
  const library = createRequire(import.meta.url).resolve('@supabase/postgres-meta');
  return join(dirname(library), '../server/server.js');
}

/** postgres-meta takes the port after its own too, for metrics. */
async function freePortPair(): Promise<number> {
  for (;;) {
    const port = await tryPort(0);
    if (port !== undefined && port < 65_535 && (await tryPort(port + 1)) !== undefined) return port;
  }
}

async function tryPort(wanted: number): Promise<number | undefined> {
  const server = createServer();
  return await new Promise((resolve) => {
    server.once('error', () => resolve(undefined));
    server.listen(wanted, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : undefined;
      server.close(() => resolve(port));
    });
  });
}

async function answers(url: string, child: ChildProcess): Promise<boolean> {
  const deadline = Date.now() + 20_000;
  while (Date.now() < deadline && child.exitCode === null) {
    const found = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (found) return true;
    await delay(50);
  }
  return false;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
