import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

export interface TestPostgresMeta extends AsyncDisposable {
  /** Origin. */
  readonly url: string;
  stop(): Promise<void>;
}

/** The real postgres-meta as a child process: inside ours it would change what `pg` parses. */
export async function startPostgresMeta(databaseUrl: string): Promise<TestPostgresMeta> {
  const port = await freePortPair();
  const server = fileURLToPath(import.meta.resolve('@supabase/postgres-meta/dist/server/server.js'));
  const child = spawn(process.execPath, [server], {
    env: {
      PATH: process.env['PATH'],
      PG_META_PORT: String(port),
      PG_META_HOST: '127.0.0.1',
      PG_META_DB_URL: databaseUrl,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaints = '';
  child.stderr.on('data', (chunk) => {
    complaints += String(chunk);
  });
  const exited = once(child, 'exit');
  const url = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
  };
  const deadline = Date.now() + 60_000;
  for (;;) {
    const answer = await fetch(`${url}/health`).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok) return { url, stop, [Symbol.asyncDispose]: stop };
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error(`postgres-meta did not start: ${complaints.slice(-500)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Its admin server takes the next port. */
async function freePortPair(): Promise<number> {
  for (;;) {
    const port = await tryListen(0);
    if (port !== undefined && (await tryListen(port + 1)) !== undefined) return port;
  }
}

async function tryListen(port: number): Promise<number | undefined> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    return typeof address === 'object' ? address?.port : undefined;
  } catch {
    return undefined;
  } finally {
    server.close();
  }
}
