import type { Extension } from './authorization.ts';
import type { Subscriber } from './changes/changes.ts';
import { createChannelMessages } from './channel-messages.ts';
import { createChannelRights } from './channel-rights.ts';
import type { JoinConfig } from './join-config.ts';
import { type BroadcastMessage, broadcastObject, type Room, type RoomMember } from './rooms.ts';
import type { ServerContext } from './server-context.ts';
import type { ClientMessage } from './wire/frames.ts';
import { type JsonText, objectText } from './wire/raw-json.ts';
import { type Claims, expiredText } from './wire/token.ts';

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

/** One joined channel, from its join to its end: its room, its row changes and its token's time. */
export function createChannel(options: ChannelOptions): Channel {
  const { context, socket, name, joinRef, config } = options;
  const rights = createChannelRights({
    ...options,
    topic: name,
    isPrivate: config.isPrivate,
    presenceEnabled: config.presenceEnabled,
    headers: socket.headers,
  });
  let ended = false;
  let expiry: NodeJS.Timeout | undefined;
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
      return rights.mayRead('broadcast');
    },
    get presenceEnabled() {
      return config.presenceEnabled && rights.mayRead('presence');
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
      await context.changes.subscribe(subscriber, specs, rights.claims);
      if (ended) context.changes.unsubscribe(subscriber);
      else channel.system('ok', 'Subscribed to PostgreSQL');
    } catch (error) {
      channel.system('error', error instanceof Error ? error.message : 'Unable to subscribe');
    }
  }

  function watchExpiry(): void {
    clearTimeout(expiry);
    const left = rights.claims.exp * 1000 - Date.now();
    expiry = setTimeout(
      () => {
        if (rights.claims.exp * 1000 <= Date.now()) channel.expire();
        else watchExpiry();
      },
      Math.max(0, Math.min(left, maxExpiryCheckMs)),
    );
    expiry.unref();
  }

  async function replay(): Promise<void> {
    if (config.replay === undefined || !config.isPrivate) return;
    const rows = await context.recentMessages(name, config.replay.since, config.replay.limit);
    for (const { id, event, payload } of rows) {
      send('broadcast', broadcastObject(event, payload, JSON.stringify({ replayed: true, id })), joinRef);
    }
  }

  const messages = createChannelMessages({
    context,
    topic: name,
    config,
    rights,
    room,
    member,
    hasEnded: () => ended,
    reply(message, status, response) {
      if (ended) return;
      const refs = { joinRef: message.joinRef ?? joinRef, ref: message.ref };
      socket.send('phx_reply', `{"status":"${status}","response":${response}}`, refs);
    },
    shut: (reason) => channel.shut(reason),
    renewed() {
      watchExpiry();
      if (channel.hasChanges) late(context.timing.resubscribeMs, () => void subscribe());
    },
  });

  const channel: Channel = {
    hasChanges: config.changes.length > 0,
    resubscribe() {
      if (channel.hasChanges && !ended) void subscribe();
    },
    handle(message) {
      if (ended || !Object.hasOwn(messages, message.event)) return;
      messages[message.event]?.(message).catch((error: unknown) => {
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
      channel.shut(expiredText(rights.claims.exp, Date.now()));
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
