import { randomUUID } from 'node:crypto';
import type { Extension } from './authorization.ts';
import type { Subscriber } from './changes/changes.ts';
import type { JoinConfig } from './join-config.ts';
import { type BroadcastMessage, broadcastObject, type Room, type RoomMember } from './rooms.ts';
import type { ServerContext } from './server-context.ts';
import type { ClientMessage } from './wire/frames.ts';
import { type JsonText, objectText } from './wire/raw-json.ts';
import { type Claims, expiredText, TokenError } from './wire/token.ts';

/** The socket a channel lives on. */
export interface ChannelSocket {
  readonly headers: JsonText;
  send(event: string, payload: JsonText, refs: { joinRef: string | null; ref: string | null }): void;
  sendBroadcast(message: BroadcastMessage): void;
  /** The channel has ended by itself. */
  forget(): void;
}

export interface Channel {
  handle(message: ClientMessage): void;
  /** Ends it; with an event (`phx_close`, `phx_error`) the client is told. */
  end(event: 'phx_close' | 'phx_error' | undefined): void;
  /** A system error, then `phx_close`. */
  shut(message: string): void;
  system(status: 'ok' | 'error', message: string, extension?: string): void;
  readonly hasChanges: boolean;
  expire(): void;
  /** Begins what follows the join's answer. */
  start(): void;
  /** Subscribes to its row changes anew and says so, as after a restart of the worker that reads them. */
  resubscribe(): void;
}

interface ChannelOptions {
  readonly context: ServerContext;
  readonly socket: ChannelSocket;
  readonly name: string;
  readonly joinRef: string | null;
  readonly config: JoinConfig;
  readonly token: string;
  readonly claims: Claims;
  readonly readable: ReadonlySet<Extension>;
}

const maxExpiryCheckMs = 5 * 60_000;
const maxBroadcastBytes = 3000 * 1024 + 500;
const minPresenceCalls = 5;
const presenceWindowMs = 30_000;

