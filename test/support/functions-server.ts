import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { startFunctionsServer } from '../../packages/local/src/functions-server.ts';
import type { LocalLog } from '../../packages/local/src/lib/log.ts';
import { makeTestFolder } from './postgres.ts';

export interface TestFunctions extends AsyncDisposable {
  readonly url: string;
  /** What the server and the functions said. */
  log(): string;
  /** Writes files by their path below the folder of all functions. */
  write(files: Readonly<Record<string, string>>): Promise<void>;
  call(path: string, init?: RequestInit): Promise<Response>;
}

/** The local functions server with a folder of its own, beside the packages that this repository has. */
export async function startTestFunctions(env: Readonly<Record<string, string>> = {}): Promise<TestFunctions> {
  const functionsDir = await makeTestFolder('functions');
  await symlink(resolve(import.meta.dirname, '../../node_modules'), join(functionsDir, 'node_modules'));
  const lines: string[] = [];
  const write = (fields: object, message: string) => void lines.push(`${message} ${JSON.stringify(fields)}`);
  const log: LocalLog = { info: write, warn: write, error: write };
  const server = await startFunctionsServer({ functionsDir, env, log });
  return {
    url: server.url,
    log: () => lines.join('\n'),
    async write(files) {
      for (const [path, text] of Object.entries(files)) {
        await mkdir(dirname(join(functionsDir, path)), { recursive: true });
        await writeFile(join(functionsDir, path), text);
      }
    },
    call: (path, init) => fetch(`${server.url}${path}`, init),
    [Symbol.asyncDispose]: () => server.close(),
  };
}
