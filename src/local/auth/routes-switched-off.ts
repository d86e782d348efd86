import { AuthError, type Route } from './http.ts';

interface SwitchedOff {
  readonly reason: string;
  readonly message: string;
  readonly paths: readonly (readonly [method: string, path: string])[];
}

const features: readonly SwitchedOff[] = [
  {
    reason: 'passkey_disabled',
    message: 'Passkeys are disabled',
    paths: [
      ['GET', '/passkeys'],
      ['PATCH', '/passkeys/:id'],
      ['DELETE', '/passkeys/:id'],
      ['POST', '/passkeys/authentication/options'],
      ['POST', '/passkeys/authentication/verify'],
      ['POST', '/passkeys/registration/options'],
      ['POST', '/passkeys/registration/verify'],
    ],
  },
  {
    reason: 'feature_disabled',
    message: 'OAuth server is disabled',
    paths: [
      ['GET', '/oauth/authorize'],
      ['GET', '/oauth/authorizations/:id'],
      ['POST', '/oauth/authorizations/:id/consent'],
      ['GET', '/oauth/userinfo'],
      ['POST', '/oauth/token'],
      ['POST', '/oauth/clients/register'],
      ['GET', '/user/oauth/grants'],
      ['DELETE', '/user/oauth/grants'],
    ],
  },
  {
    reason: 'saml_provider_disabled',
    message: 'SAML 2.0 is disabled',
    paths: [
      ['POST', '/sso'],
      ['GET', '/sso/saml/metadata'],
      ['POST', '/sso/saml/acs'],
    ],
  },
];

/** What Supabase Auth has and this server has not, answered as the service answers where it is switched off. */
export function switchedOffRoutes(): Route[] {
  return features.flatMap(({ reason, message, paths }) =>
    paths.map(([method, path]) => ({
      method,
      path,
      handle: () => {
        throw new AuthError(404, reason, message);
      },
    })),
  );
}
