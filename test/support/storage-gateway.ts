import { z } from 'zod';
import { freePort } from './free-port.ts';
import { startTestGateway, type TestGateway } from './gateway.ts';
import { exchange } from './recorded-exchange.ts';
import { startTestStorageServer, type TestStorageServer } from './storage-server.ts';
import { hmacToken, nowSeconds } from './tokens.ts';

export interface StorageGateway extends TestGateway {
  readonly storage: TestStorageServer;
  readonly serviceKey: string;
  readonly anonKey: string;
  userToken(sub: string): string;
  /** Runs SQL as the developer. */
  sql(text: string): Promise<void>;
  makeBucket(id: string, options?: object): Promise<void>;
}

/** The headers of an upload ticket, for `fetch`. */
export const ticketHeaders = (headers: Record<string, unknown>): Record<string, string> =>
  z.record(z.string(), z.string()).parse(headers);

/** A gateway in front of the local storage server, reached at the address that it listens on. */
export async function startStorageGateway(
  env: Readonly<Record<string, string>> = {},
): Promise<StorageGateway> {
  const storage = await startTestStorageServer();
  const { jwtSecret, anonKey, serviceRoleKey } = storage.keys;
  const port = await freePort();
  const gateway = await startTestGateway({
    STORAGE_URL: storage.url,
    JWT_SECRET: jwtSecret,
    SUPABASE_ANON_KEY: anonKey,
    SUPABASE_SERVICE_KEY: serviceRoleKey,
    PORT: String(port),
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    ...env,
  });
  const close = async () => {
    await gateway.close();
    await storage.close();
  };
  return {
    ...gateway,
    storage,
    serviceKey: serviceRoleKey,
    anonKey,
    userToken: (sub) =>
      hmacToken(
        { role: 'authenticated', sub, iat: nowSeconds(), exp: nowSeconds() + 3600 },
        { secret: jwtSecret },
      ),
    async sql(text) {
      const { default: postgres } = await import('postgres');
      const sql = postgres(storage.postgres.databaseUrl, { onnotice: () => undefined });
      await sql.unsafe(text);
      await sql.end();
    },
    async makeBucket(id, options = {}) {
      await exchange(storage.url, {
        method: 'POST',
        path: '/bucket',
        headers: { authorization: `Bearer ${serviceRoleKey}`, 'content-type': 'application/json' },
        body: Buffer.from(JSON.stringify({ name: id, ...options })),
      });
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
