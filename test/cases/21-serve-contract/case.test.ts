import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestFunctions, type TestFunctions } from '../../support/functions-server.ts';

let functions: TestFunctions;
beforeAll(async () => {
  functions = await startTestFunctions();
});
afterAll(async () => await functions?.[Symbol.asyncDispose]());

const input = (name: string) => readFile(join(import.meta.dirname, 'input', name), 'utf8');

async function answerOf(name: string, source: string): Promise<[number, string]> {
  await functions.write({ [`${name}/index.ts`]: source });
  const answer = await functions.call(`/${name}`);
  return [answer.status, await answer.text()];
}

test('a function that waits for the end of its server answers', async () => {
  expect(await answerOf('finished', await input('finished.ts'))).toEqual([200, 'ok']);
});

test('onError answers where the handler throws, or gives what is no Response', async () => {
  expect(await answerOf('throwing', await input('on-error.ts'))).toEqual([500, 'caught']);
  const source = `
    Deno.serve({ handler: async () => 5, onError: (error) => new Response(error.message, { status: 501 }) });`;
  expect(await answerOf('five', source)).toEqual([501, 'The handler did not return a Response.']);
});

test('an onError that throws as well leaves the usual error', async () => {
  const source = `Deno.serve({ onError() { throw new Error('y'); } }, () => { throw new Error('x'); });`;
  const [status, text] = await answerOf('both', source);
  expect([status, JSON.parse(text)]).toMatchObject([500, { code: 'WORKER_ERROR' }]);
});

test('a module that fails after its call of Deno.serve has not started', async () => {
  const source = `Deno.serve(() => new Response('ok')); throw new Error('late');`;
  const [status, text] = await answerOf('late', source);
  expect([status, JSON.parse(text)]).toMatchObject([503, { code: 'BOOT_ERROR' }]);
});

test('a server finishes when it is shut down or its signal is aborted, and says where it listens', async () => {
  const source = `
    const heard = [];
    const ending = new AbortController();
    const one = Deno.serve({ signal: ending.signal, onListen: ({ hostname }) => heard.push(hostname) }, () => new Response());
    ending.abort();
    await one.finished;
    const two = Deno.serve(async (_request, info) => {
      info.completed.then(() => console.log('completed'));
      return Response.json([heard, info.remoteAddr.hostname]);
    });
    await two.shutdown();
    await two.finished;`;
  expect(await answerOf('ending', source)).toEqual([200, '[["127.0.0.1"],"127.0.0.1"]']);
  await expect.poll(functions.log).toContain('completed');
});

test('a function’s own CORS headers, and its own answer to a preflight, leave the server as they are', async () => {
  await functions.write({
    'cors/index.ts': `
      const headers = { 'access-control-allow-origin': '*', 'access-control-expose-headers': 'x-trace', 'x-trace': 't' };
      Deno.serve((request) => new Response(request.method === 'OPTIONS' ? null : 'body', { headers }));`,
  });
  for (const method of ['OPTIONS', 'GET']) {
    const { headers } = await functions.call('/cors', {
      method,
      headers: { origin: 'http://localhost:3000' },
    });
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(headers.get('access-control-expose-headers')).toBe('x-trace');
    expect(headers.get('x-trace')).toBe('t');
  }
});
