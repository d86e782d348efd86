import { invalid } from '../auth-error.ts';
import type { AuthRequest } from '../auth-request.ts';
import { ok } from '../auth-response.ts';
import type { AuthContext } from '../context.ts';
import type { Route } from '../route.ts';

const providers = [
  'apple',
  'azure',
  'bitbucket',
  'discord',
  'facebook',
  'snapchat',
  'figma',
  'fly',
  'github',
  'gitlab',
  'google',
  'keycloak',
  'kakao',
  'linkedin',
  'linkedin_oidc',
  'notion',
  'spotify',
  'slack',
  'slack_oidc',
  'workos',
  'twitch',
  'twitter',
  'zoom',
];

/** /settings, /health, JWKS and /authorize. */
export function infoRoutes(context: AuthContext): Route[] {
  const { settings } = context;
  return [
    {
      method: 'GET',
      path: '/health',
      handle: () =>
        ok({ version: 'v2.196.0-local', name: 'GoTrue', description: 'Local stand-in for Supabase Auth' }),
    },
    {
      method: 'GET',
      path: '/settings',
      handle: () =>
        ok({
          external: {
            ...Object.fromEntries(providers.map((name) => [name, false])),
            anonymous_users: settings.anonymousUsers,
            email: true,
            phone: true,
          },
          disable_signup: settings.disableSignup,
          mailer_autoconfirm: settings.mailerAutoconfirm,
          phone_autoconfirm: settings.smsAutoconfirm,
          sms_provider: 'mailbox',
          saml_enabled: false,
          saml_private_key_next_configured: false,
          passkeys_enabled: false,
        }),
    },
    {
      method: 'GET',
      path: '/.well-known/jwks.json',
      handle: () => ok({ keys: context.signer.publicKeys }, { 'cache-control': 'public, max-age=600' }),
    },
    {
      method: 'GET',
      path: '/authorize',
      handle(request) {
        const provider = request.query.get('provider') ?? '';
        const known = providers.includes(provider.toLowerCase());
        throw invalid(
          known
            ? 'Unsupported provider: provider is not enabled'
            : `Unsupported provider: Provider ${provider.slice(0, 40)} could not be found`,
        );
      },
    },
    ...['GET', 'POST'].map((method) => ({
      method,
      path: '/callback',
      handle: (request: AuthRequest) => {
        const missing = (request.query.get('state') ?? '') === '';
        const location = new URL(context.siteUrl);
        location.search = new URLSearchParams({
          error: 'invalid_request',
          error_code: missing ? 'bad_oauth_callback' : 'bad_oauth_state',
          error_description: missing ? 'OAuth state parameter missing' : 'OAuth state parameter is invalid',
        }).toString();
        return { status: 303, headers: { location: location.href }, text: '' };
      },
    })),
  ];
}
