import type { AuthServerSettings } from '../../packages/local/src/auth/settings.ts';
import { startTestAuthServer, type TestAuthServer } from './auth-server.ts';
import { startTestGateway, type TestGateway } from './gateway.ts';

export interface AuthGateway extends TestGateway {
  readonly auth: TestAuthServer;
  /** What the gateway's environment holds. */
  readonly env: Readonly<Record<string, string>>;
}

/** The gateway in front of a local auth server. */
export async function startAuthGateway(
  settings: Partial<AuthServerSettings> = {},
  more: Readonly<Record<string, string>> = {},
): Promise<AuthGateway> {
  const auth = await startTestAuthServer(settings);
  const env = {
    AUTH_URL: auth.url,
    JWT_SECRET: auth.keys.jwtSecret,
    SUPABASE_ANON_KEY: auth.keys.anonKey,
    SUPABASE_SERVICE_KEY: auth.keys.serviceRoleKey,
    ...more,
  };
  const gateway = await startTestGateway(env);
  const close = async () => {
    await gateway.close();
    await auth.close();
  };
  return { ...gateway, auth, env, close, [Symbol.asyncDispose]: close };
}
