import { apiKey, opaqueKeys } from './opaque-keys.ts';
import { aUrl, yesNo } from './shapes.ts';
import {
  duration,
  flag,
  keySet,
  list,
  rolesOfUsers,
  serviceUrl,
  text,
  wholeNumber,
} from './value-schemas.ts';
import { optional, withDefault } from './variable.ts';

const pairs = 'a comma-separated list of `key=jwt`, each JWT with the matching role';

export const credentialVariables = {
  JWT_SECRET: optional(text.min(32), {
    group: 'Credentials',
    description: 'Shared secret of HS256 tokens.',
    shape: 'a text of at least 32 characters',
    secret: true,
  }),
  JWKS: optional(keySet, {
    group: 'Credentials',
    description: 'Keys that tokens are verified with, inline.',
    shape: 'a JSON Web Key Set, `{"keys":[…]}`',
    secret: true,
  }),
  JWKS_URL: optional(serviceUrl, {
    group: 'Credentials',
    description:
      'Where the public keys are published. Default, when there is neither JWT_SECRET nor JWKS: `/.well-known/jwks.json` of Auth.',
    shape: aUrl,
  }),
  JWT_AUDIENCE: optional(list, {
    group: 'Credentials',
    description:
      'Accepted `aud` of tokens. Not checked unless set, nor of configured keys and the legacy API keys of Supabase.',
    shape: 'a comma-separated list',
  }),
  JWT_ISSUER: optional(text, {
    group: 'Credentials',
    description:
      'Expected `iss` of tokens. Not checked unless set, nor of configured keys and the legacy API keys of Supabase.',
    shape: 'a text',
  }),
  JWT_CLOCK_TOLERANCE: withDefault(duration(0, 300_000), {
    group: 'Credentials',
    description: 'How far the clocks of Auth and of the gateway may differ.',
    shape: 'a duration up to `5m`',
    default: '5s',
  }),
  TOKEN_CACHE_SIZE: withDefault(wholeNumber(0, 10_000_000), {
    group: 'Credentials',
    description: 'Verified tokens that are remembered, each for at most a minute.',
    shape: 'a number from 0 to 10000000',
    default: '10000',
  }),
  EXTRA_AUTHENTICATED_ROLES: withDefault(rolesOfUsers, {
    group: 'Credentials',
    description: 'Values of `role` in tokens that count as AUTHENTICATED, beside `authenticated`.',
    shape: 'a comma-separated list without `anon`, `service_role`, `postgres` and `supabase_…`',
    default: '',
  }),
  REQUIRE_API_KEY: withDefault(flag, {
    group: 'Credentials',
    description: "Supabase's own rule: every call carries a known `apikey`.",
    shape: yesNo,
    default: 'false',
  }),
  SUPABASE_ANON_KEY: optional(apiKey('anon'), {
    group: 'Credentials',
    description:
      'Key that stands for callers without a credential of their own. Where JWT_SECRET is set, it must verify the key.',
    shape: 'a JWT with the role anon, or one of SUPABASE_PUBLISHABLE_KEYS',
    secret: true,
    aliases: ['ANON_KEY'],
  }),
  SUPABASE_SERVICE_KEY: optional(apiKey('service_role'), {
    group: 'Credentials',
    description:
      "The gateway's own service key: for probes, its own tables, and word from Realtime of tables that were written to; never lent to a caller. Where JWT_SECRET is set, it must verify the key.",
    shape: 'a JWT with the role service_role, or one of SUPABASE_SECRET_KEYS',
    secret: true,
    aliases: ['SERVICE_ROLE_KEY', 'SUPABASE_SERVICE_ROLE_KEY'],
  }),
  SUPABASE_PUBLISHABLE_KEYS: optional(opaqueKeys('anon'), {
    group: 'Credentials',
    description: 'Opaque `sb_publishable_…` keys, each with the anon JWT that it stands for.',
    shape: pairs,
    secret: true,
  }),
  SUPABASE_SECRET_KEYS: optional(opaqueKeys('service_role'), {
    group: 'Credentials',
    description: 'Opaque `sb_secret_…` keys, each with the service_role JWT that it stands for.',
    shape: pairs,
    secret: true,
  }),
};
