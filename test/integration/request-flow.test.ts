import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { gql } from '../support/gql.ts';
import { hmacToken, keyClaims, nowSeconds, testSecret, userClaims } from '../support/tokens.ts';

let gateway: TestGateway;
const serviceToken = hmacToken(keyClaims('service_role'));

beforeAll(async () => {
  gateway = await startTestGateway({
    JWT_SECRET: testSecret,
    MAX_BODY: '64kb',
    MAX_TOKENS: '500',
    MAX_DEPTH: '6',
    MAX_ALIASES: '5',
    MAX_ROOT_FIELDS: '8',
    ALLOWED_ORIGINS: 'https://app.example.com',
  });
});

afterAll(() => gateway?.close());

function status(options: { path: string; headers?: Record<string, string>; method?: string }) {
  return new Promise<{ status: number; headers: Record<string, unknown> }>((resolve, reject) => {
    const { hostname, port } = new URL(gateway.url);
    const request = httpRequest({ hostname, port, ...options }, (response) => {
      response.resume();
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers }));
    });
    request.on('error', reject);
    request.end();
  });
}

it('says where a value stands that does not fit its scalar, and does not repeat it', async () => {
  const query = gql(`{ file(bucket: "b", path: "p") {
  signedUrl(expiresIn: 987654) } }`);
  const answer = await fetch(gateway.graphqlUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  const { errors } = JSON.parse(await answer.text());
  expect(errors).toMatchObject([
    {
      message: 'Duration must be a string.',
      locations: [{ line: 2, column: 24 }],
      extensions: { code: 'BAD_USER_INPUT' },
    },
  ]);
  expect(JSON.stringify(errors)).not.toContain('987654');
});

describe('an answer that holds a credential', () => {
  const signIn = gql(
    `mutation { signIn(input: { email: "a@example.com", password: "x" }) { session { accessToken } } }`,
  );
  const post = (query: string, accept: string) =>
    fetch(gateway.graphqlUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept },
      body: JSON.stringify({ query }),
    });
  const kept = async (asked: Promise<Response>) => {
    const answer = await asked;
    await answer.text();
    return answer.headers.get('cache-control');
  };

  it('says that nobody may keep a copy of it', async () => {
    const signed = gql(`{ file(bucket: "b", path: "p") { ...F } } fragment F on StoredFile { signedUrl }`);
    const url = `${gateway.graphqlUrl}?query=${encodeURIComponent(signed)}`;
    const form = new FormData();
    form.set('operations', JSON.stringify({ query: signIn }));
    form.set('map', '{}');
    const headers = { 'x-graphql-yoga-csrf': '1' };
    expect(await kept(post(signIn, 'application/json'))).toBe('no-store');
    expect(await kept(post(signIn, 'text/event-stream'))).toBe('no-store');
    expect(await kept(fetch(gateway.graphqlUrl, { method: 'POST', headers, body: form }))).toBe('no-store');
    expect(await kept(fetch(url, { headers }))).toBe('no-store');
    expect(await kept(post(gql(`{ viewer { role } }`), 'application/json'))).toBeNull();
  });
});

describe('the caller', () => {
  it('is ANON without a credential', async () => {
    const { data } = await gateway.graphql(gql(`{ viewer { role userId claims expiresAt } }`));
    expect(data).toEqual({ viewer: { role: 'ANON', userId: null, claims: null, expiresAt: null } });
  });

  it('sees its own role, id, claims and expiry', async () => {
    const claims = userClaims();
    const { data } = await gateway.graphql(gql(`{ viewer { role userId claims } }`), {
      token: hmacToken(claims),
    });
    expect(data.viewer).toEqual({ role: 'AUTHENTICATED', userId: claims['sub'], claims });
  });

  it('is never silently ANON with a bad token', async () => {
    const bad = {
      malformed: 'nonsense',
      altered: `${serviceToken.slice(0, -3)}abc`,
      expired: hmacToken(keyClaims('service_role', { exp: nowSeconds() - 60 })),
      'alg none': hmacToken(keyClaims('service_role'), { header: { alg: 'none' } }),
    };
    const codes = await Promise.all(
      Object.entries(bad).map(async ([name, token]) => {
        const { data, errors } = await gateway.graphql(gql(`{ viewer { role } }`), { token });
        return [name, data, errors[0]?.extensions.code, typeof errors[0]?.extensions.reason];
      }),
    );
    expect(codes).toEqual([
      ['malformed', undefined, 'UNAUTHENTICATED', 'string'],
      ['altered', undefined, 'UNAUTHENTICATED', 'string'],
      ['expired', undefined, 'UNAUTHENTICATED', 'string'],
      ['alg none', undefined, 'UNAUTHENTICATED', 'string'],
    ]);
  });

  it('may ask for health with a bad token, but not for health and more', async () => {
    const alone = await gateway.graphql(gql(`{ health { status } }`), { token: 'nonsense' });
    const more = await gateway.graphql(gql(`{ health { status } viewer { role } }`), { token: 'nonsense' });
    expect([alone.errors[0]?.extensions.code, more.errors[0]?.extensions.code]).toEqual([
      undefined,
      'UNAUTHENTICATED',
    ]);
  });

  it('does not get the verdict of the caller before, whose operation was the same', async () => {
    const query = gql(`{ sql(statement: "select 1") { rowCount } }`);
    const first = await gateway.graphql(query, { token: serviceToken });
    const second = await gateway.graphql(query, { token: hmacToken(keyClaims('anon')) });
    const third = await gateway.graphql(query);
    expect([first, second, third].map(({ errors }) => errors[0]?.extensions.code)).toEqual([
      'NOT_CONFIGURED',
      'FORBIDDEN',
      'UNAUTHENTICATED',
    ]);
  });
});

