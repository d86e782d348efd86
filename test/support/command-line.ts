import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const root = join(import.meta.dirname, '../..');

export interface Command {
  readonly child: ChildProcess;
  /** Everything it has printed so far, both streams. */
  output(): string;
  /** Settles with the exit code, or the name of the signal that ended it. */
  readonly ended: Promise<number | string>;
}

/** Runs the command line from the sources, with `env` as its whole environment (and a PATH), as another user if told,
 * or from a copy of the sources. */
export function runCommand(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd = root,
  as: { uid?: number; gid?: number; detached?: boolean } = {},
  sources = root,
): Command {
  const tsx = join(root, 'node_modules/tsx/dist/loader.mjs');
  const child = spawn(
    process.execPath,
    ['--conditions=bunbun-source', '--import', tsx, join(sources, 'src/cli.ts'), ...args],
    {
      cwd,
      env: { PATH: process.env['PATH'] ?? '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...as,
    },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
    });
  }
  const ended = new Promise<number | string>((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
  return { child, output: () => output, ended };
}

export interface LocalFile {
  readonly graphqlUrl: string;
  readonly graphqlWsUrl: string;
  readonly databaseUrl: string;
  readonly authUrl: string;
  readonly mailboxUrl?: string;
  readonly anonKey: string;
  readonly serviceRoleKey: string;
}

/** Waits until a running `dev` has written local.json. Throws with its output when it ended instead. */
export async function localFileOf(
  command: Command,
  dataDir: string,
  deadlineMs = 60_000,
): Promise<LocalFile> {
  const deadline = Date.now() + deadlineMs;
  let over = false;
  void command.ended.then(() => {
    over = true;
  });
  for (;;) {
    try {
      return JSON.parse(await readFile(join(dataDir, 'local.json'), 'utf8'));
    } catch {
      if (over || Date.now() > deadline) throw new Error(`dev is not ready: ${command.output()}`);
      await delay(50);
    }
  }
}
