import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalStack } from '../../packages/local/src/stack.ts';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** A local stack in a folder of its own, and the environment that points a gateway in serve mode at it. */
export async function startBenchStack() {
  const dataDir = mkdtempSync(join(tmpdir(), 'bunbun-bench-'));
  const stack = await startLocalStack({ dataDir, log: quiet });
  const env: Record<string, string> = {
    ...stack.env,
    HOST: '127.0.0.1',
    PUBLIC_URL: 'http://localhost:4000',
  };
  return {
    stack,
    env,
    async stop() {
      await stack.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
