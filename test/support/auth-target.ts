import { SignJWT } from 'jose';
import { startTestAuthServer } from './auth-server.ts';

/** A running auth service to hold the contract against. */
export interface AuthTarget {
  /** Root of the auth service: what a gateway publishes as `/auth/v1`. */
  readonly url: string;
  readonly anonKey: string;
  readonly serviceRoleKey: string;
  /** Whether sign-up confirms addresses at once. */
  readonly autoconfirm: boolean;
  /** A token signed with the project's secret; undefined where the secret is not known. */
  sign?(claims: Record<string, unknown>): Promise<string>;
  close(): Promise<void>;
}

async function signWith(secret: string, claims: Record<string, unknown>): Promise<string> {
  return await new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .sign(new TextEncoder().encode(secret));
}

/**
 * The service that the contract tests run against: a real one when AUTH_CONTRACT_URL is set (with
 * AUTH_CONTRACT_ANON_KEY, AUTH_CONTRACT_SERVICE_ROLE_KEY and, if it is known, AUTH_CONTRACT_JWT_SECRET), else the
 * local auth server (which asks for confirmations with AUTH_CONTRACT_AUTOCONFIRM=false).
 */
export async function contractAuthTarget(): Promise<AuthTarget> {
  const url = process.env['AUTH_CONTRACT_URL'];
  if (url !== undefined && url !== '') {
    const secret = process.env['AUTH_CONTRACT_JWT_SECRET'];
    const settings: unknown = await (await fetch(`${url}/settings`)).json();
    const autoconfirm =
      typeof settings === 'object' &&
      settings !== null &&
      Reflect.get(settings, 'mailer_autoconfirm') === true;
    return {
      url: url.replace(/\/$/, ''),
      anonKey: process.env['AUTH_CONTRACT_ANON_KEY'] ?? '',
      serviceRoleKey: process.env['AUTH_CONTRACT_SERVICE_ROLE_KEY'] ?? '',
      autoconfirm,
      ...(secret === undefined ? {} : { sign: (claims) => signWith(secret, claims) }),
      close: async () => undefined,
    };
  }
  const autoconfirm = process.env['AUTH_CONTRACT_AUTOCONFIRM'] !== 'false';
  const server = await startTestAuthServer({
    refreshTokenReuseInterval: 0,
    mailerAutoconfirm: autoconfirm,
    smsAutoconfirm: autoconfirm,
  });
  return {
    url: server.url,
    anonKey: server.keys.anonKey,
    serviceRoleKey: server.keys.serviceRoleKey,
    autoconfirm,
    sign: (claims) => signWith(server.keys.jwtSecret, claims),
    close: () => server.close(),
  };
}
