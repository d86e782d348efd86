import type { AuthServerSettings } from '../../packages/local/src/auth/settings.ts';
import { type AuthServer, startAuthServer } from '../../packages/local/src/auth-server.ts';
import type { LocalKeys } from '../../packages/local/src/data-folder/keys.ts';
import type { SigningKey } from '../../packages/local/src/data-folder/signing-key.ts';
import { silentLog, startTestPostgres, type TestPostgres } from './postgres.ts';

/** What tests want of the auth server: cheap hashes, and no waiting between two messages. */
const testSettings: Partial<AuthServerSettings> = { bcryptCost: 4, messageInterval: 0 };

export interface TestAuthServer extends AuthServer, AsyncDisposable {
  readonly keys: LocalKeys;
  readonly postgres: TestPostgres;
  /** Another server on the same database, with other settings. */
  another(settings: Partial<AuthServerSettings>, signing?: SigningKey): Promise<AuthServer>;
}

/** The local auth server on a Postgres of its own. */
export async function startTestAuthServer(
  settings: Partial<AuthServerSettings> = {},
  signing?: SigningKey,
): Promise<TestAuthServer> {
  const postgres = await startTestPostgres();
  const start = (own: Partial<AuthServerSettings>, key?: SigningKey) =>
    startAuthServer({
      postgresUrl: postgres.urlFor('supabase_auth_admin'),
      keys: postgres.keys,
      siteUrl: 'http://localhost:3000',
      log: silentLog,
      settings: { ...testSettings, ...own },
      ...(key === undefined ? {} : { signing: key }),
    });
  const server = await start(settings, signing);
  const others: AuthServer[] = [];
  const close = async () => {
    for (const other of others) await other.close();
    await server.close();
    await postgres.stop();
  };
  return {
    url: server.url,
    mailbox: server.mailbox,
    faults: server.faults,
    keys: postgres.keys,
    postgres,
    async another(own, key) {
      const other = await start(own, key);
      others.push(other);
      return other;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