describe('an operation', () => {
  const codeOf = async (text: string) => (await gateway.graphqlText(text)).errors[0]?.extensions;

  it('is refused over the limit of tokens, depth, aliases or root fields, and told which', async () => {
    const many = Array.from({ length: 600 }, () => '__typename').join(' ');
    const aliases = Array.from({ length: 6 }, (_, i) => `a${i}: __typename`).join(' ');
    const deep = `{ __type(name: "Query") { fields { type { ${'ofType { '.repeat(20)} name ${'} '.repeat(20)} } } } }`;
    const verdicts = await Promise.all(
      [`{ ${many} }`, `{ ${aliases} }`, deep, `{ ${'__typename '.repeat(9)} }`].map(codeOf),
    );
    expect(verdicts).toMatchObject([
      { code: 'OPERATION_TOO_COMPLEX', what: 'tokens', limit: 500 },
      { code: 'OPERATION_TOO_COMPLEX', what: 'aliases', limit: 5, value: 6 },
      { code: 'OPERATION_TOO_COMPLEX', what: 'levels of depth', limit: 6 },
      { code: 'OPERATION_TOO_COMPLEX', what: 'root fields', limit: 8, value: 9 },
    ]);
  });

  it('is counted through its fragments, also through a cycle of them', async () => {
    const fragments = await codeOf(
      gql(`query { ...A ...A ...A } fragment A on Query { a: __typename b: __typename }`),
    );
    const cycle = await codeOf('query { ...A } fragment A on Query { ...B } fragment B on Query { ...A }');
    expect([fragments?.code, cycle?.code]).toEqual(['OPERATION_TOO_COMPLEX', 'GRAPHQL_VALIDATION_FAILED']);
  });

  it('hides no aliases behind more fields than are counted', async () => {
    const fortyOf = (text: string) => `${text} `.repeat(40);
    const aliases = Array.from({ length: 6 }, (_, i) => `a${i}: __typename`).join(' ');
    const verdict = await codeOf(
      `query { health { ...A } ${aliases} } fragment A on Health { ${fortyOf('...B')} }
       fragment B on Health { ${fortyOf('...C')} } fragment C on Health { ${fortyOf('status')} }`,
    );
    expect(verdict).toMatchObject({ code: 'OPERATION_TOO_COMPLEX', what: 'fields' });
  });

  it('gets no suggestions about a schema that it may not introspect, in its variables neither', async () => {
    await using closed = await startTestGateway({ JWT_SECRET: testSecret, INTROSPECTION: 'service_role' });
    const answers = await Promise.all([
      closed.graphqlText('{ viewr { role } }'),
      closed.graphqlText(gql(`mutation($i: SignInInput!) { signIn(input: $i) { __typename } }`), {
        variables: { i: { email: 'a@example.com', password: 'secret', captchaTokn: 'x' } },
      }),
    ]);
    expect(answers.map(({ errors }) => errors[0]?.extensions.code)).toEqual([
      'GRAPHQL_VALIDATION_FAILED',
      'BAD_USER_INPUT',
    ]);
    expect(JSON.stringify(answers.map(({ errors }) => errors))).not.toContain('Did you mean');
  });

  it('that is not GraphQL, or not of this schema, is told so', async () => {
    expect([(await codeOf('{'))?.code, (await codeOf('{ nothing }'))?.code]).toEqual([
      'GRAPHQL_PARSE_FAILED',
      'GRAPHQL_VALIDATION_FAILED',
    ]);
  });

  it('whose variables do not fit is BAD_USER_INPUT', async () => {
    const { errors } = await gateway.graphqlText(
      gql(`query($s: String!) { sql(statement: $s) { rowCount } }`),
      {
        token: serviceToken,
        variables: { s: 1 },
      },
    );
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  it('carries its request id in every error and in the header', async () => {
    const { headers, errors } = await gateway.graphqlText('{ nothing }', {
      headers: { 'x-request-id': 'my-request-1' },
    });
    expect([headers.get('x-request-id'), errors[0]?.extensions.requestId]).toEqual([
      'my-request-1',
      'my-request-1',
    ]);
  });

  it('gets a new id when the client sends one that could write into logs', async () => {
    const { headers } = await gateway.graphql(gql(`{ __typename }`), {
      headers: { 'x-request-id': 'a b"c' },
    });
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('the HTTP side', () => {
  it('refuses a body over the limit, declared or not', async () => {
    const body = JSON.stringify({ query: `{ __typename } # ${'x'.repeat(70_000)}` });
    const declared = await fetch(gateway.graphqlUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    const chunked = await fetch(gateway.graphqlUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: new Blob([body]).stream(),
      duplex: 'half',
    } as RequestInit);
    expect([declared.status, chunked.status]).toEqual([413, 413]);
    expect(await declared.json()).toMatchObject({ errors: [{ extensions: { code: 'PAYLOAD_TOO_LARGE' } }] });
  });

  it('reads on after refusing a body, so that a client that is still sending is not cut off', async () => {
    const { hostname, port } = new URL(gateway.url);
    const socket = connect(Number(port), hostname);
    const failures: unknown[] = [];
    socket.on('error', (error) => failures.push(error));
    socket.write(
      `POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 800000\r\n\r\n`,
    );
    socket.write('x'.repeat(10_000));
    const [answer] = await once(socket, 'data');
    socket.write('x'.repeat(400_000));
    socket.write('x'.repeat(390_000));
    await once(socket, 'close');
    expect(String(answer)).toMatch(/^HTTP\/1\.1 413 /);
    expect(failures).toEqual([]);
  });

  it('refuses form bodies, and GET without the CSRF header', async () => {
    const form = await fetch(gateway.graphqlUrl, {
      method: 'POST',
      body: new URLSearchParams({ query: gql(`{ __typename }`) }),
    });
    const get = await fetch(`${gateway.graphqlUrl}?query={__typename}`);
    const guarded = await fetch(`${gateway.graphqlUrl}?query={__typename}`, {
      headers: { 'graphql-require-preflight': '1' },
    });
    expect([form.status, get.status, guarded.status]).toEqual([415, 403, 200]);
  });

  it('answers preflights of the configured origins alone, never with credentials', async () => {
    const preflight = (origin: string) =>
      fetch(gateway.graphqlUrl, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization',
        },
      });
    const known = await preflight('https://app.example.com');
    const foreign = await preflight('https://evil.example.com');
    expect([known.status, known.headers.get('access-control-allow-origin')]).toEqual([
      204,
      'https://app.example.com',
    ]);
    expect(known.headers.get('access-control-allow-credentials')).toBeNull();
    expect(foreign.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('answers no host name but loopback in development', async () => {
    const rebound = await status({ path: '/health', headers: { host: 'evil.example.com' } });
    const local = await status({ path: '/health', headers: { host: 'localhost:4000' } });
    expect([rebound.status, local.status]).toEqual([421, 200]);
  });

  it('serves GraphiQL without a key or a foreign URL in it', async () => {
    const page = await fetch(gateway.graphqlUrl, { headers: { accept: 'text/html' } });
    const html = await page.text();
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    // Booleans: nine megabytes make a poor failure message.
    expect({
      titled: html.includes('<title>BunBun</title>'),
      loadsFromElsewhere: /<(?:script|link)[^>]+(?:src|href)="https?:/.test(html),
      holdsToken: /eyJ[\w-]{10,}\.eyJ/.test(html),
    }).toEqual({ titled: true, loadsFromElsewhere: false, holdsToken: false });
    const again = await fetch(gateway.graphqlUrl, {
      headers: { accept: 'text/html', 'if-none-match': page.headers.get('etag') ?? '' },
    });
    expect(again.status).toBe(304);
  });

  it('says 404 in JSON for what is not there', async () => {
    const response = await fetch(`${gateway.url}/nothing`);
    expect([response.status, await response.json()]).toMatchObject([404, { code: 'NOT_FOUND' }]);
  });
});
