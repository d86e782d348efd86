import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startGatewayProcess } from '../support/gateway-process.ts';
import { gql } from '../support/gql.ts';
import { type ListeningServer, listen } from '../support/listening-server.ts';
import { connectOnce } from '../support/one-connection.ts';
import { hmacToken, keyClaims, testSecret } from '../support/tokens.ts';

// Functions that answer when they are told to.
let service: ListeningServer;
let running: ServerResponse[];
beforeEach(async () => {
  running = [];
  service = await listen((_request, response) => void running.push(response));
});
afterEach(() => service.close());

const start = (env: Readonly<Record<string, string>>) =>
  startGatewayProcess({ FUNCTIONS_URL: service.url, JWT_SECRET: testSecret, ...env });

function open(url: string): Socket {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  return socket;
}

const isReady = (url: string) =>
  fetch(`${url}/ready`).then(
    ({ status }) => status,
    () => 'gone',
  );

test('a stop goes on serving for DRAIN_DELAY while /ready says 503, on new connections too', async () => {
  await using gateway = await start({ DRAIN_DELAY: '4s' });
  const ended = once(gateway.child, 'exit');
  const kept = connectOnce(gateway.url);
  expect((await kept.send({ method: 'GET', path: '/health' })).status).toBe(200);
  gateway.child.kill('SIGTERM');
  await expect.poll(() => isReady(gateway.url)).toBe(503);
  const fresh = await fetch(`${gateway.url}/health`);
  expect([fresh.status, fresh.headers.get('connection')]).toEqual([200, 'close']);
  expect((await kept.send({ method: 'GET', path: '/health' })).status).toBe(200);
  const answer = await gateway.ask(gql(`{ viewer { role } }`), { token: hmacToken(keyClaims('anon')) });
  expect(answer.data).toEqual({ viewer: { role: 'ANON' } });
  kept.close();
  expect(await ended).toEqual([0, null]);
});

test('what is running when the signal comes is answered, and its connection closed', async () => {
  await using gateway = await start({ DRAIN_DELAY: '0s', SHUTDOWN_TIMEOUT: '60s' });
  const ended = once(gateway.child, 'exit');
  const socket = open(gateway.url);
  let text = '';
  socket.on('data', (chunk) => {
    text += String(chunk);
  });
  socket.write('GET /functions/v1/slow HTTP/1.1\r\nHost: x\r\n\r\n');
  await expect.poll(() => running.length).toBe(1);
  gateway.child.kill('SIGTERM');
  await expect.poll(() => isReady(gateway.url)).toBe('gone');
  running[0]?.end('whole');
  await once(socket, 'close');
  expect(text).toMatch(/^HTTP\/1.1 200 /);
  expect(text.toLowerCase()).toContain('connection: close');
  expect(text).toContain('whole');
  expect(await ended).toEqual([0, null]);
});

test('connections on which nothing runs do not hold a stop, however they came to be idle', async () => {
  await using gateway = await start({ DRAIN_DELAY: '0s', SHUTDOWN_TIMEOUT: '30m' });
  const ended = once(gateway.child, 'exit');
  const silent = open(gateway.url);
  const half = open(gateway.url);
  half.write('GET /health HTTP/1.1\r\nHost');
  const idle = connectOnce(gateway.url);
  await idle.send({ method: 'GET', path: '/health' });
  // One whose answer has begun before the signal, without a word that it is the last.
  const late = open(gateway.url);
  late.write('GET /functions/v1/slow HTTP/1.1\r\nHost: x\r\n\r\n');
  await expect.poll(() => running.length).toBe(1);
  running[0]?.write('first');
  await once(late, 'data');
  gateway.child.kill('SIGTERM');
  await Promise.all([once(silent, 'close'), once(half, 'close')]);
  expect(gateway.child.exitCode).toBe(null);
  running[0]?.end('last');
  expect(await ended).toEqual([0, null]);
  idle.close();
});

test('an upload that begins while a stop refuses everything is told so', async () => {
  await using gateway = await start({ DRAIN_DELAY: '0s', SHUTDOWN_TIMEOUT: '60s' });
  const ended = once(gateway.child, 'exit');
  // Keeps the stop from ending.
  const held = open(gateway.url);
  held.write('GET /functions/v1/slow HTTP/1.1\r\nHost: x\r\n\r\n');
  await expect.poll(() => running.length).toBe(1);
  const early = open(gateway.url);
  // One that the listener has not taken yet would go with it.
  early.write('GET /health HTTP/1.1\r\nHost: x\r\n\r\n');
  await once(early, 'data');
  early.write('PUT /storage/v1/object/a/b HTTP/1.1\r\nHost: x\r\nContent-Length: 40000000\r\nX-Slow: ');
  // One on which nothing comes would be taken for idle.
  const trickle = setInterval(() => early.write('x'), 10);
  gateway.child.kill('SIGTERM');
  // Its head ends only now, after the listener has closed.
  await expect.poll(() => isReady(gateway.url), { interval: 5 }).toBe('gone');
  clearInterval(trickle);
  early.write('\r\n\r\n');
  early.write(Buffer.alloc(300_000));
  const [head] = await once(early, 'data');
  expect(String(head)).toMatch(/^HTTP\/1.1 503 /);
  expect(String(head)).toContain('SHUTTING_DOWN');
  running[0]?.end();
  expect(await ended).toEqual([0, null]);
});

test('a client that asks all the time through a load balancer sees no refused and no reset request', async () => {
  await using gateway = await start({ DRAIN_DELAY: '3s' });
  await using other = await start({});
  const ended = once(gateway.child, 'exit');
  // The balancer: one process until its /ready turns, then the other one.
  let target = gateway.url;
  const statuses: number[] = [];
  const client = connectOnce(gateway.url);
  const next = connectOnce(other.url);
  let going = true;
  void ended.then(() => {
    going = false;
  });
  gateway.child.kill('SIGTERM');
  while (going) {
    const connection = target === gateway.url ? client : next;
    statuses.push((await connection.send({ method: 'GET', path: '/health' })).status);
    if (target === gateway.url && (await isReady(gateway.url)) === 503 && statuses.length > 50)
      target = other.url;
  }
  expect(new Set(statuses)).toEqual(new Set([200]));
  expect(target).toBe(other.url);
  client.close();
  next.close();
});

test('a second signal ends a stop at once', async () => {
  await using gateway = await start({ DRAIN_DELAY: '1h' });
  const ended = once(gateway.child, 'exit');
  gateway.child.kill('SIGTERM');
  await expect.poll(() => isReady(gateway.url)).toBe(503);
  // One Ctrl+C may arrive twice: for half a second it counts once.
  const again = setInterval(() => gateway.child.kill('SIGTERM'), 200);
  expect(await ended).toEqual([130, null]);
  clearInterval(again);
});

test('without a delay that was asked for, serve takes five seconds and dev none', async () => {
  const { loadConfig } = await import('../../src/gateway/config.ts');
  const serve = { PUBLIC_URL: 'https://a.example', JWT_SECRET: testSecret };
  expect(loadConfig(serve, { mode: 'serve' }).server.drainDelayMs).toBe(5_000);
  expect(loadConfig({}, { mode: 'dev' }).server.drainDelayMs).toBe(0);
});
