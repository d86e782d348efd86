import type { WebSocket } from 'ws';
import type { Extension } from './authorization.ts';
import { type Channel, type ChannelSocket, createChannel } from './channel.ts';
import { parseJoin } from './join-config.ts';
import { broadcastText } from './rooms.ts';
import type { ServerContext } from './server-context.ts';
import {
  type ClientMessage,
  decodeBinary,
  decodeText,
  encodeText,
  encodeUserBroadcast,
  type Vsn,
} from './wire/frames.ts';
import type { JsonText } from './wire/raw-json.ts';
import { type Claims, TokenError } from './wire/token.ts';

export interface SocketSession {
  readonly channels: Iterable<Channel>;
  sendRaw(frame: string | Uint8Array): void;
  drop(code: number | undefined, reason: string): void;
}

interface SessionOptions {
  readonly context: ServerContext;
  readonly ws: WebSocket;
  readonly vsn: Vsn;
  /** The token of the handshake: the fallback of channels that bring none. */
  readonly token: string;
  readonly headers: JsonText;
}

interface Refs {
  readonly joinRef: string | null;
  readonly ref: string | null;
}

const prefix = 'realtime:';

class JoinRefused extends Error {}

/** One WebSocket: reads frames, keeps its channels, and closes when it hears nothing. */
export function createSocketSession({ context, ws, vsn, token, headers }: SessionOptions): SocketSession {
  const channels = new Map<string, Channel>();
  // A newer join of the same topic, or a leave, makes one that is still being checked void.
  const joining = new Map<string, object>();
  let idle: NodeJS.Timeout | undefined;

  function heard(): void {
    clearTimeout(idle);
    idle = setTimeout(() => ws.close(1000), context.timing.idleMs);
    idle.unref();
  }

  function send(topic: string, event: string, payload: JsonText, refs: Refs): void {
    if (ws.readyState === ws.OPEN) ws.send(encodeText(vsn, { ...refs, topic, event, payload }));
  }

  function reply(message: ClientMessage, status: 'ok' | 'error', response: JsonText): void {
    send(message.topic, 'phx_reply', `{"status":"${status}","response":${response}}`, message);
  }

  function channelSocket(topic: string): ChannelSocket {
    return {
      headers,
      send: (event, payload, refs) => send(topic, event, payload, refs),
      sendBroadcast(message) {
        if (ws.readyState !== ws.OPEN) return;
        const frame =
          vsn === '2.0.0' && message.user !== undefined
            ? encodeUserBroadcast(topic, message.user)
            : undefined;
        const text = frame === undefined ? broadcastText(message) : undefined;
        if (frame !== undefined) ws.send(frame);
        else if (text !== undefined) send(topic, 'broadcast', text, { joinRef: null, ref: null });
      },
      forget() {
        channels.delete(topic);
      },
    };
  }

  function tokenOf(given: string | undefined): { token: string; claims: Claims } {
    const chosen = given === undefined || given.startsWith('sb_') ? token : given;
    try {
      return { token: chosen, claims: context.verifyToken(chosen) };
    } catch (error) {
      if (error instanceof TokenError) throw new JoinRefused(`${error.problem}: ${error.message}`);
      throw error;
    }
  }

  async function join(message: ClientMessage, attempt: object): Promise<void> {
    const { topic } = message;
    const name = topic.slice(prefix.length);
    if (context.faults.joinRefusal !== undefined) throw new JoinRefused(context.faults.joinRefusal);
    if (name === '') throw new JoinRefused('TopicNameRequired: You must provide a topic name');
    if (channels.size >= context.limits.channelsPerSocket) {
      throw new JoinRefused('ChannelRateLimitReached: Too many channels');
    }
    const config = parseJoin(message.payload);
    const { token: used, claims } = tokenOf(config.token);
    const wanted: Extension[] = config.presenceEnabled ? ['broadcast', 'presence'] : ['broadcast'];
    const readable = config.isPrivate
      ? await context.authorization.allowed('read', name, claims, headers, wanted)
      : new Set<Extension>(['broadcast', 'presence']);
    if (readable.size === 0) {
      throw new JoinRefused(
        `Unauthorized: You do not have permissions to read from this Channel topic: ${name}`,
      );
    }
    if (context.faults.joinDelayMs > 0) await pause(context.faults.joinDelayMs);
    if (joining.get(topic) !== attempt || ws.readyState !== ws.OPEN) return;
    joining.delete(topic);
    const { joinRef } = message;
    const socket = channelSocket(topic);
    const channel = createChannel({
      context,
      socket,
      name,
      joinRef: joinRef ?? message.ref,
      config,
      token: used,
      claims,
      readable,
    });
    channels.set(topic, channel);
    const specs = config.changes.map(({ spec, entry }) => ({ ...asObject(entry), id: spec.id }));
    reply(message, 'ok', JSON.stringify({ postgres_changes: specs }));
    channel.start();
  }

  function beginJoin(message: ClientMessage): void {
    const { topic } = message;
    if (!context.joinRate.admit()) {
      reply(message, 'error', '{"reason":"ClientJoinRateLimitReached: Too many joins per second"}');
      ws.close(1001);
      return;
    }
    channels.get(topic)?.end('phx_close');
    channels.delete(topic);
    const attempt = {};
    joining.set(topic, attempt);
    join(message, attempt).catch(async (error: unknown) => {
      const reason =
        error instanceof JoinRefused ? error.message : 'UnknownErrorOnChannel: Unknown Error on Channel';
      if (!(error instanceof JoinRefused)) context.log.error({ err: error }, 'a join failed');
      await pause(context.timing.joinErrorMs);
      if (joining.get(topic) === attempt) joining.delete(topic);
      reply(message, 'error', JSON.stringify({ reason }));
    });
  }

  function handle(message: ClientMessage): void {
    const { topic, event } = message;
    if (topic === 'phoenix') {
      if (event === 'heartbeat' && !context.faults.ignoreHeartbeats) reply(message, 'ok', '{}');
      return;
    }
    if (event === 'phx_join' && topic.startsWith(prefix)) {
      beginJoin(message);
      return;
    }
    const channel = channels.get(topic);
    if (event === 'phx_leave') {
      joining.delete(topic);
      channels.delete(topic);
      reply(message, 'ok', '{}');
      channel?.end('phx_close');
      return;
    }
    if (channel === undefined) {
      if (!joining.has(topic)) reply(message, 'error', '{"reason":"unmatched topic"}');
      return;
    }
    channel.handle(message);
  }

  ws.on('message', (data, isBinary) => {
    heard();
    const frame = Array.isArray(data)
      ? Buffer.concat(data)
      : data instanceof ArrayBuffer
        ? Buffer.from(data)
        : data;
    try {
      handle(isBinary ? decodeBinary(frame) : decodeText(vsn, frame.toString('utf8')));
    } catch (error) {
      context.log.warn({ err: error }, 'MalformedWebSocketMessage');
    }
  });
  ws.on('error', (error) => context.log.warn({ err: error }, 'a socket failed'));
  ws.on('close', () => {
    clearTimeout(idle);
    joining.clear();
    for (const channel of channels.values()) channel.end(undefined);
    channels.clear();
  });
  heard();

  return {
    get channels() {
      return [...channels.values()];
    },
    sendRaw(frame) {
      ws.send(frame);
    },
    drop(code, reason) {
      if (code === undefined) ws.terminate();
      else ws.close(code, reason);
    },
  };
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    if (ms !== Number.POSITIVE_INFINITY) setTimeout(resolve, ms).unref();
  });
}
