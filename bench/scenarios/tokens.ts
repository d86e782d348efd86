import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { loadConfig } from '../../src/gateway/config.ts';
import type { Logger } from '../../src/observability/logger.ts';
import { credentialsFromHeaders } from '../../src/viewer/credentials.ts';
import { createViewerResolver } from '../../src/viewer/resolver.ts';
import { inTurns } from '../support/measure.ts';
import { writeResults } from '../support/results.ts';

const secret = 'a-secret-of-at-least-32-characters';
const rounds = 5;
const calls = 3_000;

const silent: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silent,
};

const claims = {
  role: 'authenticated',
  aud: 'authenticated',
  email: 'someone@example.com',
  app_metadata: { provider: 'email', providers: ['email'] },
  user_metadata: { name: 'Some One' },
  aal: 'aal1',
  amr: [{ method: 'password', timestamp: 1_700_000_000 }],
  session_id: '00000000-0000-4000-8000-0000000000aa',
  is_anonymous: false,
};

const sign = (key: Parameters<SignJWT['sign']>[0], header: { alg: string; kid?: string }) =>
  new SignJWT(claims)
    .setProtectedHeader(header)
    .setSubject('00000000-0000-4000-8000-000000000001')
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(key);

/** What it costs to find out who is asking, from the raw headers to the viewer. */
export async function run(): Promise<void> {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'bench', alg: 'ES256' }] };
  const resolver = (cacheSize: number) =>
    createViewerResolver(
      loadConfig(
        {
          PUBLIC_URL: 'http://localhost:4000',
          JWT_SECRET: secret,
          JWKS: JSON.stringify(jwks),
          TOKEN_CACHE_SIZE: String(cacheSize),
        },
        { mode: 'serve' },
      ).viewer,
      { log: silent },
    );

  const tokens = {
    HS256: await sign(new TextEncoder().encode(secret), { alg: 'HS256' }),
    ES256: await sign(privateKey, { alg: 'ES256', kid: 'bench' }),
  };
  const microseconds = (token: string, cacheSize: number) => {
    const { resolve } = resolver(cacheSize);
    const headers = [
      'Host',
      'localhost',
      'Authorization',
      `Bearer ${token}`,
      'Content-Type',
      'application/json',
    ];
    return async () => {
      const startedAt = performance.now();
      for (let i = 0; i < calls; i += 1) {
        const viewer = resolve(credentialsFromHeaders(headers));
        if (viewer instanceof Promise) await viewer;
      }
      return ((performance.now() - startedAt) * 1_000) / calls;
    };
  };
  const medians = await inTurns(
    {
      'HS256, verified each time': microseconds(tokens.HS256, 0),
      'HS256, remembered': microseconds(tokens.HS256, 10_000),
      'ES256, verified each time': microseconds(tokens.ES256, 0),
      'ES256, remembered': microseconds(tokens.ES256, 10_000),
    },
    rounds,
  );
  const cost = (name: keyof typeof medians) => medians[name];
  writeResults(
    'tokens',
    `Microseconds from the raw headers to the verified caller, one after the other; medians of ${rounds} runs of ${calls} calls.`,
    Object.entries(medians).map(([name, value]) => {
      const algorithm = name.startsWith('HS256') ? ('HS256' as const) : ('ES256' as const);
      const verified = cost(`${algorithm}, verified each time`);
      return {
        measure: name,
        against: name.endsWith('remembered') ? 'the same, verified each time' : '-',
        goal: '-',
        result: `${value.toFixed(1)} us${name.endsWith('remembered') ? ` (${(verified / value).toFixed(0)}x faster)` : ''}`,
      };
    }),
  );
}
