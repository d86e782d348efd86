import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { startLocalStack } from '../../packages/local/src/stack.ts';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

/**
 * A local stack in a folder of its own, and the environment that points a gateway in serve mode at it. `schema`: SQL that
 * a developer runs in it.
 */
export async function startBenchStack(schema?: string) {
  const dataDir = mkdtempSync(join(tmpdir(), 'bunbun-bench-'));
  const stack = await startLocalStack({ dataDir, log: quiet });
  const env: Record<string, string> = {
    ...stack.env,
    HOST: '127.0.0.1',
    PUBLIC_URL: 'http://localhost:4000',
  };
  if (schema !== undefined) {
    const developer = postgres(env['DATABASE_URL'] ?? '', { max: 1, onnotice: () => undefined });
    await developer.unsafe(schema);
    await developer.end();
  }
  return {
    stack,
    env,
    async stop() {
      await stack.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
