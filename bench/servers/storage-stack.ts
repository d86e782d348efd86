import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalPostgres } from '../../packages/local/src/postgres/local-postgres.ts';
import { startStorageServer } from '../../packages/local/src/storage-server.ts';

// Postgres and the local storage server, with room for large files. Tells the rest in a file.
const quiet = { info: () => undefined, warn: console.error, error: console.error };
const dataDir = mkdtempSync(join(tmpdir(), 'bunbun-bench-'));
const database = await startLocalPostgres({ dataDir, log: quiet });
const { jwtSecret, anonKey, serviceRoleKey } = database.secrets;
const server = await startStorageServer({
  postgresUrl: database.urlFor('supabase_storage_admin'),
  dataDir,
  keys: { jwtSecret, anonKey, serviceRoleKey },
  log: quiet,
  maxFileBytes: 4 * 1024 ** 3,
});
process.once('SIGTERM', async () => {
  await server.close();
  await database.stop();
  rmSync(dataDir, { recursive: true, force: true });
  process.exit(0);
});
const env = {
  STORAGE_URL: server.url,
  JWT_SECRET: jwtSecret,
  SUPABASE_ANON_KEY: anonKey,
  SUPABASE_SERVICE_KEY: serviceRoleKey,
};
writeFileSync(process.env['ENV_FILE'] ?? '', JSON.stringify(env), { mode: 0o600 });
console.log(`listening ${new URL(server.url).port}`);
