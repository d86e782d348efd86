// A process of its own that starts the local Postgres and then only waits: for tests that kill it.
import postgres from 'postgres';
import { startLocalPostgres } from '../../packages/local/src/postgres/local-postgres.ts';

const [, , dataDir] = process.argv;
if (dataDir === undefined) throw new Error('the data folder is missing');
const nothing = () => undefined;
const log = { info: nothing, warn: nothing, error: nothing };
try {
  const server = await startLocalPostgres({ dataDir, log, settings: { fsync: 'off' } });
  const sql = postgres(server.databaseUrl, { max: 1 });
  await sql`create table kept as select 1 as id`;
  process.stdout.write(`${JSON.stringify({ pid: server.pid })}\n`);
  process.stdin.resume();
} catch (error) {
  process.stdout.write(
    `${JSON.stringify({ error: error instanceof Error ? error.message : String(error) })}\n`,
  );
}
