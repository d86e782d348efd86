import { badInput } from '../../lib/bad-input.ts';
import { parseDuration } from '../../lib/duration.ts';
import type { PassRule, ProxyRoute, Spending } from '../../module/proxy-route.ts';
import type { HttpUpstream } from '../../upstream/http/types.ts';
import { bodyField, refuseRepeatedNames } from './body-field.ts';
import {
  authRateLimits,
  countedAccount,
  guessingFields,
  type LimitedAuthField,
  type PassedAuthLimit,
  passedAuthRateLimits,
} from './client/rate-limits.ts';

const wireNames = { email: 'email', phone: 'phone', tokenHash: 'token_hash' } as const;

/** Fields that a signed-in user calls; all others are for strangers, whoever's token comes with them. */
const userFields: ReadonlySet<LimitedAuthField> = new Set([
  'reauthenticate',
  'verifyFactor',
  'enrollFactor',
  'challengeFactor',
  'updateMe',
]);

function spending(name: LimitedAuthField, body?: unknown): Spending {
  const { limit, window } = authRateLimits[name];
  return {
    field: name,
    rule: { limit, windowMs: parseDuration(window) ?? 0 },
    account: countedAccount(name, (part) => bodyField(body, wireNames[part])),
    ofStranger: !userFields.has(name),
    mayFail: guessingFields.has(name),
  };
}

/** What does not depend on the body, which is streamed. */
function limitedTo(name: PassedAuthLimit, stranger: 'stranger' | 'caller') {
  const { limit, window } = passedAuthRateLimits[name];
  const ofStranger = stranger === 'stranger';
  const spent: Spending = {
    field: name,
    rule: { limit, windowMs: parseDuration(window) ?? 0 },
    ofStranger,
    mayFail: ofStranger && guessingFields.has(name),
  };
  return { spends: () => spent, bufferedBytes: 0 };
}

type Spends = NonNullable<PassRule['spends']>;

const spends =
  (name: LimitedAuthField): Spends =>
  (_query, body) =>
    spending(name, body);

/** The body does not say what is tried, whatever is in it. */
const spendsWithoutBody =
  (name: LimitedAuthField): Spends =>
  () =>
    spending(name);

const spendsGrant: Spends = (query, body) => {
  const [grant, ...others] = query.getAll('grant_type');
  // The service drops a pair that it cannot read, and goes by the next.
  if (others.length > 0) throw badInput(['grant_type'], 'The query has more than one grant_type.');
  switch (grant) {
    case 'password':
      return spending('signIn', body);
    case 'refresh_token':
      return spending('refreshSession');
    case 'pkce':
      return spending('exchangeAuthCode');
    default:
      return spending('signIn');
  }
};

const spendsSignup: Spends = (_query, body) => {
  const named = Boolean(bodyField(body, 'email')) || Boolean(bodyField(body, 'phone'));
  return named ? spending('signUp', body) : spending('signInAnonymously');
};

/** The body names the account that is counted, so it must name the same one to the service. */
const byBody = (spends: Spends) => ({ spends, checkBody: refuseRepeatedNames });

const every = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

