import { AuthError } from './auth-error.ts';
import type { AuthRequest } from './auth-request.ts';
import { requireAdmin, requireUser } from './callers.ts';
import type { AuthContext } from './context.ts';

type Check = (context: AuthContext, request: AuthRequest) => unknown;

function switchedOff(reason: string, message: string): Check {
  return () => {
    throw new AuthError(404, reason, message);
  };
}

const oauthServer = switchedOff('feature_disabled', 'OAuth server is disabled');
const saml = switchedOff('saml_provider_disabled', 'SAML 2.0 is disabled');
const manualLinking = switchedOff('manual_linking_disabled', 'Manual linking is disabled');
const customProviders = switchedOff('feature_disabled', 'Custom OAuth providers are disabled');
const passkeys = switchedOff('passkey_disabled', 'Passkeys are disabled');
const scim = switchedOff('feature_disabled', 'SCIM server is disabled');

/** The more special one first. */
const areas: readonly (readonly [prefix: string, ...checks: readonly Check[]])[] = [
  ['/user/oauth/grants', requireUser, oauthServer],
  ['/user/identities', requireUser, manualLinking],
  ['/user', requireUser],
  ['/factors', requireUser],
  ['/reauthenticate', requireUser],
  ['/passkeys', passkeys],
  ['/sso', saml],
  ['/oauth', oauthServer],
  ['/scim/v2', scim],
  ['/.well-known/oauth-authorization-server', oauthServer],
  ['/admin/oauth', requireAdmin, oauthServer],
  ['/admin/custom-providers', requireAdmin, customProviders],
  ['/admin/sso/providers', requireAdmin, saml],
  ['/admin', requireAdmin],
];

/**
 * What Supabase Auth checks for every path of an area, whether there is a route for it or not: who calls, and whether
 * the feature is on. Throws the error of the first check that fails; what this server has not is switched off.
 */
export async function checkArea(context: AuthContext, request: AuthRequest): Promise<void> {
  const area = areas.find(([prefix]) => request.path === prefix || request.path.startsWith(`${prefix}/`));
  const [, ...checks] = area ?? [''];
  for (const check of checks) await check(context, request);
}
