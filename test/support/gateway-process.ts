import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type GraphQLAnswer, postOperation } from './gateway.ts';
import type { DataOf, OperationText, VariablesOf } from './gql.ts';

/** A gateway as a process of its own, as an operator starts it. */
export interface GatewayProcess extends AsyncDisposable {
  readonly url: string;
  readonly child: ChildProcess;
  ask<Text extends OperationText>(
    operation: Text,
    options: { token: string; variables?: VariablesOf<Text> },
  ): Promise<GraphQLAnswer<DataOf<Text>>>;
  /** Ends it at once, as a lost machine would. */
  kill(): Promise<void>;
}

/** Starts `bunbun serve` on a free port, out of the sources in `folder`; `env` is all that it knows. */
export async function startGatewayProcess(
  env: Readonly<Record<string, string>>,
  folder = join(import.meta.dirname, '../..'),
): Promise<GatewayProcess> {
  const child = spawn(
    process.execPath,
    ['--conditions=bunbun-source', '--import', 'tsx', 'src/cli.ts', 'serve'],
    {
      cwd: folder,
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
        ask: (operation, options) => postOperation(`${url}/graphql`, operation, options),
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