const rules: readonly PassRule[] = [
  // Open at Supabase's own gateway too: links in mails, redirects and public keys.
  {
    methods: ['GET'],
    path: 'verify',
    access: 'open',
    location: 'anywhere',
    spends: spendsWithoutBody('verifyOtp'),
  },
  { methods: ['POST'], path: 'verify', access: 'open', ...byBody(spends('verifyOtp')) },
  { methods: ['GET'], path: 'authorize', access: 'open', location: 'anywhere' },
  { methods: ['GET', 'POST'], path: 'callback', access: 'open', location: 'anywhere' },
  { methods: ['GET'], path: '.well-known/jwks.json', access: 'open' },
  { methods: ['GET'], path: '.well-known/oauth-authorization-server', access: 'open' },
  {
    methods: ['POST'],
    path: 'sso/saml/acs',
    access: 'open',
    location: 'anywhere',
    ...limitedTo('sso', 'stranger'),
  },
  { methods: ['GET'], path: 'sso/saml/metadata', access: 'open' },

  { methods: ['POST'], path: 'signup', access: 'key', ...byBody(spendsSignup) },
  { methods: ['POST'], path: 'token', access: 'key', ...byBody(spendsGrant) },
  { methods: ['POST'], path: 'otp', access: 'key', ...byBody(spends('sendOtp')) },
  { methods: ['POST'], path: 'magiclink', access: 'key', ...byBody(spends('sendOtp')) },
  { methods: ['POST'], path: 'recover', access: 'key', ...byBody(spends('requestPasswordReset')) },
  { methods: ['POST'], path: 'resend', access: 'key', ...byBody(spends('resendConfirmation')) },
  { methods: ['POST'], path: 'factors/:id/verify', access: 'key', spends: spendsWithoutBody('verifyFactor') },

  { methods: ['GET'], path: '.well-known/openid-configuration', access: 'key' },
  { methods: ['GET'], path: 'settings', access: 'key' },
  { methods: ['GET'], path: 'health', access: 'key' },
  { methods: ['POST'], path: 'sso', access: 'key', location: 'anywhere', ...limitedTo('sso', 'stranger') },
  { methods: ['POST'], path: 'logout', access: 'key' },
  { methods: ['GET'], path: 'user', access: 'key' },
  { methods: ['PUT'], path: 'user', access: 'key', spends: spendsWithoutBody('updateMe') },
  { methods: ['GET'], path: 'reauthenticate', access: 'key', spends: spendsWithoutBody('reauthenticate') },
  { methods: ['GET'], path: 'user/identities/authorize', access: 'key', location: 'anywhere' },
  { methods: ['DELETE'], path: 'user/identities/:id', access: 'key' },
  { methods: ['POST'], path: 'factors', access: 'key', spends: spendsWithoutBody('enrollFactor') },
  { methods: ['DELETE'], path: 'factors/:id', access: 'key' },
  {
    methods: ['POST'],
    path: 'factors/:id/challenge',
    access: 'key',
    spends: spendsWithoutBody('challengeFactor'),
  },
  { methods: every, path: 'passkeys/authentication/**', access: 'key', ...limitedTo('passkeys', 'stranger') },
  { methods: every, path: 'passkeys/**', access: 'key', ...limitedTo('passkeys', 'caller') },
  { methods: ['GET'], path: 'oauth/authorize', access: 'key', location: 'anywhere' },
  { methods: every, path: 'oauth/**', access: 'key' },
  { methods: ['GET', 'DELETE'], path: 'user/oauth/grants', access: 'key' },
  { methods: ['POST'], path: 'invite', access: 'key', ...limitedTo('invite', 'caller') },
  { methods: every, path: 'admin/**', access: 'key' },
];

/** The auth service under `/auth/v1`. `openKey` as in ProxyRoute. */
export function authRoute(upstream: HttpUpstream | undefined, openKey?: string): ProxyRoute {
  return {
    prefix: '/auth/v1',
    // Where Supabase's own gateway has them too, and where the service's mails lead unless it is told otherwise.
    alsoAt: ['/sso/saml/acs', '/sso/saml/metadata', '/.well-known/oauth-authorization-server', '/verify'],
    service: 'AUTH',
    upstream,
    openKey,
    rules,
    // Supabase Auth itself takes no more.
    maxBodyBytes: 1024 * 1024,
    requestHeaders: {
      only: new Set([
        'accept',
        'accept-encoding',
        'accept-language',
        'content-length',
        'content-type',
        'referer',
        'user-agent',
        'x-client-info',
        'x-supabase-api-version',
      ]),
    },
    // They tell who signed in, and the beginning of a refresh token.
    hiddenAnswerHeaders: new Set(['sb-auth-user-id', 'sb-auth-session-id', 'sb-auth-refresh-token-prefix']),
    describeError: (code) => {
      if (code === 'RATE_LIMITED') return { error_code: 'over_request_rate_limit' };
      if (code === 'BAD_USER_INPUT') return { error_code: 'validation_failed' };
      return code === 'UNAUTHENTICATED' ? { error_code: 'no_authorization' } : {};
    },
  };
}
