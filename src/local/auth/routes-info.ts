import type { AuthContext } from './context.ts';
import { type AuthRequest, invalid, ok, type Route } from './http.ts';
import { mailboxPage } from './mailbox.ts';

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

/** /settings, /health, JWKS, /authorize, and the developer's mailbox. */
export function infoRoutes(context: AuthContext): Route[] {
  const { settings, mailbox } = context;
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
    {
      method: 'GET',
      path: '/_local/mailbox',
      handle(request) {
        const messages = mailbox.list(request.query.get('to') ?? undefined);
        if (!(request.headers.accept ?? '').includes('text/html')) return ok({ messages });
        return {
          status: 200,
          headers: {
            'content-type': 'text/html; charset=utf-8',
            'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
            'cache-control': 'no-store',
          },
          text: mailboxPage(messages),
        };
      },
    },
    {
      method: 'DELETE',
      path: '/_local/mailbox',
      handle() {
        mailbox.clear();
        return { status: 204 };
      },
    },
  ];
}
