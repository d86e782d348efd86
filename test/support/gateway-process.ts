import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { GraphQLAnswer } from './app.ts';

/** A gateway as a process of its own, as an operator starts it. */
export interface GatewayProcess extends AsyncDisposable {
  readonly url: string;
  readonly child: ChildProcess;
  ask(query: string, options: { token: string; variables?: Record<string, unknown> }): Promise<GraphQLAnswer>;
  /** Ends it at once, as a lost machine would. */
  kill(): Promise<void>;
}

/** Starts `bunbun serve` on a free port; `env` is all that it knows. */
export async function startGatewayProcess(env: Readonly<Record<string, string>>): Promise<GatewayProcess> {
  const child = spawn(
    process.execPath,
    ['--conditions=bunbun-source', '--import', 'tsx', 'src/cli.ts', 'serve'],
    {
      cwd: new URL('../..', import.meta.url),
      env: {
        PATH: process.env['PATH'],
        PUBLIC_URL: 'http://localhost',
        HOST: '127.0.0.1',
        PORT: '0',
        LOG_LEVEL: 'info',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += String(chunk);
    });
  }
  const deadline = Date.now() + 30_000;
  for (;;) {
    const port = /"port":(\d+)/.exec(output)?.[1];
    if (port !== undefined) {
      const url = `http://127.0.0.1:${port}`;
      return {
        url,
        child,
        kill,
        ask: (query, options) => ask(url, query, options),
        [Symbol.asyncDispose]: kill,
      };
    }
    if (child.exitCode !== null || Date.now() > deadline) {
      await kill();
      throw new Error(`the gateway did not start: ${output.slice(-1_000)}`);
    }
    await delay(20);
  }
}

async function ask(
  url: string,
  query: string,
  { token, variables }: { token: string; variables?: Record<string, unknown> },
): Promise<GraphQLAnswer> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
  });
  const answer: { data?: unknown; errors?: GraphQLAnswer['errors'] } = JSON.parse(await response.text());
  return {
    status: response.status,
    headers: response.headers,
    data: answer.data,
    errors: answer.errors ?? [],
  };
}
