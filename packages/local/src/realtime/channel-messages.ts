import { randomUUID } from 'node:crypto';
import type { ChannelRights } from './channel-rights.ts';
import type { JoinConfig } from './join-config.ts';
import type { Room, RoomMember } from './rooms.ts';
import type { ServerContext } from './server-context.ts';
import type { ClientMessage } from './wire/frames.ts';
import type { JsonText } from './wire/raw-json.ts';
import { TokenError } from './wire/token.ts';

interface MessagesOptions {
  readonly context: ServerContext;
  readonly topic: string;
  readonly config: JoinConfig;
  readonly rights: ChannelRights;
  readonly room: Room;
  readonly member: RoomMember;
  hasEnded(): boolean;
  reply(message: ClientMessage, status: 'ok' | 'error', response: JsonText): void;
  /** Ends the channel, and says why. */
  shut(reason: string): void;
  /** Another token has been taken. */
  renewed(): void;
}

const maxBroadcastBytes = 3000 * 1024 + 500;
const minPresenceCalls = 5;
const presenceWindowMs = 30_000;

/** What a client may send on a channel that it has joined, by its event: what becomes of it. */
export function createChannelMessages(
  options: MessagesOptions,
): Readonly<Record<string, (message: ClientMessage) => Promise<void>>> {
  const { context, topic, config, rights, room, member, hasEnded, reply, shut } = options;
  const presenceKey = config.presenceKey ?? randomUUID();
  let presenceCalls: number[] = [];

  async function accessToken({ payload }: ClientMessage): Promise<void> {
    try {
      const outcome = await rights.renew(memberOf(payload, 'access_token'));
      if (outcome === 'renewed') options.renewed();
      if (outcome === 'unreadable')
        shut(`You do not have permissions to read from this Channel topic: ${topic}`);
    } catch (error) {
      shut(error instanceof TokenError ? error.message : 'Realtime was unable to refresh the token');
    }
  }

  async function broadcast(message: ClientMessage): Promise<void> {
    const acknowledge = (status: 'ok' | 'error', response: JsonText): void => {
      if (config.ack) reply(message, status, response);
    };
    const size = message.userBroadcast?.data.length ?? Buffer.byteLength(message.payloadText);
    if (size > maxBroadcastBytes) {
      acknowledge('error', '"payload_size_exceeded"');
      return;
    }
    if (!(await rights.mayWrite('broadcast')) || hasEnded()) return;
    context.broadcastRate.admit();
    room.broadcast(
      message.userBroadcast === undefined ? { text: message.payloadText } : { user: message.userBroadcast },
      member,
    );
    acknowledge('ok', '{}');
  }

  /** Counts a call; false when there were too many of late. */
  function admitPresence(): boolean {
    const now = Date.now();
    presenceCalls = [...presenceCalls.filter((at) => now - at < presenceWindowMs), now];
    return presenceCalls.length <= Math.max(minPresenceCalls, context.limits.presenceCallsPer30Seconds);
  }

  async function presence(message: ClientMessage): Promise<void> {
    if (!admitPresence()) {
      shut('Client presence rate limit exceeded');
      return;
    }
    const event = String(memberOf(message.payload, 'event')).toLowerCase();
    if (event === 'untrack') {
      room.announce(room.presence.untrack(member));
      reply(message, 'ok', '{}');
      return;
    }
    if (event !== 'track') return;
    if (!(await rights.mayWrite('presence'))) {
      reply(message, 'error', '{}');
      return;
    }
    const payload = memberOf(message.payload, 'payload') ?? {};
    if (typeof payload !== 'object' || Array.isArray(payload)) {
      reply(message, 'error', '{"reason":"Presence track payload must be a map"}');
      return;
    }
    if (hasEnded()) return;
    reply(message, 'ok', '{}');
    room.announce(room.presence.track(member, presenceKey, Object.fromEntries(Object.entries(payload))));
  }

  return { access_token: accessToken, broadcast, presence };
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? Reflect.get(value, key)
    : undefined;
}
