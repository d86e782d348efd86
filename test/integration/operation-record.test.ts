import { afterEach, expect, it } from 'vitest';
import { createLogger } from '../../src/observability/logger.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { gql } from '../support/gql.ts';
import { listen } from '../support/listening-server.ts';
import { hmacToken, keyClaims, testSecret } from '../support/tokens.ts';

let gateway: TestGateway | undefined;
afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
});

async function start(env: Record<string, string> = {}) {
  const lines: string[] = [];
  const log = createLogger({ level: 'debug', to: { write: (line) => void lines.push(line) } });
  gateway = await startTestGateway({ JWT_SECRET: testSecret, ...env }, { log });
  const { url } = gateway;
  return {
    gateway,
    text: () => lines.join(''),
    operations: () =>
      lines
        .map((line): Record<string, unknown> => JSON.parse(line))
        .filter((line) =>
          ['operation', 'subscription began', 'subscription ended'].includes(String(line['msg'])),
        ),
    metrics: async () => (await fetch(`${url}/metrics`)).text(),
  };
}

it('tells of each operation its role, name, time and code, and never what was sent', async () => {
  const { gateway, operations, text } = await start();
  const token = hmacToken(keyClaims('service_role'));
  const named = gql(`query Who($note: String!) { viewer { role } explainIt: __type(name: $note) { name } }`);
  await gateway.graphql(named, { token, variables: { note: 'hunter2' } });
  await gateway.graphql(gql(`{ sql(statement: "select hunter2") { rows } }`));
  await gateway.graphql(gql(`{ viewer { role } }`), { token: `${token}x` });
  await gateway.graphqlText('{ nothing(hunter2: 1) }');
  await gateway.graphqlText('{ hunter2');
  const ran = {
    level: 'info',
    time: expect.any(String),
    requestId: expect.any(String),
    msg: 'operation',
    type: 'query',
    milliseconds: expect.any(Number),
  };
  const { level, time, requestId, msg } = ran;
  const refused = { level, time, requestId, msg };
  expect(operations()).toEqual([
    { ...ran, operation: 'Who', role: 'SERVICE_ROLE', code: 'OK' },
    { ...ran, role: 'ANON', code: 'UNAUTHENTICATED' },
    { ...refused, type: 'query', code: 'UNAUTHENTICATED' },
    { ...refused, type: 'unknown', code: 'GRAPHQL_VALIDATION_FAILED' },
    { ...refused, type: 'unknown', code: 'GRAPHQL_PARSE_FAILED' },
  ]);
  expect(text()).not.toContain('hunter2');
  expect(text()).not.toContain(token);
});

it('counts operations, limits and running subscriptions', async () => {
  const { gateway, metrics, operations } = await start({ MAX_ALIASES: '1' });
  await gateway.graphql(gql(`{ viewer { role } }`));
  await gateway.graphql(gql(`{ a: viewer { role } b: viewer { role } }`));
  const leave = new AbortController();
  const stream = await fetch(gateway.graphqlUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query: gql(`subscription Watch { serviceHealth { name } }`) }),
    signal: leave.signal,
  });
  expect(stream.status).toBe(200);
  await expect.poll(metrics).toContain('bunbun_active_subscriptions 1');
  leave.abort();
  await expect.poll(metrics).toContain('bunbun_active_subscriptions 0');
  const text = await metrics();
  expect(text).toContain('bunbun_operation_duration_seconds_count{type="query",code="OK"} 1');
  expect(text).toContain(
    'bunbun_operation_duration_seconds_count{type="unknown",code="OPERATION_TOO_COMPLEX"} 1',
  );
  expect(text).toContain('bunbun_operation_duration_seconds_count{type="subscription",code="OK"} 1');
  expect(text).toContain('bunbun_limit_hits_total{limit="OPERATION_TOO_COMPLEX"} 1');
  expect(operations().at(-1)).toMatchObject({ type: 'subscription', operation: 'Watch', code: 'OK' });
});

it('shows the limit of failures at nought before it refuses, so that an alert on its growth sees the first', async () => {
  const { metrics } = await start({});
  expect(await metrics()).toContain('bunbun_limit_hits_total{limit="failedAttempts"} 0');
});

it('asks for the token where one is configured', async () => {
  const { gateway } = await start({ METRICS_TOKEN: 'a-token-of-some-length' });
  const get = (authorization?: string) =>
    fetch(`${gateway.url}/metrics`, authorization === undefined ? {} : { headers: { authorization } });
  expect((await get()).status).toBe(401);
  expect((await get('Bearer wrong')).status).toBe(401);
  expect((await get('Bearer a-token-of-some-length')).status).toBe(200);
});

it('serves the measures to everybody on a port of their own', async () => {
  const free = await listen(() => undefined);
  await free.close();
  const port = new URL(free.url).port;
  const { gateway } = await start({ METRICS_PORT: port, METRICS_TOKEN: 'a-token-of-some-length' });
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
  expect(answer.headers.get('content-type')).toContain('text/plain');
  expect(await answer.text()).toContain('bunbun_active_subscriptions 0');
  expect((await fetch(`http://127.0.0.1:${port}/graphql`)).status).toBe(404);
  await gateway.close();
  await expect(fetch(`http://127.0.0.1:${port}/metrics`)).rejects.toThrow();
});
