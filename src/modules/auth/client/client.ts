import type { HttpUpstream } from '../../../upstream/http/types.ts';
import { type AccountClient, createAccountClient } from './account.ts';
import { type AdminClient, createAdminClient } from './admin.ts';
import { createAuthExchange } from './exchange.ts';
import { createSessionClient, type SessionClient } from './session.ts';

/**
 * Supabase Auth, typed. Inputs are what the schemas of `input.ts` made of the arguments. Every method throws AppError:
 * by the service's own code, never by its status.
 */
export interface AuthClient extends SessionClient, AccountClient, AdminClient {}

export interface AuthClientDeps {
  /** Undefined where the deployment has no auth service: then every method throws NOT_CONFIGURED. */
  readonly upstream: HttpUpstream | undefined;
  /** True when the service stands behind a gateway that wants an API key with every call. */
  readonly behindGateway: boolean;
  /** Where clients reach this gateway, without a trailing slash. */
  readonly publicUrl: string;
  /** Values of `role` that count as AUTHENTICATED, beside `authenticated`. */
  readonly extraRoles: readonly string[];
}

export function createAuthClient(deps: AuthClientDeps): AuthClient {
  const exchange = createAuthExchange({ upstream: deps.upstream, needsApiKey: deps.behindGateway });
  return {
    ...createSessionClient(exchange),
    ...createAccountClient(exchange, deps.publicUrl),
    ...createAdminClient({ exchange, extraRoles: deps.extraRoles }),
  };
}
