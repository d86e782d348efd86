import { request } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { gql } from '../support/gql.ts';
import { type ListeningServer, listen } from '../support/listening-server.ts';
import { hmacToken, keyClaims, testSecret } from '../support/tokens.ts';

const anonKey = hmacToken(keyClaims('anon'));
const id = '00000000-0000-4000-8000-000000000001';

let upstream: ListeningServer;
let gateway: TestGateway;
let received: string[] = [];

beforeAll(async () => {
  upstream = await listen((request, response) => {
    received.push(`${request.method} ${request.url}`);
    request.resume();
    response.writeHead(204).end();
  });
  gateway = await startTestGateway({
    JWT_SECRET: testSecret,
    SUPABASE_URL: upstream.url,
    SUPABASE_ANON_KEY: anonKey,
  });
});
beforeEach(() => {
  received = [];
});
afterAll(async () => {
  await gateway?.close();
  await upstream?.close();
});

async function ask(method: string, path: string, headers: Record<string, string> = { apikey: anonKey }) {
  const { hostname, port } = new URL(gateway.url);
  // As it is written: fetch would take dots and escapes out of the path.
  return new Promise<number>((resolve, reject) => {
    const sent = request({ hostname, port, method, path, headers }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode ?? 0));
    });
    sent.once('error', reject);
    sent.end();
  });
}

const auth = `
  POST signup · POST token?grant_type=password · POST recover · POST magiclink · POST otp · POST verify
  GET verify?token=x&type=signup · POST resend · GET settings · GET health
  GET .well-known/jwks.json · GET .well-known/openid-configuration · GET .well-known/oauth-authorization-server
  GET authorize?provider=google · GET callback · POST callback · POST sso · GET sso/saml/metadata · POST sso/saml/acs
  POST logout · GET user · PUT user · GET reauthenticate · GET user/identities/authorize
  DELETE user/identities/${id} · GET user/oauth/grants · DELETE user/oauth/grants
  POST factors · POST factors/${id}/challenge · POST factors/${id}/verify · DELETE factors/${id}
  POST passkeys/authentication/options · POST passkeys/authentication/verify
  POST passkeys/registration/options · POST passkeys/registration/verify
  GET passkeys · GET passkeys/ · PATCH passkeys/${id} · DELETE passkeys/${id}
  POST oauth/clients/register · POST oauth/token · GET oauth/userinfo · GET oauth/authorize
  GET oauth/authorizations/${id} · POST oauth/authorizations/${id}/consent
  POST invite · GET admin/audit · GET admin/users · POST admin/users
  GET admin/users/${id} · PUT admin/users/${id} · DELETE admin/users/${id}
  GET admin/users/${id}/factors · PUT admin/users/${id}/factors/${id} · DELETE admin/users/${id}/factors/${id}
  GET admin/users/${id}/passkeys · DELETE admin/users/${id}/passkeys/${id}
  POST admin/generate_link · GET admin/sso/providers · POST admin/sso/providers
  GET admin/sso/providers/${id} · PUT admin/sso/providers/${id} · DELETE admin/sso/providers/${id}
  GET admin/oauth/clients · POST admin/oauth/clients · GET admin/oauth/clients/${id} · PUT admin/oauth/clients/${id}
  DELETE admin/oauth/clients/${id} · POST admin/oauth/clients/${id}/regenerate_secret
  GET admin/custom-providers · POST admin/custom-providers · GET admin/custom-providers/custom:x
  PUT admin/custom-providers/custom:x · DELETE admin/custom-providers/custom:x`;

const storage = `
  GET status · GET version · GET health · GET health/
  GET bucket · HEAD bucket · GET bucket/ · POST bucket · POST bucket/
  GET bucket/docs · HEAD bucket/docs · PUT bucket/docs · DELETE bucket/docs · POST bucket/docs/empty
  GET object/docs/a/b.txt · HEAD object/docs/a/b.txt · POST object/docs/a/b.txt · PUT object/docs/a/b.txt
  DELETE object/docs/a/b.txt · DELETE object/docs
  GET object/authenticated/docs/a · HEAD object/authenticated/docs/a · GET object/public/docs/a · HEAD object/public/docs/a
  GET object/info/docs/a · HEAD object/info/docs/a · GET object/info/authenticated/docs/a · GET object/info/public/docs/a
  POST object/upload/sign/docs/a · PUT object/upload/sign/docs/a?token=x · GET object/sign/docs/a?token=x
  HEAD object/sign/docs/a?token=x · POST object/move · POST object/copy · POST object/list/docs · POST object/list-v2/docs
  GET render/image/public/docs/a · GET render/image/authenticated/docs/a · GET render/image/sign/docs/a?token=x
  POST upload/resumable · POST upload/resumable/ · OPTIONS upload/resumable · HEAD upload/resumable/x
  PATCH upload/resumable/x · PUT upload/resumable/x · DELETE upload/resumable/x · OPTIONS upload/resumable/x
  POST upload/resumable/sign · POST upload/resumable/sign/ · PATCH upload/resumable/sign/x · HEAD upload/resumable/sign/x
  DELETE cdn · DELETE cdn/ · DELETE cdn/docs · DELETE cdn/docs/a/b.txt`;

