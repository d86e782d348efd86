import type { IncomingMessage, ServerResponse } from 'node:http';
import { checkArea } from './auth/areas.ts';
import { AuthError } from './auth/auth-error.ts';
import { toAuthRequest } from './auth/auth-request.ts';
import { send, sendError } from './auth/auth-response.ts';
import { startCleanup } from './auth/cleanup.ts';
import type { AuthContext } from './auth/context.ts';
import { connectAuthDatabase } from './auth/database.ts';
import { createMailbox, type Mailbox } from './auth/mailbox.ts';
import { matchRoute } from './auth/route.ts';
import { adminRoutes } from './auth/routes/admin.ts';
import { factorRoutes } from './auth/routes/factors.ts';
import { infoRoutes } from './auth/routes/info.ts';
import { linkRoutes } from './auth/routes/links.ts';
import { mailboxRoutes } from './auth/routes/mailbox.ts';
import { messageRoutes } from './auth/routes/messages.ts';
import { signupRoutes } from './auth/routes/signup.ts';
import { tokenRoutes } from './auth/routes/token.ts';
import { userRoutes } from './auth/routes/user.ts';
import { verifyRoutes } from './auth/routes/verify.ts';
import { type AuthServerSettings, defaultAuthServerSettings } from './auth/settings.ts';
import { createTokenSigner } from './auth/tokens.ts';
import type { LocalKeys } from './data-folder/keys.ts';
import type { SigningKey } from './data-folder/signing-key.ts';
import { createHostCheck } from './http/allowed-hosts.ts';
import { createFaults, type Faults } from './http/faults.ts';
import { type LocalServer, startLocalServer } from './http/local-server.ts';
import type { LocalLog } from './lib/log.ts';

export interface AuthServerOptions {
  /** Logs in as supabase_auth_admin, to a database that has auth.sql. */
  readonly postgresUrl: string;
  readonly keys: LocalKeys;
  /** Where `redirect_to` falls back to. */
  readonly siteUrl: string;
  readonly log: LocalLog;
  /** Public address of the auth service, used in links of mails; the server's own by default. */
  readonly externalUrl?: string | undefined;
  /** Signs access tokens with ES256 and publishes the public half; HS256 with the project's secret by default. */
  readonly signing?: SigningKey | undefined;
  readonly settings?: Partial<AuthServerSettings> | undefined;
  /** Whether messages can be read over HTTP. @default true */
  readonly serveMailbox?: boolean;
}

export interface AuthServer extends LocalServer {
  readonly mailbox: Mailbox;
  readonly faults: Faults;
}

function toAuthError(error: unknown): AuthError | undefined {
  if (error instanceof AuthError) return error;
  // The stack ran over while a deeply nested body was read.
  if (error instanceof RangeError) return new AuthError(400, 'bad_json', 'The body is nested too deeply');
  // A string that Postgres cannot store (NUL) or a number out of range is the caller's.
  if (error instanceof Error && 'code' in error && String(error.code).startsWith('22')) {
    return new AuthError(400, 'validation_failed', 'A value cannot be stored');
  }
  return undefined;
}

/** Starts the stand-in for Supabase Auth on loopback. */
export async function startAuthServer(options: AuthServerOptions): Promise<AuthServer> {
  const { log } = options;
  const sql = connectAuthDatabase(options.postgresUrl);
  const mailbox = createMailbox(log);
  const faults = createFaults();
  let url = '';
  const context: AuthContext = {
    sql,
    settings: { ...defaultAuthServerSettings, ...options.settings },
    signer: await createTokenSigner(options.keys.jwtSecret, options.signing),
    mailbox,
    log,
    siteUrl: options.siteUrl,
    externalUrl: () => options.externalUrl ?? url,
  };
  const routes = [
    ...infoRoutes(context),
    ...(options.serveMailbox === false ? [] : mailboxRoutes(mailbox)),
    ...signupRoutes(context),
    ...tokenRoutes(context),
    ...messageRoutes(context),
    ...verifyRoutes(context),
    ...userRoutes(context),
    ...factorRoutes(context),
    ...adminRoutes(context),
    ...linkRoutes(context),
  ];

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (await faults.apply(request, response)) return;
    const target = URL.canParse(request.url ?? '/', url) ? new URL(request.url ?? '/', url) : new URL(url);
    const { route, params, pathKnown } = matchRoute(routes, request.method ?? 'GET', target.pathname);
    const asked = toAuthRequest(request, target, params);
    if (route === undefined) {
      await checkArea(context, asked);
      send(response, pathKnown ? { status: 405 } : { status: 404, text: '404 page not found\n' });
      return;
    }
    send(response, await route.handle(asked));
  }

  const server = await startLocalServer({
    isOurs: createHostCheck(),
    answer,
    fail(error, request, response) {
      const known = toAuthError(error);
      if (known === undefined || known.status === 500) {
        log.error({ error: String(known?.cause ?? error), path: request.url }, 'auth request failed');
      }
      if (response.headersSent) response.destroy();
      else sendError(request, response, known ?? unexpected());
    },
  });
  url = server.url;
  const cleanup = startCleanup(context);
  return {
    url,
    mailbox,
    faults,
    async close() {
      await cleanup.stop();
      await server.close();
      await sql.end({ timeout: 5 });
    },
  };
}

function unexpected(): AuthError {
  const message = 'Unexpected failure, please check server logs for more information';
  return new AuthError(500, 'unexpected_failure', message);
}
