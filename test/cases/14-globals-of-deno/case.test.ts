import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { startTestFunctions, type TestFunctions } from '../../support/functions-server.ts';

let functions: TestFunctions;
beforeAll(async () => {
  functions = await startTestFunctions();
});
afterAll(async () => await functions?.[Symbol.asyncDispose]());

test('a function matches URL patterns, and hears that it is ended', async () => {
  const source = await readFile(join(import.meta.dirname, 'input', 'item.ts'), 'utf8');
  await functions.write({ 'item/index.ts': source });
  expect(await (await functions.call('/item/7')).json()).toEqual({ id: '7' });
  await functions.write({ 'item/index.ts': `${source}// changed` });
  expect(await (await functions.call('/item/8')).json()).toEqual({ id: '8' });
  await expect.poll(functions.log).toContain('bye');
});

test('a function sends itself events', async () => {
  await functions.write({
    'events/index.ts': `
      class Done extends Event { constructor(readonly text: string) { super('done'); } }
      let heard = '';
      const listener = (event: Event) => { heard += (event as Done).text; };
      addEventListener('done', listener);
      Deno.serve(() => {
        dispatchEvent(new Done('a'));
        removeEventListener('done', listener);
        dispatchEvent(new Done('b'));
        return Response.json({ heard });
      });`,
  });
  expect(await (await functions.call('/events')).json()).toEqual({ heard: 'a' });
});

test('a rejection that nobody handles is told to those who listen for it', async () => {
  await functions.write({
    'rejected/index.ts': `
      let heard = '';
      addEventListener('unhandledrejection', (event) => { heard = event.reason.message; event.preventDefault(); });
      Deno.serve(async () => {
        Promise.reject(new Error('lost'));
        while (heard === '') await new Promise((resolve) => setTimeout(resolve, 1));
        return Response.json({ heard });
      });`,
  });
  expect(await (await functions.call('/rejected')).json()).toEqual({ heard: 'lost' });
});

test('a function has a navigator and a WebSocket', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  server.on('connection', (socket) => socket.on('message', (data) => socket.send(`echo ${String(data)}`)));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  await functions.write({
    'socket/index.ts': `
      Deno.serve(async () => {
        const socket = new WebSocket('ws://127.0.0.1:${port}');
        await new Promise((resolve) => socket.addEventListener('open', resolve));
        socket.send('hello');
        const text = await new Promise((resolve) => { socket.onmessage = (event) => resolve(event.data); });
        const code = await new Promise((resolve) => {
          socket.onclose = (event) => resolve(event instanceof CloseEvent && event.code);
          socket.close(1000);
        });
        return Response.json({ text, code, agent: typeof navigator.userAgent, source: typeof EventSource });
      });`,
  });
  const answer = await (await functions.call('/socket')).json();
  server.close();
  expect(answer).toEqual({ text: 'echo hello', code: 1000, agent: 'string', source: 'function' });
});

test('a function may put its own in place of a global', async () => {
  await functions.write({
    'own/index.ts': `
      globalThis.WebSocket = 'mine';
      Deno.serve(() => Response.json({ socket: WebSocket }));`,
  });
  expect(await (await functions.call('/own')).json()).toEqual({ socket: 'mine' });
});
