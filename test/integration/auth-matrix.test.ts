import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSchema } from '../../src/gateway/schema.ts';
import { startCountingUpstream } from '../support/counting-upstream.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { minimalOperation, type RootField, rootFields } from '../support/minimal-operation.ts';
import { hmacToken, keyClaims, nowSeconds, testSecret, userClaims } from '../support/tokens.ts';

const roles = ['ANON', 'AUTHENTICATED', 'SERVICE_ROLE'];
const callers = ['none', 'bad', 'expired', 'anon', 'authenticated', 'service_role'] as const;
type Caller = (typeof callers)[number];

// As documented: whoever calls these has no good token yet.
const ignoringAuthorization = new Set([
  'signUp',
  'signIn',
  'signInAnonymously',
  'refreshSession',
  'verifyOtp',
  'sendOtp',
  'exchangeAuthCode',
  'requestPasswordReset',
  'resendConfirmation',
  'health',
]);

const fields = rootFields(createSchema());
const tokens: Partial<Record<Caller, string>> = {};
let gateway: TestGateway;
let upstream: Awaited<ReturnType<typeof startCountingUpstream>>;
/** The start makes what idempotency keys are kept in. */
let connectionsOfStart: number;

beforeAll(async () => {
  upstream = await startCountingUpstream();
  const http = `http://127.0.0.1:${upstream.port}`;
  tokens.bad = 'this.is.not-a-token';
  tokens.anon = hmacToken(keyClaims('anon'));
  tokens.authenticated = hmacToken(userClaims());
  tokens.service_role = hmacToken(keyClaims('service_role'));
  tokens.expired = hmacToken(keyClaims('service_role', { exp: nowSeconds() - 600 }));
  gateway = await startTestGateway({
    JWT_SECRET: testSecret,
    SUPABASE_ANON_KEY: tokens.anon,
    DATABASE_URL: `postgres://nobody:nothing@127.0.0.1:${upstream.port}/none?sslmode=disable`,
    // Else the check of the login at the start would be a connection.
    ALLOW_PRIVILEGED_SQL: 'true',
    AUTH_URL: http,
    STORAGE_URL: http,
    META_URL: http,
    REALTIME_URL: http,
    FUNCTIONS_URL: http,
    POSTGREST_URL: http,
  });
  connectionsOfStart = upstream.connections();
});

afterAll(async () => {
  await gateway?.close();
  await upstream?.close();
});

/** The guard's verdict that the documentation promises: a code, or undefined for "gets past the guard". */
function expectedRefusal({ field, requires }: RootField, caller: Caller): string | undefined {
  const badToken = caller === 'bad' || caller === 'expired';
  if (badToken && !ignoringAuthorization.has(field.name)) return 'UNAUTHENTICATED';
  const role =
    caller === 'authenticated' ? 'AUTHENTICATED' : caller === 'service_role' ? 'SERVICE_ROLE' : 'ANON';
  if (roles.indexOf(role) >= roles.indexOf(requires ?? 'SERVICE_ROLE')) return undefined;
  return caller === 'none' || badToken ? 'UNAUTHENTICATED' : 'FORBIDDEN';
}

interface Verdict {
  code: string | undefined;
  reason: string | undefined;
}

function verdictOf(answer: { errors?: { extensions?: { code?: string; reason?: string } }[] }): Verdict {
  const extensions = answer.errors?.[0]?.extensions;
  return { code: extensions?.code, reason: extensions?.reason };
}

function multipart(operation: ReturnType<typeof minimalOperation>): FormData {
  const form = new FormData();
  form.set('operations', JSON.stringify({ query: operation.query, variables: operation.variables }));
  form.set(
    'map',
    JSON.stringify(Object.fromEntries(operation.files.map((path, index) => [String(index), [path]]))),
  );
  operation.files.forEach((_, index) => {
    form.set(String(index), new File(['bytes'], 'x.txt', { type: 'text/plain' }));
  });
  return form;
}

async function ask({ kind, field }: RootField, caller: Caller): Promise<Verdict> {
  const operation = minimalOperation(kind, field);
  const token = tokens[caller];
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  if (operation.files.length > 0) {
    const response = await fetch(gateway.graphqlUrl, {
      method: 'POST',
      headers: { ...headers, 'x-graphql-yoga-csrf': '1' },
      body: multipart(operation),
    });
    return verdictOf(JSON.parse(await response.text()));
  }
  const body = JSON.stringify({ query: operation.query, variables: operation.variables });
  if (kind !== 'subscription') {
    const response = await fetch(gateway.graphqlUrl, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body,
    });
    return verdictOf(JSON.parse(await response.text()));
  }
  return await firstEvent(headers, body);
}

/** The first event of a subscription over SSE, or an empty verdict as soon as it has opened something upstream. */
async function firstEvent(headers: Record<string, string>, body: string): Promise<Verdict> {
  const controller = new AbortController();
  const opened = upstream.nextConnection().then((): Verdict => ({ code: undefined, reason: undefined }));
  const event = (async (): Promise<Verdict> => {
    const response = await fetch(gateway.graphqlUrl, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', accept: 'text/event-stream' },
      body,
      signal: controller.signal,
    });
    let text = '';
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString('utf8');
      const data = /^data: (.+)$/m.exec(text)?.[1];
      if (data) return verdictOf(JSON.parse(data));
    }
    return { code: undefined, reason: undefined };
  })();
  // The loser of the race is aborted below.
  event.catch(() => undefined);
  try {
    return await Promise.race([event, opened]);
  } finally {
    controller.abort();
  }
}

describe('access', () => {
  it('every root field declares who may select it', () => {
    expect(fields.length).toBeGreaterThan(0);
    expect(fields.filter(({ requires }) => requires === undefined || !roles.includes(requires))).toEqual([]);
  });

  const cells = fields.flatMap((root) =>
    callers.map((caller) => ({ root, caller, refusal: expectedRefusal(root, caller) })),
  );
  const nameOf = ({ root, caller }: (typeof cells)[number]): string =>
    `${root.kind} ${root.field.name} for ${caller}`;

  // First all refusals: nothing that a granted caller started can then be counted against them.
  for (const cell of cells.filter(({ refusal }) => refusal !== undefined)) {
    it(`refuses ${nameOf(cell)} with ${cell.refusal}, asking nobody upstream`, async () => {
      const { code } = await ask(cell.root, cell.caller);
      const connections = upstream.connections() - connectionsOfStart;
      expect({ code, connections }).toEqual({ code: cell.refusal, connections: 0 });
    });
  }

  for (const cell of cells.filter(({ refusal }) => refusal === undefined)) {
    it(`lets ${nameOf(cell)} past the guard`, async () => {
      const { code, reason } = await ask(cell.root, cell.caller);
      expect(['token_missing', 'role_too_low']).not.toContain(reason);
      expect(['INTERNAL_SERVER_ERROR', 'GRAPHQL_VALIDATION_FAILED', 'UNAUTHENTICATED']).not.toContain(code);
    });
  }
});
