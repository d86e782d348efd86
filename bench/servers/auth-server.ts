import { startAuthServer } from '../../packages/local/src/auth-server.ts';

// The local auth server in a process of its own, so that it shares no core with the load generator.
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const server = await startAuthServer({
  postgresUrl: process.env['AUTH_DATABASE_URL'] ?? '',
  keys: { jwtSecret: process.env['JWT_SECRET'] ?? '', anonKey: '', serviceRoleKey: '' },
  siteUrl: 'http://localhost:3000',
  log: quiet,
});
console.log(`listening ${new URL(server.url).port}`);
process.once('SIGTERM', () => {
  server.close().then(
    () => process.exit(0),
    () => process.exit(1),
  );
});
