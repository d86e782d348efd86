import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import { SignJWT } from 'jose';
import postgres, { type Sql } from 'postgres';
import {
  type RealtimeServer,
  type RealtimeServerOptions,
  startRealtimeServer,
} from '../../packages/local/src/realtime-server.ts';
import { silentLog, startTestPostgres, type TestPostgres } from './postgres.ts';
import { transport } from './supabase-transport.ts';

export interface TestRealtime {
  readonly postgres: TestPostgres;
  readonly server: RealtimeServer;
  /** As the developer's own login. */
  readonly sql: Sql;
  /** A token of a user, valid for `seconds`. */
  tokenFor(sub: string, seconds?: number, role?: string): Promise<string>;
  /** The official client; its realtime connection speaks for the given token, or for anon. */
  client(token?: string): Promise<SupabaseClient>;
  stop(): Promise<void>;
}

/** A local realtime server on a Postgres of its own. */
export async function startTestRealtime(
  options: Pick<RealtimeServerOptions, 'limits' | 'timing' | 'signing'> = {},
): Promise<TestRealtime> {
  // Changes are streamed once they are on disk: without this, a write waits for the next round of the WAL writer.
  const database = await startTestPostgres({ settings: { synchronous_commit: 'on' } });
  const server = await startRealtimeServer({
    postgresUrl: database.urlFor('supabase_admin'),
    keys: database.keys,
    log: silentLog,
    ...options,
  });
  const sql = postgres(database.databaseUrl, { onnotice: () => undefined });
  const clients = new Set<SupabaseClient>();
  const secret = new TextEncoder().encode(database.keys.jwtSecret);
  return {
    postgres: database,
    server,
    sql,
    tokenFor: (sub, seconds = 3600, role = 'authenticated') =>
      new SignJWT({ role, sub })
        .setProtectedHeader({ alg: 'HS256' })
        .setExpirationTime(Math.floor(Date.now() / 1000) + seconds)
        .sign(secret),
    async client(token) {
      const client = createClient(server.url, database.keys.anonKey, {
        auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
        realtime: { transport },
      });
      // Before the first join: the client would send it with the key it was made with.
      if (token !== undefined) await client.realtime.setAuth(token);
      clients.add(client);
      return client;
    },
    async stop() {
      await Promise.all([...clients].map((client) => client.removeAllChannels()));
      for (const client of clients) client.realtime.disconnect();
      await server.close();
      await sql.end({ timeout: 2 });
      await database.stop();
    },
  };
}