/** One joined channel: its rights, its room, its row changes and its token's end. */
export function createChannel(options: ChannelOptions): Channel {
  const { context, socket, name, joinRef, config } = options;
  const presenceKey = config.presenceKey ?? randomUUID();
  let { token, claims, readable } = options;
  let writable: Map<Extension, boolean> = new Map();
  let ended = false;
  let expiry: NodeJS.Timeout | undefined;
  let presenceCalls: number[] = [];
  const timers = new Set<NodeJS.Timeout>();

  const late = (ms: number, run: () => void): void => {
    if (ms === Number.POSITIVE_INFINITY) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      if (!ended) run();
    }, ms);
    timer.unref();
    timers.add(timer);
  };

  const send = (event: string, payload: JsonText, ref: string | null): void => {
    if (!ended) socket.send(event, payload, { joinRef: ref, ref: null });
  };

  const member: RoomMember = {
    id: {},
    receivesSelf: config.self,
    get canRead() {
      return readable.has('broadcast');
    },
    get presenceEnabled() {
      return config.presenceEnabled && readable.has('presence');
    },
    deliverBroadcast(message) {
      if (ended) return;
      if (context.broadcastRate.admit()) socket.sendBroadcast(message);
      else channel.shut('Too many messages per second');
    },
    deliverPresence: (diff) => send('presence_diff', JSON.stringify(diff), null),
  };
  const subscriber: Subscriber = {
    deliverChange(ids, data) {
      const payload = objectText([
        ['ids', JSON.stringify(ids)],
        ['data', data],
      ]);
      send('postgres_changes', payload, null);
    },
  };
  const room: Room = context.rooms.join(name, config.isPrivate, member);

  async function subscribe(): Promise<void> {
    const specs = config.changes.map(({ spec }) => spec);
    try {
      await context.startChanges();
      await context.changes.subscribe(subscriber, specs, claims);
      if (ended) context.changes.unsubscribe(subscriber);
      else channel.system('ok', 'Subscribed to PostgreSQL');
    } catch (error) {
      channel.system('error', error instanceof Error ? error.message : 'Unable to subscribe');
    }
  }

  function watchExpiry(): void {
    clearTimeout(expiry);
    const left = claims.exp * 1000 - Date.now();
    expiry = setTimeout(
      () => {
        if (claims.exp * 1000 <= Date.now()) channel.expire();
        else watchExpiry();
      },
      Math.max(0, Math.min(left, maxExpiryCheckMs)),
    );
    expiry.unref();
  }

  async function mayWrite(extension: Extension): Promise<boolean> {
    if (!config.isPrivate) return true;
    const known = writable.get(extension);
    if (known !== undefined) return known;
    const cache = writable;
    const allowed = await context.authorization.allowed('write', name, claims, socket.headers, [extension]);
    cache.set(extension, allowed.has(extension));
    return allowed.has(extension);
  }

  async function refresh(message: ClientMessage): Promise<void> {
    const fresh = memberOf(message.payload, 'access_token');
    if (typeof fresh !== 'string' || fresh.startsWith('sb_') || fresh === token) return;
    try {
      const verified = context.verifyToken(fresh);
      if (config.isPrivate) {
        const wanted: Extension[] = config.presenceEnabled ? ['broadcast', 'presence'] : ['broadcast'];
        const allowed = await context.authorization.allowed('read', name, verified, socket.headers, wanted);
        if (allowed.size === 0) {
          channel.shut(`You do not have permissions to read from this Channel topic: ${name}`);
          return;
        }
        readable = allowed;
      }
      token = fresh;
      claims = verified;
      writable = new Map();
      watchExpiry();
      if (channel.hasChanges) late(context.timing.resubscribeMs, () => void subscribe());
    } catch (error) {
      channel.shut(error instanceof TokenError ? error.message : 'Realtime was unable to refresh the token');
    }
  }

  async function broadcast(message: ClientMessage): Promise<void> {
    const reply = (status: 'ok' | 'error', response: JsonText): void => {
      if (config.ack && !ended) {
        socket.send('phx_reply', `{"status":"${status}","response":${response}}`, {
          joinRef: message.joinRef ?? joinRef,
          ref: message.ref,
        });
      }
    };
    const size = message.userBroadcast?.data.length ?? Buffer.byteLength(message.payloadText);
    if (size > maxBroadcastBytes) {
      reply('error', '"payload_size_exceeded"');
      return;
    }
    if (!(await mayWrite('broadcast')) || ended) return;
    context.broadcastRate.admit();
    room.broadcast(
      message.userBroadcast === undefined ? { text: message.payloadText } : { user: message.userBroadcast },
      member,
    );
    reply('ok', '{}');
  }

  async function presence(message: ClientMessage): Promise<void> {
    const reply = (status: 'ok' | 'error', response: JsonText): void => {
      if (ended) return;
      socket.send('phx_reply', `{"status":"${status}","response":${response}}`, {
        joinRef: message.joinRef ?? joinRef,
        ref: message.ref,
      });
    };
    const now = Date.now();
    presenceCalls = [...presenceCalls.filter((at) => now - at < presenceWindowMs), now];
    if (presenceCalls.length > Math.max(minPresenceCalls, context.limits.presenceCallsPer30Seconds)) {
      channel.shut('Client presence rate limit exceeded');
      return;
    }
    const event = String(memberOf(message.payload, 'event')).toLowerCase();
    if (event === 'untrack') {
      room.announce(room.presence.untrack(member));
      reply('ok', '{}');
      return;
    }
    if (event !== 'track') return;
    if (!(await mayWrite('presence'))) {
      reply('error', '{}');
      return;
    }
    const payload = memberOf(message.payload, 'payload') ?? {};
    if (typeof payload !== 'object' || Array.isArray(payload)) {
      reply('error', '{"reason":"Presence track payload must be a map"}');
      return;
    }
    if (ended) return;
    reply('ok', '{}');
    room.announce(room.presence.track(member, presenceKey, Object.fromEntries(Object.entries(payload))));
  }

  async function replay(): Promise<void> {
    if (config.replay === undefined || !config.isPrivate) return;
    const rows = await context.recentMessages(name, config.replay.since, config.replay.limit);
    for (const { id, event, payload } of rows) {
      send('broadcast', broadcastObject(event, payload, JSON.stringify({ replayed: true, id })), joinRef);
    }
  }

  const handlers: Readonly<Record<string, (message: ClientMessage) => Promise<void>>> = {
    access_token: refresh,
    broadcast,
    presence,
  };

  const channel: Channel = {
    hasChanges: config.changes.length > 0,
    resubscribe() {
      if (channel.hasChanges && !ended) void subscribe();
    },
    handle(message) {
      if (ended || !Object.hasOwn(handlers, message.event)) return;
      handlers[message.event]?.(message).catch((error: unknown) => {
        context.log.error({ err: error, event: message.event }, 'a channel failed');
        channel.end('phx_error');
      });
    },
    start() {
      watchExpiry();
      if (member.presenceEnabled) send('presence_state', JSON.stringify(room.presence.state()), joinRef);
      replay().catch((error: unknown) => context.log.error({ err: error }, 'a replay failed'));
      if (channel.hasChanges) {
        late(Math.max(context.timing.systemOkMs, context.faults.systemOkDelayMs), () => void subscribe());
      }
      if (config.replicationReady) {
        context.startChanges().then(
          () => channel.system('ok', 'Replication connection established', 'system'),
          () => channel.shut('Replication connection could not be established'),
        );
      }
    },
    system(status, message, extension = 'postgres_changes') {
      if (ended) return;
      const payload = JSON.stringify({ extension, status, message, channel: name });
      socket.send('system', payload, { joinRef, ref: null });
    },
    shut(message) {
      if (ended) return;
      channel.system('error', message, 'system');
      channel.end('phx_close');
    },
    expire() {
      channel.shut(expiredText(claims.exp, Date.now()));
    },
    end(event) {
      if (ended) return;
      if (event !== undefined) socket.send(event, '{}', { joinRef, ref: joinRef });
      ended = true;
      socket.forget();
      clearTimeout(expiry);
      for (const timer of timers) clearTimeout(timer);
      context.changes.unsubscribe(subscriber);
      context.rooms.leave(name, config.isPrivate, member);
    },
  };
  return channel;
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? Reflect.get(value, key)
    : undefined;
}
