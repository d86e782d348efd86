import { mkdir, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { createClient } from '@supabase/supabase-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFunctionsServer } from '../../packages/local/src/functions-server.ts';
import type { LocalServer } from '../../packages/local/src/http/local-server.ts';
import type { LocalLog } from '../../packages/local/src/lib/log.ts';
import { makeTestFolder } from '../support/postgres.ts';
import { transport } from '../support/supabase-transport.ts';

let functionsDir: string;
let server: LocalServer;
const lines: string[] = [];
const write = (fields: object, message: string) => void lines.push(`${message} ${JSON.stringify(fields)}`);
const log: LocalLog = { info: write, warn: write, error: write };

async function define(name: string, source: string, file = 'index.ts'): Promise<void> {
  await mkdir(join(functionsDir, name), { recursive: true });
  await writeFile(join(functionsDir, name, file), source);
}

const call = (path: string, init?: RequestInit) => fetch(`${server.url}${path}`, init);

beforeAll(async () => {
  functionsDir = await makeTestFolder('functions');
  server = await startFunctionsServer({
    functionsDir,
    env: { SUPABASE_URL: 'http://gateway.test' },
    log,
    limits: { requestMs: 3_000, memoryMb: 64 },
  });
});

afterAll(() => server.close());

describe('a local function', () => {
  it('answers by its default export, with what it imports and what the server gives it', async () => {
    await define(
      'node_modules/@tiny/shout',
      `const { inspect } = require('node:util'); module.exports = (text) => inspect && text.toUpperCase();`,
      'loud.js',
    );
    await define('hello', `export const greet = (name: string): string => 'Hello ' + name;`, 'greet.ts');
    await define(
      'hello',
      `import 'jsr:@supabase/functions-js/edge-runtime.d.ts';
      import shout from 'npm:@tiny/shout@^1.2.0/loud.js';
      import { createHash } from 'node:crypto';
      import { greet } from './greet.ts';
      export default async (request: Request): Promise<Response> => {
        const { name }: { name: string } = await request.json();
        console.log('greeting', name);
        return Response.json({
          text: shout(greet(name)),
          hash: createHash('md5').update(name).digest('hex').length,
          path: new URL(request.url).pathname,
          url: Deno.env.get('SUPABASE_URL'),
          home: Deno.env.get('HOME') ?? null,
        }, { status: 201, headers: { 'x-mine': '1' } });
      };`,
    );
    const answer = await call('/hello/sub?x=1', { method: 'POST', body: '{"name":"Ann"}' });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('x-mine')).toBe('1');
    expect(await answer.json()).toEqual({
      text: 'HELLO ANN',
      hash: 32,
      path: '/hello/sub',
      url: 'http://gateway.test',
      home: null,
    });
    await expect.poll(() => lines.join('\n')).toContain('greeting Ann');
  });

  it('answers by Deno.serve, to the official client', async () => {
    await define('served', `Deno.serve(async (request) => Response.json({ got: await request.json() }));`);
    const client = createClient(server.url, 'key', {
      auth: { persistSession: false },
      realtime: { transport },
    });
    const { data, error } = await client.functions.invoke('served', { body: { a: [1] } });
    expect(error).toBeNull();
    expect(data).toEqual({ got: { a: [1] } });
  });

  it('is built again when a file it is made of has changed', async () => {
    await define('changing', `export const word: string = 'one';`, 'word.ts');
    await define('changing', `import { word } from './word.ts'; export default () => new Response(word);`);
    expect(await (await call('/changing')).text()).toBe('one');
    await define('changing', `export const word: string = 'two!';`, 'word.ts');
    expect(await (await call('/changing')).text()).toBe('two!');
    await define('changing', `export default () => { syntax error`);
    expect((await call('/changing')).status).toBe(503);
    await define('changing', `export default () => new Response('repaired');`);
    expect(await (await call('/changing')).text()).toBe('repaired');
  });

  it('streams its answer and hears that the client has left', async () => {
    await define(
      'stream',
      `let left = false;
      export default (request: Request) => {
        if (request.url.endsWith('?left')) return Response.json(left);
        const encoder = new TextEncoder();
        let n = 0;
        return new Response(new ReadableStream({
          async pull(controller) {
            await new Promise((resolve) => setTimeout(resolve, 5));
            controller.enqueue(encoder.encode('piece ' + n++ + '\\n'));
          },
          cancel() { left = true; },
        }));
      };`,
    );
    const leaving = new AbortController();
    const answer = await call('/stream', { signal: leaving.signal });
    const reader = answer.body?.getReader();
    const first = await reader?.read();
    expect(Buffer.from(first?.value ?? []).toString('utf8')).toMatch(/^piece 0/);
    leaving.abort();
    await reader?.read().catch(() => undefined);
    await expect.poll(async () => (await call('/stream?left')).json()).toBe(true);
  });

  it('streams more than its reader takes, piece by piece, without a warning', async () => {
    await define(
      'flood',
      `export default () => {
        let left = 200;
        return new Response(new ReadableStream({
          pull(controller) {
            if (left-- > 0) controller.enqueue(new Uint8Array(100_000));
            else controller.close();
          },
        }));
      };`,
    );
    const warnings: string[] = [];
    const warned = (warning: Error) => warnings.push(warning.message);
    process.on('warning', warned);
    const bytes = await (await call('/flood')).arrayBuffer();
    process.off('warning', warned);
    expect(bytes.byteLength).toBe(20_000_000);
    expect(warnings).toEqual([]);
  });

  it('that throws, hangs, uses up its memory or does not start gets an error, and the next call works', async () => {
    await define(
      'bad',
      `export default async (request: Request) => {
        const how = new URL(request.url).searchParams.get('how');
        if (how === 'throw') throw new Error('no');
        if (how === 'number') return 5;
        if (how === 'loop') for (;;);
        if (how === 'exit') process.exit(3);
        if (how === 'memory') { const all = []; for (;;) all.push(new Array(1e5).fill(Math.random())); }
        return new Response('fine');
      };`,
    );
    const status = async (how: string) => {
      const answer = await call(`/bad?how=${how}`);
      const body: { code: string } = await answer.json();
      return [answer.status, body.code];
    };
    expect(await status('throw')).toEqual([500, 'WORKER_ERROR']);
    expect(await status('number')).toEqual([500, 'WORKER_ERROR']);
    expect(await status('exit')).toEqual([500, 'WORKER_ERROR']);
    expect(await status('memory')).toEqual([546, 'WORKER_LIMIT']);
    expect(await status('loop')).toEqual([504, 'REQUEST_TIMEOUT']);
    expect(await (await call('/bad')).text()).toBe('fine');

    await define('silent', `export const nothing = 1;`);
    expect((await call('/silent')).status).toBe(503);
    await define('remote', `import 'https://deno.land/std/x.ts'; export default () => new Response('');`);
    expect((await call('/remote')).status).toBe(503);
    expect(lines.join('\n')).toContain('imports from the network are not covered');
  });

  it('that is not there is NOT_FOUND, and names do not leave the folder', async () => {
    for (const path of ['/nowhere', '/..%2f..%2fetc', '/_shared', '/%2e%2e']) {
      expect((await call(path)).status, path).toBeGreaterThanOrEqual(400);
    }
    expect(await (await call('/nowhere')).json()).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('is not reached under a foreign Host', async () => {
    const status = await new Promise((resolve, reject) => {
      httpRequest(`${server.url}/hello`, { headers: { host: 'evil.example' } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .once('error', reject)
        .end();
    });
    expect(status).toBe(421);
  });
});
