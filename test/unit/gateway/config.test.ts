import { readFileSync } from 'node:fs';
import { generateKeyPair } from 'jose';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../src/config/config-error.ts';
import { misspeltNames } from '../../../src/config/misspelt-names.ts';
import { renderConfigReference } from '../../../src/config/reference.ts';
import { allVariables, type LoadOptions, loadConfig, modeOf } from '../../../src/gateway/config.ts';
import { hmacToken, signedToken } from '../../support/tokens.ts';

const secret = 'a-secret-of-at-least-32-characters';
const serve = { PUBLIC_URL: 'https://api.example.com', JWT_SECRET: secret, AUTH_URL: 'http://auth:9999' };

const jwt = (role: string) => hmacToken({ role }, { secret });

function problemsOf(env: Record<string, string>, options?: LoadOptions): readonly string[] {
  try {
    loadConfig(env, options);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

describe('modeOf', () => {
  it.each([
    [{}, 'dev'],
    [{ DATABASE_URL: ' ' }, 'dev'],
    [{ PORT: '5000', JWT_SECRET: secret }, 'dev'],
    [{ NODE_ENV: 'production' }, 'serve'],
    [{ AUTH_URL: 'http://auth:9999' }, 'serve'],
    [{ KONG_URL: 'http://kong:8000' }, 'serve'],
    [{ DATABASE_URL_FILE: '/run/secrets/db' }, 'serve'],
  ])('%j is %s', (env, mode) => expect(modeOf(env)).toBe(mode));
});

describe('loadConfig', () => {
  it('needs nothing in dev and binds to loopback', () => {
    const config = loadConfig({});
    expect(config.mode).toBe('dev');
    expect(config.server).toMatchObject({
      port: 4000,
      host: '127.0.0.1',
      publicUrl: 'http://localhost:4000',
    });
    expect(config.graphql).toMatchObject({ graphiql: true, introspection: 'true' });
    expect(config.endpoints['AUTH']).toBeUndefined();
  });

  it('serves on IPv6 and IPv4, without GraphiQL, introspection for SERVICE_ROLE', () => {
    const config = loadConfig(serve);
    expect(config.server).toMatchObject({ host: '::', publicUrl: 'https://api.example.com' });
    expect(config.graphql).toMatchObject({ graphiql: false, introspection: 'service_role' });
  });

  it('is frozen all the way down', () => {
    const config = loadConfig({ ...serve, EXTRA_AUTHENTICATED_ROLES: 'a' });
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(config.viewer.extraAuthenticatedRoles)).toBe(true);
  });

  it('derives the services from SUPABASE_URL, and lets each be given by itself', () => {
    const { endpoints, viewer } = loadConfig({
      PUBLIC_URL: 'https://api.example.com',
      SUPABASE_URL: 'http://kong:8000/',
      STORAGE_URL: 'http://storage:5000',
    });
    expect(endpoints).toEqual({
      AUTH: { url: 'http://kong:8000/auth/v1', behindGateway: true },
      STORAGE: { url: 'http://storage:5000', behindGateway: false },
      META: { url: 'http://kong:8000/pg', behindGateway: true },
      POSTGREST: { url: 'http://kong:8000/rest/v1', behindGateway: true },
      REALTIME: { url: 'http://kong:8000/realtime/v1', behindGateway: true },
      FUNCTIONS: { url: 'http://kong:8000/functions/v1', behindGateway: true },
      API_GATEWAY: { url: 'http://kong:8000', behindGateway: false },
    });
    expect(viewer.jwksUrl).toBe('http://kong:8000/auth/v1/.well-known/jwks.json');
  });

  it('asks no JWKS when a secret says how tokens are signed', () => {
    expect(loadConfig(serve).viewer.jwksUrl).toBeUndefined();
    expect(loadConfig({ ...serve, JWKS_URL: 'https://x.example/jwks' }).viewer.jwksUrl).toBe(
      'https://x.example/jwks',
    );
  });

  it('takes the names of the compose file', () => {
    const env = {
      ...serve,
      ANON_KEY: jwt('anon'),
      SERVICE_ROLE_KEY: jwt('service_role'),
      KONG_URL: 'http://kong:8000',
    };
    const { viewer, endpoints } = loadConfig(env);
    expect(viewer).toMatchObject({ anonKey: jwt('anon'), serviceKey: jwt('service_role') });
    expect(endpoints['API_GATEWAY']?.url).toBe('http://kong:8000');
    expect(endpoints['STORAGE']).toBeUndefined();
    const another = hmacToken({ role: 'anon', iss: 'supabase' }, { secret });
    expect(problemsOf({ ...env, SUPABASE_ANON_KEY: another })).toEqual([
      'ANON_KEY must be unset, or the same as SUPABASE_ANON_KEY.',
    ]);
  });

  it('reads durations, sizes, lists and rules', () => {
    const config = loadConfig({
      ...serve,
      UPSTREAM_TIMEOUT: 'PT2S',
      MAX_BODY: '64kb',
      ALLOWED_ORIGINS: 'https://a.example, http://localhost:3000',
      READY_REQUIRES: 'auth,POSTGRES',
      RATE_LIMITS: '{"signIn":{"limit":3,"window":"1m"}}',
      GRAPHIQL: 'true',
    });
    expect(config.upstream.answerMs).toBe(2_000);
    expect(config.server).toMatchObject({
      maxBodyBytes: 65_536,
      allowedOrigins: ['https://a.example', 'http://localhost:3000'],
      readyRequires: ['AUTH', 'POSTGRES'],
    });
    expect(config.rateLimits.byField).toEqual({ signIn: { limit: 3, windowMs: 60_000 } });
    expect(config.graphql.graphiql).toBe(true);
  });

  it('reports every problem at once, by name, and echoes no value', () => {
    const env = {
      NODE_ENV: 'production',
      PORT: '70000',
      JWT_SECRET: 'hunter2',
      DATABASE_URL: 'mysql://root:hunter2@db/x',
      AUTH_URL: 'http://user:hunter2@auth:9999',
      GRAPHIQL: 'yes',
      UPSTREAM_TIMEOUT: '10',
      JWKS: '{"keys":"hunter2"',
      SUPABASE_SECRET_KEYS: 'sb_secret_hunter2',
      READY_REQUIRES: 'hunter2',
      ALLOWED_ORIGINS: 'https://a.example/path',
    };
    const problems = problemsOf(env);
    const names = problems.map((problem) => problem.split(' ')[0]);
    expect(names.toSorted()).toEqual(
      [...Object.keys(env).filter((name) => name !== 'NODE_ENV'), 'PUBLIC_URL'].toSorted(),
    );
    expect(problems).toContain('PORT must be a port number from 0 to 65535.');
    expect(problems.join('\n')).not.toContain('hunter2');
  });

  it('says what is wrong with a connection URL, and nothing that is in it', () => {
    const problems = problemsOf({
      ...serve,
      DATABASE_URL: 'postgres://me:hush@db/x?pgbouncer=true&sslmode=on',
    });
    expect(problems).toHaveLength(2);
    expect(problems.join()).toMatch(
      /DATABASE_URL has .*DATABASE_POOLER=transaction.*DATABASE_URL needs as sslmode/s,
    );
    expect(problems.join()).not.toContain('hush');
  });

  it('needs a way to verify tokens', () => {
    expect(problemsOf({ PUBLIC_URL: 'https://a.example', DATABASE_URL: 'postgres://me@db/x' })).toEqual([
      'JWT_SECRET, JWKS or JWKS_URL must be set: without one no token can be verified.',
    ]);
  });

  it('counts an empty value as unset', () => {
    expect(loadConfig({ ...serve, PORT: '', METRICS_TOKEN: '  ' })).toMatchObject({
      server: { port: 4000 },
      observability: { metricsToken: undefined },
    });
  });

  it('reads a secret from the file that NAME_FILE names', () => {
    const { JWT_SECRET: _, ...rest } = serve;
    const env = { ...rest, JWT_SECRET_FILE: '/run/secrets/jwt' };
    const readFile = (path: string) => (path === '/run/secrets/jwt' ? `${secret}\n` : '');
    expect(loadConfig(env, { readFile }).viewer.jwtSecret).toBe(secret);
    expect(problemsOf({ ...env, JWT_SECRET: secret }, { readFile })).toEqual([
      'JWT_SECRET_FILE must be unset when JWT_SECRET is set.',
    ]);
    expect(problemsOf({ ...env, JWT_SECRET_FILE: '/does/not/exist' })).toContain(
      'JWT_SECRET_FILE must name a file that can be read.',
    );
  });

  it('wants the JWT of its role beside each opaque key', () => {
    const key = `sb_secret_abc=${jwt('service_role')}`;
    expect(loadConfig({ ...serve, SUPABASE_SECRET_KEYS: key }).viewer.secretKeys).toEqual([
      { key: 'sb_secret_abc', jwt: jwt('service_role') },
    ]);
    for (const wrong of [
      'sb_secret_abc',
      `sb_secret_abc=${jwt('anon')}`,
      `sb_publishable_x=${jwt('service_role')}`,
    ]) {
      expect(problemsOf({ ...serve, SUPABASE_SECRET_KEYS: wrong })).toHaveLength(1);
    }
  });
});

it('refuses an opaque key that stands for no JWT', () => {
  expect(problemsOf({ ...serve, ANON_KEY: 'sb_publishable_x' })).toEqual([
    'SUPABASE_ANON_KEY must be a JWT with the role anon, or one of SUPABASE_PUBLISHABLE_KEYS.',
  ]);
  expect(problemsOf({ ...serve, ANON_KEY: jwt('service_role') })).toHaveLength(1);
});

describe('a key beside JWT_SECRET', () => {
  const foreign = (role: string) => hmacToken({ role }, { secret: 'a-secret-of-another-installation' });
  const unsigned = ['e30', Buffer.from('{"role":"anon"}').toString('base64url'), 'c2ln'].join('.');

  it.each([
    ['SUPABASE_ANON_KEY', foreign('anon')],
    ['SUPABASE_ANON_KEY', unsigned],
    ['SUPABASE_SERVICE_KEY', foreign('service_role')],
    ['SUPABASE_PUBLISHABLE_KEYS', `sb_publishable_a=${jwt('anon')},sb_publishable_b=${foreign('anon')}`],
    ['SUPABASE_SECRET_KEYS', `sb_secret_a=${foreign('service_role')}`],
  ])('is refused when the secret does not verify it: %s', (name, value) => {
    expect(problemsOf({ ...serve, [name]: value })).toEqual([
      `${name} must be signed with JWT_SECRET: what is given was made with another secret.`,
    ]);
  });

  it('is taken when a private key signed it, or a secret of JWKS', async () => {
    const { privateKey } = await generateKeyPair('ES256');
    const asymmetric = await signedToken({ role: 'anon' }, { alg: 'ES256', key: privateKey });
    expect(problemsOf({ ...serve, ANON_KEY: asymmetric })).toEqual([]);
    const k = Buffer.from('a-secret-of-another-installation').toString('base64url');
    const jwks = JSON.stringify({ keys: [{ kty: 'oct', k }] });
    expect(problemsOf({ ...serve, JWKS: jwks, ANON_KEY: foreign('anon') })).toEqual([]);
  });
});

describe('misspelt names', () => {
  it.each([
    ['SUPABASE_UR', 'SUPABASE_URL'],
    ['SUPBASE_URL', 'SUPABASE_URL'],
    ['supabase_url', 'SUPABASE_URL'],
    ['AUTH_ULR', 'AUTH_URL'],
    ['DATABASE_URL_RAED', 'DATABASE_URL_READ'],
    ['SERVICE_ROL_KEY', 'SERVICE_ROLE_KEY'],
    ['JWT_SECRET_FLE', 'JWT_SECRET_FILE'],
    ['PUBLC_URL', 'PUBLIC_URL'],
  ])('%s was meant to be %s', (name, meant) => {
    expect(misspeltNames({ [name]: 'x' }, allVariables)).toEqual([{ name, meant }]);
  });

  it.each([
    'HOME',
    'PATH',
    'TEST',
    'PGHOST',
    'PGPORT',
    'MONGO_URL',
    'REDIS_URL',
    'POSTGRES_URL',
    'DATABASE_HOST',
    'DATABASE_NAME',
    'DATABASE_PORT',
    'SUPABASE_DB_URL',
    'SUPABASE_KEY',
    'SUPABASE_JWT_SECRET',
    'NODE_PATH',
    'OAUTH_URL',
    'LOGLEVEL',
    'HOSTNAME',
    'API_KEY',
    'APP_ENV',
    'SITE_URL',
    'GATEWAY_URL',
    'S3_URL',
  ])('%s is nobody’s business', (name) => expect(misspeltNames({ [name]: 'x' }, allVariables)).toEqual([]));

  it.each(['JWT_SECRET', 'ANON_KEY_FILE', 'SUPABASE_SERVICE_ROLE_KEY', 'KONG_URL'])('%s is ours', (name) =>
    expect(misspeltNames({ [name]: 'x' }, allVariables)).toEqual([]),
  );

  it('counts an empty value as unset, and a name beside the right one as of somebody else', () => {
    expect(misspeltNames({ SUPABASE_UR: ' ' }, allVariables)).toEqual([]);
    expect(misspeltNames({ SUPABASE_SECRET_KEY: 'x', SUPABASE_SECRET_KEYS: 'y' }, allVariables)).toEqual([]);
  });
});

it.each(['DATABASE_URL_READ', 'DATABASE_URL_ROWS'])('refuses a login of %s beside no database', (name) => {
  expect(problemsOf({ ...serve, [name]: 'postgres://reader:pw@localhost/db' })).toEqual([
    `DATABASE_URL must be set when ${name} is set.`,
  ]);
});

it.each(['anon', 'service_role', 'postgres', 'supabase_admin', 'editor, supabase_storage_admin'])(
  'refuses %s as a role of users',
  (roles) => {
    expect(problemsOf({ ...serve, EXTRA_AUTHENTICATED_ROLES: roles })).toEqual([
      'EXTRA_AUTHENTICATED_ROLES must be a comma-separated list without `anon`, `service_role`, `postgres` and `supabase_…`.',
    ]);
  },
);

describe('renderConfigReference', () => {
  it('has a row for every variable, with its default', () => {
    const page = renderConfigReference(allVariables);
    expect(page).toContain('| `PORT` | `4000` |');
    expect(page).toContain('Also read as `ANON_KEY`. *Secret.* |');
    expect(page.match(/^\| `[A-Z]/gm)?.length).toBeGreaterThan(60);
  });
});

it.each(['.env.example', 'docker-compose.yml'])('%s names only variables that exist', (file) => {
  const text = readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');
  const named = [...text.matchAll(/^(?: {6}|#)?([A-Z][A-Z_]+)[=:]/gm)].map(([, name]) => name);
  const known = new Set(allVariables.flatMap(({ name, aliases = [] }) => [name, ...aliases]));
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((name) => name !== undefined && !known.has(name))).toEqual([]);
});

it('docker-compose.yml forwards every variable that means something in a container', () => {
  const text = readFileSync(new URL('../../../docker-compose.yml', import.meta.url), 'utf8');
  // One without a value is handed on from where compose runs.
  const forwarded = new Set([...text.matchAll(/^ {6}([A-Z][A-Z_]+):/gm)].map(([, name]) => name));
  // The image has no local stack, says NODE_ENV itself, and listens everywhere inside its network.
  const inside = /^(?:LOCAL_.*|BUNBUN_DATA_DIR|PG_BIN|NODE_ENV|HOST)$/;
  const missing = allVariables
    .filter(({ name, aliases = [] }) => ![name, ...aliases].some((one) => forwarded.has(one)))
    .map(({ name }) => name)
    .filter((name) => !inside.test(name));
  expect(missing).toEqual([]);
});

it('lets policies read headers of letters, digits and hyphens, and none with a credential', () => {
  const named = (names: string) => problemsOf({ ...serve, ROWS_REQUEST_HEADERS: names });
  expect(loadConfig({ ROWS_REQUEST_HEADERS: 'X-Tenant, x-tenant' }).modules['rows']).toMatchObject({
    ROWS_REQUEST_HEADERS: ['x-tenant'],
  });
  expect(named('x-tenant, Cookie, apikey')).toEqual(
    ['cookie', 'apikey'].map(
      (name) =>
        `ROWS_REQUEST_HEADERS must not name \`${name}\`: it holds a credential, and policies read whatever is named.`,
    ),
  );
  const many = Array.from({ length: 21 }, (_, index) => `x-${index}`).join();
  for (const names of ['x_tenant', 'x tenant', 'a'.repeat(100_000), many]) {
    expect(named(names)).toEqual([
      'ROWS_REQUEST_HEADERS must be at most 20 names of headers of letters, digits and `-`, separated by commas.',
    ]);
  }
});
