import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';

/** A message as the client under test sent it. */
export interface Received {
  readonly connection: FakeConnection;
  readonly joinRef: string | null;
  readonly ref: string;
  readonly topic: string;
  readonly event: string;
  readonly payload: Record<string, unknown>;
}

export interface FakeConnection {
  readonly socket: WebSocket;
  readonly path: string;
  readonly host: string | undefined;
  send(joinRef: string | null, ref: string | null, topic: string, event: string, payload: unknown): void;
  raw(data: string | Buffer): void;
}

/** What the fake does with a message; true when it has dealt with it. */
type Fault = (message: Received) => boolean;

/**
 * An upstream that speaks just enough Realtime to be broken on purpose. It accepts every join and confirms row
 * changes, unless a fault says otherwise.
 */
export interface FakeRealtime {
  readonly url: string;
  readonly connections: Set<FakeConnection>;
  readonly received: Received[];
  /** Asked first for every message. */
  fault: Fault | undefined;
  /** Asked before a handshake; a number is answered as its status, `ignore` not at all. */
  refuse: (() => number | 'destroy' | 'ignore' | undefined) | undefined;
  /** Resolves once `done` holds; fails after ten seconds. */
  until(done: () => boolean): Promise<void>;
  joins(topic?: string): Received[];
  /** Sends to every connection that has joined the topic. */
  toAll(topic: string, event: string, payload: unknown): void;
  close(): Promise<void>;
}

export async function startFakeRealtime(): Promise<FakeRealtime> {
  const http: Server = createServer((_request, response) => response.writeHead(404).end());
  const sockets = new WebSocketServer({ noServer: true });
  const raw = new Set<Duplex>();
  const watchers = new Set<() => void>();
  const joined = new Map<FakeConnection, Map<string, string>>();
  const changed = () => {
    for (const watcher of [...watchers]) watcher();
  };

  const fake: FakeRealtime = {
    url: '',
    connections: new Set(),
    received: [],
    fault: undefined,
    refuse: undefined,
    until: (done) =>
      new Promise((resolve, reject) => {
        const stop = (settle: () => void) => {
          watchers.delete(check);
          clearTimeout(deadline);
          clearInterval(poll);
          settle();
        };
        const check = () => {
          if (done()) stop(resolve);
        };
        const deadline = setTimeout(() => stop(() => reject(new Error('the condition never held'))), 10_000);
        const poll = setInterval(check, 5);
        watchers.add(check);
        check();
      }),
    joins: (topic) =>
      fake.received.filter(
        (message) => message.event === 'phx_join' && (topic === undefined || message.topic === topic),
      ),
    toAll(topic, event, payload) {
      for (const [connection, topics] of joined) {
        if (topics.has(topic)) connection.send(null, null, topic, event, payload);
      }
    },
    async close() {
      for (const { socket } of fake.connections) socket.terminate();
      for (const socket of raw) socket.destroy();
      sockets.close();
      await new Promise((resolve) => http.close(resolve));
    },
  };

  const answer = (message: Received) => {
    const { connection, joinRef, ref, topic, event, payload } = message;
    const reply = (response: unknown) =>
      connection.send(joinRef, ref, topic, 'phx_reply', { status: 'ok', response });
    if (event === 'heartbeat') reply({});
    if (event === 'phx_leave') {
      joined.get(connection)?.delete(topic);
      reply({});
      connection.send(joinRef, joinRef, topic, 'phx_close', {});
    }
    if (event === 'presence') reply({});
    if (event !== 'phx_join') return;
    joined.get(connection)?.set(topic, joinRef ?? '');
    reply({ postgres_changes: [] });
    const text = JSON.stringify(payload);
    if (text.includes('"postgres_changes":[{')) confirm(connection, joinRef, topic);
    if (text.includes('"presence":{"key":"","enabled":true}') || text.includes('"enabled":true')) {
      connection.send(joinRef, null, topic, 'presence_state', {});
    }
  };

  http.on('connection', (socket) => {
    raw.add(socket);
    socket.on('close', () => raw.delete(socket));
  });
  http.on('upgrade', (request, socket, head) => {
    const refusal = fake.refuse?.();
    if (refusal === 'ignore') return;
    if (refusal === 'destroy') {
      socket.destroy();
      return;
    }
    if (refusal !== undefined) {
      socket.end(`HTTP/1.1 ${refusal} No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const connection: FakeConnection = {
        socket: webSocket,
        path: request.url ?? '',
        host: request.headers.host,
        send: (...parts) => webSocket.send(JSON.stringify(parts)),
        raw: (data) => webSocket.send(data),
      };
      fake.connections.add(connection);
      joined.set(connection, new Map());
      webSocket.on('error', () => webSocket.terminate());
      webSocket.on('close', () => {
        fake.connections.delete(connection);
        joined.delete(connection);
        changed();
      });
      webSocket.on('message', (data) => {
        const [joinRef, ref, topic, event, payload] = JSON.parse(String(data));
        const message = { connection, joinRef, ref, topic, event, payload };
        fake.received.push(message);
        if (fake.fault?.(message) !== true) answer(message);
        changed();
      });
      changed();
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  return Object.assign(fake, { url: `http://127.0.0.1:${port}` });
}

/** The system message after which row changes flow. */
export function confirm(connection: FakeConnection, joinRef: string | null, topic: string): void {
  connection.send(joinRef, null, topic, 'system', {
    extension: 'postgres_changes',
    status: 'ok',
    message: 'Subscribed to PostgreSQL',
    channel: topic.slice('realtime:'.length),
  });
}
