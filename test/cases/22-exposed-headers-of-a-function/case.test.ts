import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startTestFunctions, type TestFunctions } from '../../support/functions-server.ts';
import { startTestGateway, type TestGateway } from '../../support/gateway.ts';
import { testSecret } from '../../support/tokens.ts';

const input = (name: string) => readFile(join(import.meta.dirname, 'input', name), 'utf8');

let functions: TestFunctions;
const gateways: TestGateway[] = [];
beforeAll(async () => {
  functions = await startTestFunctions();
  await functions.write({ 'trace/index.ts': await input('function.ts') });
});
afterEach(async () => {
  for (const gateway of gateways.splice(0)) await gateway.close();
});
afterAll(async () => await functions?.[Symbol.asyncDispose]());

async function start(env: NodeJS.Dict<string>, mode: 'dev' | 'serve' = 'serve'): Promise<TestGateway> {
  const given = Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  const gateway = await startTestGateway(
    {
      ...(env['SUPABASE_URL'] === undefined && { FUNCTIONS_URL: functions.url }),
      PUBLIC_URL: 'http://localhost:1',
      JWT_SECRET: testSecret,
      ...Object.fromEntries(given),
    },
    { mode },
  );
  gateways.push(gateway);
  return gateway;
}

const call = (gateway: TestGateway, origin: string, method = 'POST') =>
  fetch(`${gateway.url}/functions/v1/trace`, {
    method,
    headers: {
      origin,
      ...(method === 'OPTIONS' && {
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'x-user-id',
      }),
    },
  });

const corsOf = ({ headers }: Response) =>
  Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-')));

const own = {
  'access-control-allow-origin': 'https://app.example.com',
  'access-control-allow-headers': 'x-user-id, content-type',
  'access-control-allow-methods': 'POST',
  'access-control-max-age': '60',
  'access-control-expose-headers': 'x-trace',
};

test('a page that ALLOWED_ORIGINS names can read the headers that a function exposes', async () => {
  const gateway = await start(parseEnv(await input('gateway.env')));
  const origin = 'http://localhost:3000';
  const asked = await call(gateway, origin, 'OPTIONS');
  expect([asked.status, asked.headers.get('access-control-allow-headers')]).toEqual([204, 'x-user-id']);
  const answer = await call(gateway, origin);
  expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
  const exposed = answer.headers.get('access-control-expose-headers')?.split(', ') ?? [];
  expect(exposed).toEqual(expect.arrayContaining(['x-trace', 'x-request-id']));
  expect([answer.headers.get('x-trace'), answer.headers.get('access-control-allow-credentials')]).toEqual([
    't',
    null,
  ]);
});

test('a page that ALLOWED_ORIGINS does not name gets nothing of what the function says', async () => {
  const gateway = await start(parseEnv(await input('gateway.env')));
  for (const method of ['OPTIONS', 'POST']) {
    expect(corsOf(await call(gateway, 'https://app.example.com', method))).toEqual({});
  }
});

test('without ALLOWED_ORIGINS the function’s own answer passes, that to a preflight too, never with credentials', async () => {
  const gateway = await start({});
  const asked = await call(gateway, 'https://app.example.com', 'OPTIONS');
  expect([asked.status, await asked.text(), corsOf(asked)]).toEqual([200, 'ok', own]);
  const answer = await call(gateway, 'https://app.example.com');
  expect([await answer.text(), corsOf(answer)]).toEqual(['done', own]);
});

test('in dev a page of this machine is answered by the gateway, others by the function', async () => {
  const gateway = await start({}, 'dev');
  const near = await call(gateway, 'http://localhost:5173');
  expect(near.headers.get('access-control-allow-origin')).toBe('http://localhost:5173');
  expect(near.headers.get('access-control-expose-headers')).toContain('x-trace');
  expect(corsOf(await call(gateway, 'https://app.example.com', 'OPTIONS'))).toEqual(own);
});

test('what a gateway before the functions says of CORS does not pass', async () => {
  const gateway = await start({ SUPABASE_URL: functions.url });
  expect(corsOf(await call(gateway, 'https://app.example.com'))).toEqual({});
});
