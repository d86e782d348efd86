import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import type { LocalLog } from '../lib/log.ts';
import { bundleFunction } from './bundle.ts';
import { type FunctionLimits, type FunctionWorker, startFunctionWorker } from './function-worker.ts';

export interface FunctionRegistry {
  /** The worker of a function as its files are now; undefined without such a function. Throws when it cannot start. */
  worker(name: string): Promise<FunctionWorker | undefined>;
  close(): Promise<void>;
}

interface Loaded {
  readonly worker: FunctionWorker;
  /** Time and size of each file that it was made of. */
  readonly stamps: ReadonlyMap<string, string>;
}

const namePattern = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
const entryFiles = ['index.ts', 'index.tsx', 'index.js', 'index.mjs'];

/** Builds functions when they are first called, and again when one of their files has changed. */
export function createFunctionRegistry(options: {
  readonly functionsDir: string;
  readonly env: Readonly<Record<string, string>>;
  readonly limits: FunctionLimits;
  readonly log: LocalLog;
}): FunctionRegistry {
  const loaded = new Map<string, Loaded>();
  const loading = new Map<string, Promise<FunctionWorker | undefined>>();
  let folder: Promise<string> | undefined;
  const envFile = join(options.functionsDir, '.env');

  async function load(name: string): Promise<FunctionWorker | undefined> {
    const existing = loaded.get(name);
    if (existing !== undefined && !existing.worker.ended && (await isCurrent(existing)))
      return existing.worker;
    loaded.delete(name);
    existing?.worker.retire();
    const functionFolder = join(options.functionsDir, name);
    const entry = await findEntry(functionFolder);
    if (entry === undefined) return undefined;
    const before = Date.now();
    const bundle = await bundleFunction(entry, functionFolder);
    const stamps = await stampAll([...bundle.files, envFile]);
    folder ??= mkdtemp(join(tmpdir(), 'bunbun-functions-'));
    const file = join(await folder, `${name}-${randomBytes(6).toString('hex')}.mjs`);
    await writeFile(file, bundle.code, { mode: 0o600 });
    const secrets = await readFile(envFile, 'utf8').catch(() => '');
    const worker = startFunctionWorker({
      name,
      file,
      env: { ...definedOnly(parseEnv(secrets)), ...options.env },
      limits: options.limits,
      log: options.log,
    });
    loaded.set(name, { worker, stamps });
    try {
      await worker.ready;
    } finally {
      await rm(file, { force: true });
    }
    options.log.info({ function: name, ms: Date.now() - before }, 'a function was built');
    return worker;
  }

  return {
    worker(name) {
      if (!namePattern.test(name)) return Promise.resolve(undefined);
      const current = loading.get(name) ?? load(name).finally(() => loading.delete(name));
      loading.set(name, current);
      return current;
    },
    async close() {
      await Promise.all([...loaded.values()].map(({ worker }) => worker.stop()));
      if (folder !== undefined) await rm(await folder, { recursive: true, force: true });
    },
  };
}

async function findEntry(folder: string): Promise<string | undefined> {
  for (const name of entryFiles) {
    const path = join(folder, name);
    if ((await stampOf(path)) !== 'missing') return path;
  }
  return undefined;
}

/** Looking at the files at each call finds every change, where a watcher of the file system may miss some. */
async function isCurrent({ stamps }: Loaded): Promise<boolean> {
  const now = await stampAll([...stamps.keys()]);
  return [...stamps].every(([path, stamp]) => now.get(path) === stamp);
}

async function stampAll(paths: readonly string[]): Promise<Map<string, string>> {
  const unique = [...new Set(paths)];
  const stamps = await Promise.all(unique.map(stampOf));
  return new Map(unique.map((path, index) => [path, stamps[index] ?? 'missing']));
}

async function stampOf(path: string): Promise<string> {
  return await stat(path, { bigint: true }).then(
    ({ mtimeNs, size }) => `${mtimeNs}:${size}`,
    () => 'missing',
  );
}

function definedOnly(values: NodeJS.Dict<string>): Record<string, string> {
  const defined: Record<string, string> = {};
  for (const [name, value] of Object.entries(values)) if (value !== undefined) defined[name] = value;
  return defined;
}