const routesOf = (text: string): [string, string][] =>
  text
    .trim()
    .split(/\s*[·\n]\s*/)
    .map((line) => {
      const [method = '', path = ''] = line.split(' ');
      return [method, path];
    });

describe.each([
  ['auth', auth],
  ['storage', storage],
])('of %s', (service, text) => {
  it.each(routesOf(text))('%s %s is passed', async (method, path) => {
    expect(await ask(method, `/${service}/v1/${path}`)).toBe(204);
    expect(received).toEqual([`${method} /${service}/v1/${path}`]);
  });
});

describe('a path of auth that is served without the prefix', () => {
  it.each([
    ['POST', '/sso/saml/acs'],
    ['GET', '/sso/saml/metadata?download=true'],
    ['GET', '/.well-known/oauth-authorization-server'],
    ['GET', '/verify?token=x&type=signup&redirect_to=https://app.example.com'],
  ])('%s %s is passed without a key', async (method, path) => {
    expect(await ask(method, path, {})).toBe(204);
    expect(received).toEqual([`${method} /auth/v1${path}`]);
  });

  it.each([
    ['POST', '/token?grant_type=password'],
    ['GET', '/admin/users'],
    ['GET', '/user'],
    ['GET', '/verify/../admin/users'],
    ['GET', '/verify/x'],
    ['DELETE', '/verify'],
    ['GET', '/sso'],
    ['GET', '/.well-known/jwks.json'],
  ])('does not open %s %s', async (method, path) => {
    expect(await ask(method, path)).toBe(404);
    expect(received).toEqual([]);
  });
});

describe('what is no route of a service', () => {
  it.each([
    ['GET', '/auth/v1/metrics'],
    ['GET', '/auth/v1/passkeysx'],
    ['GET', '/auth/v1/scim/v2/Users'],
    ['GET', '/auth/v1/user//'],
    ['GET', '/auth/v1/user/x'],
    ['POST', '/auth/v1/factors//verify'],
    ['GET', '/storage/v1/metrics'],
    ['GET', '/storage/v1/documentation/json'],
    ['POST', '/storage/v1/cdn'],
    ['DELETE', '/storage/v1/cdnx'],
    ['GET', '/storage/v1/bucket//'],
    ['GET', '/storage/v1/bucket/docs/x'],
    ['DELETE', '/storage/v1/bucket'],
    ['GET', '/realtime/v1/api/tenants'],
    ['POST', '/realtime/v1/api/broadcast/room/events/e/x'],
  ])('%s %s is not passed', async (method, path) => {
    // A method that the fitting rule of the same path does not list is refused as well.
    const status = await ask(method, path);
    expect([status, received]).toEqual([404, []]);
  });
});

describe('of functions', () => {
  it.each(['hello', 'hello/', 'hello/deep/er?x=%41', 'Hello-2_b', 'hell%6F', 'hello/_internal'])(
    '%s is passed',
    async (path) => {
      expect(await ask('POST', `/functions/v1/${path}`, {})).toBe(204);
      expect(received).toEqual([`POST /functions/v1/${path}`]);
    },
  );

  it.each([
    '_internal',
    '_internal/health',
    '_internal/metric?x',
    '%5Finternal/health',
    '%5f%69nternal/health',
    '%255Finternal/health',
    '_INTERNAL/health',
    '%20_internal/health',
    '%2F_internal/health',
    '/_internal/health',
    '_internal%2Fhealth',
    '_internal;x/health',
    '_shared/index.ts',
    '%EF%BC%BFinternal/health',
    '',
  ])('the runtime’s own %s is not', async (path) => {
    expect([await ask('GET', `/functions/v1/${path}`, {}), received]).toEqual([404, []]);
  });

  it('is none named like it to invokeFunction either', async () => {
    const serviceKey = hmacToken(keyClaims('service_role'));
    const { errors } = await gateway.graphql(
      gql(`mutation { invokeFunction(name: "_internal") { status } }`),
      {
        token: serviceKey,
      },
    );
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(received).toEqual([]);
  });
});
