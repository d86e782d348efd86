import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { clusterFolder } from '../../packages/local/src/postgres/home.ts';
import { stopStalePostmaster } from '../../packages/local/src/postgres/stale-postmaster.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder of this test run for everything that tests write; emptied at the end. */
    testRunFolder: string;
  }
}

/** Gives the run a folder of its own, and takes away what crashed test files left in it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'bunbun-test-'));
  // When tests run as root, Postgres runs as another user and has to get through; what lies below is closed.
  await chmod(folder, 0o711);
  project.provide('testRunFolder', folder);
  return async () => {
    for (const name of await readdir(folder)) {
      await stopStalePostmaster(clusterFolder(join(folder, name))).catch(() => undefined);
    }
    await rm(folder, { recursive: true, force: true });
  };
}
