import { exchange } from './recorded-exchange.ts';
import { startTestStorageServer } from './storage-server.ts';
import { hmacToken, nowSeconds } from './tokens.ts';

/** A running storage service to hold the contract against. */
export interface StorageTarget {
  /** Root of the service: what a gateway publishes as `/storage/v1`. */
  readonly url: string;
  readonly serviceRoleKey: string;
  readonly anonKey: string;
  /** A user's token; undefined where the secret is not known. */
  readonly userToken: string | undefined;
  close(): Promise<void>;
}

/**
 * The service that the contract tests run against: a real one when STORAGE_CONTRACT_URL is set (with
 * STORAGE_CONTRACT_ANON_KEY, STORAGE_CONTRACT_SERVICE_ROLE_KEY and, if it is known, STORAGE_CONTRACT_JWT_SECRET), else
 * the local storage server.
 */
export async function contractStorageTarget(): Promise<StorageTarget> {
  const url = process.env['STORAGE_CONTRACT_URL'];
  if (url !== undefined && url !== '') {
    const secret = process.env['STORAGE_CONTRACT_JWT_SECRET'];
    return {
      url: url.replace(/\/$/, ''),
      anonKey: process.env['STORAGE_CONTRACT_ANON_KEY'] ?? '',
      serviceRoleKey: process.env['STORAGE_CONTRACT_SERVICE_ROLE_KEY'] ?? '',
      userToken: secret === undefined ? undefined : userToken(secret),
      close: async () => undefined,
    };
  }
  const server = await startTestStorageServer();
  return {
    url: server.url,
    anonKey: server.keys.anonKey,
    serviceRoleKey: server.keys.serviceRoleKey,
    userToken: userToken(server.keys.jwtSecret),
    close: () => server.close(),
  };
}

function userToken(secret: string): string {
  const sub = '11111111-1111-4111-8111-111111111111';
  return hmacToken({ role: 'authenticated', sub, iat: nowSeconds(), exp: nowSeconds() + 3600 }, { secret });
}

/** One exchange below the target's root, with the path exactly as given. */
export async function ask(
  target: StorageTarget,
  method: string,
  path: string,
  options: { token?: string | null; headers?: Record<string, string>; body?: string | Buffer } = {},
) {
  const { origin, pathname } = new URL(target.url);
  const token = options.token === undefined ? target.serviceRoleKey : options.token;
  const { status, headers, bytes } = await exchange(origin, {
    method,
    path: pathname.replace(/\/$/, '') + path,
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      // A gateway in front of the service may ask for it; the service does not.
      apikey: target.anonKey,
      ...options.headers,
    },
    body: options.body === undefined ? undefined : Buffer.from(options.body),
  });
  const isJson = /json/.test(headers['content-type'] ?? '') && bytes.length > 0;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  const body: any = isJson ? JSON.parse(bytes.toString()) : undefined;
  return { status, headers, bytes, text: bytes.toString(), body };
}
