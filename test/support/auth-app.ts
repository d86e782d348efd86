import type { AuthServerSettings } from '../../packages/local/src/auth/settings.ts';
import { startTestApp, type TestApp } from './app.ts';
import { startTestAuthServer, type TestAuthServer } from './auth-server.ts';

export interface TestAuthApp extends AsyncDisposable {
  readonly app: TestApp;
  readonly auth: TestAuthServer;
  /** What the gateway's environment holds. */
  readonly env: Readonly<Record<string, string>>;
}

/** The gateway in front of a local auth server. */
export async function startTestAuthApp(
  settings: Partial<AuthServerSettings> = {},
  more: Readonly<Record<string, string>> = {},
): Promise<TestAuthApp> {
  const auth = await startTestAuthServer(settings);
  const env = {
    AUTH_URL: auth.url,
    JWT_SECRET: auth.keys.jwtSecret,
    SUPABASE_ANON_KEY: auth.keys.anonKey,
    SUPABASE_SERVICE_KEY: auth.keys.serviceRoleKey,
    ...more,
  };
  const app = await startTestApp(env);
  return {
    app,
    auth,
    env,
    async [Symbol.asyncDispose]() {
      await app.close();
      await auth.close();
    },
  };
}
